package ptar.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import ptar.error.WrongKeyException;
import ptar.layout.Header;
import ptar.layout.KeySlot;
import ptar.layout.Suite;
import ptar.tree.Bytes;

/// AES-GCM-SIV does not commit to its key: whoever knows two keys can make one segment that opens under both, to two
/// different texts (Grubbs, Lu, Ristenpart 2017; Len, Grubbs, Ristenpart 2021). So one archive could show different
/// trees to two people. The header's commitment is what prevents it.
class KeyCommitmentTest {
    private static final byte[] SALT = new byte[32];
    private static final int PAYLOAD = 32;

    @Test
    void aSegmentThatOpensUnderTwoKeysIsRefusedByTheCommitment() throws Exception {
        SecureRandom random = new SecureRandom();
        try (MasterKey one = MasterKey.random(random); MasterKey two = MasterKey.random(random);
                KeyFile first = KeyFile.random(); KeyFile second = KeyFile.random()) {
            byte[] segment = segmentForBoth(one.runKey(SALT, 0), two.runKey(SALT, 0), random);
            byte[] textOne = open(one, segment);
            byte[] textTwo = open(two, segment);
            assertFalse(Arrays.equals(textOne, textTwo), "the attack: two texts in one segment");

            List<KeySlot> slots = List.of(first.wrap(one), second.wrap(two));
            Header header = Header.sealed(4096, Bytes.wrap(new byte[16]), slots, one);
            try (MasterKey opened = KeySlots.unlock(header, List.of(first), "a.ptar")) {
                assertEquals(0, Arrays.compare(one.open(), opened.open()));
            }
            assertThrows(WrongKeyException.class, () -> KeySlots.unlock(header, List.of(second), "a.ptar"));
            // With both secrets the slot that lies is passed over, wherever it stands.
            Header turned = Header.sealed(4096, Bytes.wrap(new byte[16]), slots.reversed(), one);
            try (KeySlots.Unlocked opened = KeySlots.find(turned, List.of(second, first), "a.ptar")) {
                assertEquals(1, opened.slot());
            }
        }
    }

    private static byte[] open(MasterKey key, byte[] segment) {
        try (Arena arena = Arena.ofConfined();
                SegmentCipher cipher = SegmentCipher.forRun(Suite.AES_256_GCM_SIV, key, SALT, 0)) {
            MemorySegment memory = arena.allocate(segment.length);
            memory.copyFrom(MemorySegment.ofArray(segment));
            assertTrue(cipher.open(memory, PAYLOAD), "the segment is valid under this key");
            return memory.asSlice(16, PAYLOAD).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /// Chooses the tag first. It gives each key its key stream and the value that POLYVAL must have; POLYVAL is linear
    /// in the two blocks of the ciphertext, so the two keys make two equations with two unknowns.
    private static byte[] segmentForBoth(byte[] keyOne, byte[] keyTwo, SecureRandom random) throws Exception {
        byte[] segment = new byte[16 + PAYLOAD + 16];
        random.nextBytes(segment);
        byte[] nonce = Arrays.copyOfRange(segment, 4, 16);
        SivKey one = SivKey.derive(keyOne, nonce);
        SivKey two = SivKey.derive(keyTwo, nonce);
        byte[] tag = new byte[16];
        do {
            random.nextBytes(tag);
        } while (one.decrypt(tag)[15] < 0 || two.decrypt(tag)[15] < 0);

        BigInteger[] a = one.equation(tag, nonce);
        BigInteger[] b = two.equation(tag, nonce);
        BigInteger determinant = Gf.dot(a[0], b[1]).xor(Gf.dot(a[1], b[0]));
        BigInteger inverse = Gf.inverse(determinant);
        BigInteger block0 = Gf.dot(inverse, Gf.dot(a[2], b[1]).xor(Gf.dot(a[1], b[2])));
        BigInteger block1 = Gf.dot(inverse, Gf.dot(a[0], b[2]).xor(Gf.dot(a[2], b[0])));
        System.arraycopy(Gf.toBytes(block0), 0, segment, 16, 16);
        System.arraycopy(Gf.toBytes(block1), 0, segment, 32, 16);
        System.arraycopy(tag, 0, segment, 16 + PAYLOAD, 16);
        return segment;
    }

    /// The two keys that RFC 8452 §4 derives for one nonce.
    private record SivKey(BigInteger authentication, SecretKeySpec encryption) {
        static SivKey derive(byte[] key, byte[] nonce) throws GeneralSecurityException {
            byte[] derived = new byte[48];
            SecretKeySpec aesKey = new SecretKeySpec(key, "AES");
            for (int i = 0; i < 6; i++) {
                byte[] block = new byte[16];
                block[0] = (byte) i;
                System.arraycopy(nonce, 0, block, 4, 12);
                System.arraycopy(aes(Cipher.ENCRYPT_MODE, aesKey, block), 0, derived, 8 * i, 8);
            }
            return new SivKey(Gf.of(Arrays.copyOf(derived, 16)),
                    new SecretKeySpec(Arrays.copyOfRange(derived, 16, 48), "AES"));
        }

        byte[] decrypt(byte[] block) throws GeneralSecurityException {
            return aes(Cipher.DECRYPT_MODE, encryption, block);
        }

        /// x and y and r of `x · block 0 + y · block 1 = r`.
        BigInteger[] equation(byte[] tag, byte[] nonce) throws GeneralSecurityException {
            byte[] wanted = decrypt(tag);
            for (int i = 0; i < 12; i++) {
                wanted[i] ^= nonce[i];
            }
            byte[] lengths = new byte[16];
            lengths[9] = (byte) (PAYLOAD * 8 >> 8);
            lengths[8] = (byte) (PAYLOAD * 8);
            BigInteger h2 = Gf.dot(authentication, authentication);
            BigInteger h3 = Gf.dot(h2, authentication);
            BigInteger right = Gf.of(wanted).xor(Gf.dot(authentication, Gf.of(lengths)))
                    .xor(Gf.dot(h3, keyStream(tag, 0))).xor(Gf.dot(h2, keyStream(tag, 1)));
            return new BigInteger[] {h3, h2, right};
        }

        private BigInteger keyStream(byte[] tag, int block) throws GeneralSecurityException {
            byte[] counter = tag.clone();
            counter[15] |= (byte) 0x80;
            int low = (counter[0] & 0xff | (counter[1] & 0xff) << 8 | (counter[2] & 0xff) << 16 | counter[3] << 24)
                    + block;
            for (int i = 0; i < 4; i++) {
                counter[i] = (byte) (low >>> 8 * i);
            }
            return Gf.of(aes(Cipher.ENCRYPT_MODE, encryption, counter));
        }

        private static byte[] aes(int mode, SecretKeySpec key, byte[] block) throws GeneralSecurityException {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, key);
            return cipher.doFinal(block);
        }
    }

    /// The field of POLYVAL (RFC 8452 §3).
    private static final class Gf {
        private static final BigInteger MODULUS = powers(128, 127, 126, 121, 0);
        private static final BigInteger X_TO_MINUS_128 = powers(127, 124, 121, 114, 0);

        static BigInteger dot(BigInteger a, BigInteger b) {
            return multiply(multiply(a, b), X_TO_MINUS_128);
        }

        /// Of `dot`: a to the power of 2^128 - 2.
        static BigInteger inverse(BigInteger a) {
            BigInteger power = a;
            BigInteger result = null;
            for (int i = 1; i < 128; i++) {
                power = dot(power, power);
                result = result == null ? power : dot(result, power);
            }
            return result;
        }

        private static BigInteger multiply(BigInteger a, BigInteger b) {
            BigInteger product = BigInteger.ZERO;
            for (int i = 0; i < 128; i++) {
                if (b.testBit(i)) {
                    product = product.xor(a.shiftLeft(i));
                }
            }
            for (int i = 255; i >= 128; i--) {
                if (product.testBit(i)) {
                    product = product.xor(MODULUS.shiftLeft(i - 128));
                }
            }
            return product;
        }

        private static BigInteger powers(int... exponents) {
            BigInteger sum = BigInteger.ZERO;
            for (int exponent : exponents) {
                sum = sum.setBit(exponent);
            }
            return sum;
        }

        static BigInteger of(byte[] littleEndian) {
            return new BigInteger(1, reversed(littleEndian));
        }

        static byte[] toBytes(BigInteger element) {
            byte[] bytes = new byte[16];
            for (int i = 0; i < 128; i++) {
                if (element.testBit(i)) {
                    bytes[i / 8] |= (byte) (1 << i % 8);
                }
            }
            return bytes;
        }

        private static byte[] reversed(byte[] bytes) {
            byte[] reversed = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                reversed[i] = bytes[bytes.length - 1 - i];
            }
            return reversed;
        }
    }
}
