package ptar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.modes.GCMSIVBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One contract, two providers.
class GcmSivTest {
    private static final String ONE = "0100000000000000000000000000000000000000000000000000000000000000";
    private static final String ZERO = "0000000000000000000000000000000000000000000000000000000000000000";

    /// RFC 8452, appendix C.2, and the first of C.3, where the counter wraps: key, nonce, plaintext, sealed.
    private static final String[][] RFC_8452 = {
        {ONE, "030000000000000000000000", "01000000000000000000000000000000",
            "85a01b63025ba19b7fd3ddfc033b3e76c9eac6fa700942702e90862383c6c366"},
        {ONE, "030000000000000000000000", "0100000000000000000000000000000002000000000000000000000000000000",
            "4a6a9db4c8c6549201b9edb53006cba821ec9cf850948a7c86c68ac7539d027fe819e63abcd020b006a976397632eb5d"},
        {ZERO, "000000000000000000000000", "000000000000000000000000000000004db923dc793ee6497c76dcc03a98e108",
            "f3f80f2cf0cb2dd9c5984fcda908456cc537703b5ba70324a6793a7bf218d3eaffffffff000000000000000000000000"},
    };

    @ParameterizedTest
    @EnumSource
    void sealsAsRfc8452Says(CryptoProvider provider) {
        assumeTrue(provider.isAvailable(), provider + " does not load here");
        for (String[] vector : RFC_8452) {
            byte[] sealed = seal(provider, hex(vector[0]), hex(vector[1]), hex(vector[2]));
            assertEquals(vector[3], HexFormat.of().formatHex(sealed));
            assertArrayEquals(hex(vector[2]), openOrNull(provider, hex(vector[0]), hex(vector[1]), sealed));
        }
    }

    @ParameterizedTest
    @EnumSource
    void passesWycheproofWithoutAssociatedData(CryptoProvider provider) throws Exception {
        assumeTrue(provider.isAvailable(), provider + " does not load here");
        int run = 0;
        for (Wycheproof c : Wycheproof.read("wycheproof-aes-gcm-siv.json")) {
            if (!c.isKeySize(256) || c.bytes("aad").length > 0) {
                continue;
            }
            byte[] stored = concat(c.bytes("ct"), c.bytes("tag"));
            byte[] opened = openOrNull(provider, c.bytes("key"), c.bytes("iv"), stored);
            if (c.isValid()) {
                assertArrayEquals(c.bytes("msg"), opened, c.toString());
                assertArrayEquals(stored, seal(provider, c.bytes("key"), c.bytes("iv"), c.bytes("msg")), c.toString());
            } else {
                assertEquals(null, opened, c.toString());
            }
            run++;
        }
        assertEquals(30, run);
    }

    /// Segments have no associated data, so these go to the libraries directly: is what lies below our ciphers right?
    @Test
    void bothLibrariesPassAllOfWycheproof() throws Exception {
        int run = 0;
        for (Wycheproof c : Wycheproof.read("wycheproof-aes-gcm-siv.json")) {
            if (!c.isKeySize(256)) {
                continue;
            }
            byte[] stored = concat(c.bytes("ct"), c.bytes("tag"));
            byte[] expected = c.isValid() ? c.bytes("msg") : null;
            assertArrayEquals(expected, bouncyCastleOrNull(c, stored), "BouncyCastle, " + c);
            if (CryptoProvider.CONSCRYPT.isAvailable()) {
                assertArrayEquals(expected, conscryptOrNull(c, stored), "Conscrypt, " + c);
            }
            run++;
        }
        assertEquals(103, run);
    }

    @Test
    void bothProvidersGiveTheSameBytes() {
        assumeTrue(CryptoProvider.CONSCRYPT.isAvailable(), "Conscrypt does not load here");
        Random random = new Random(5);
        for (int length : new int[] {32, 33, 47, 48, 4096 - 32, 65_503, 65_504}) {
            byte[] key = bytes(random, 32);
            byte[] nonce = bytes(random, 12);
            byte[] plain = bytes(random, length);
            byte[] sealed = seal(CryptoProvider.CONSCRYPT, key, nonce, plain);
            assertArrayEquals(sealed, seal(CryptoProvider.BOUNCY_CASTLE, key, nonce, plain), "length " + length);
            assertArrayEquals(plain, openOrNull(CryptoProvider.BOUNCY_CASTLE, key, nonce, sealed));
            assertArrayEquals(plain, openOrNull(CryptoProvider.CONSCRYPT, key, nonce, sealed));
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneInstanceSealsAndOpensManySegments(CryptoProvider provider) {
        assumeTrue(provider.isAvailable(), provider + " does not load here");
        Random random = new Random(6);
        try (Arena arena = Arena.ofConfined(); SegmentCipher cipher = provider.segmentCipher(bytes(random, 32))) {
            for (int i = 0; i < 20; i++) {
                int payload = 32 + random.nextInt(3000);
                MemorySegment segment = arena.allocate(32 + payload);
                byte[] plain = bytes(random, 16 + payload);
                segment.asSlice(0, 16 + payload).copyFrom(MemorySegment.ofArray(plain));
                cipher.seal(segment, payload);
                byte[] sealed = segment.toArray(ValueLayout.JAVA_BYTE);
                assertFalse(Arrays.equals(plain, 16, 48, sealed, 16, 48));
                // The same segment again, as after a write that failed.
                segment.asSlice(0, 16 + payload).copyFrom(MemorySegment.ofArray(plain));
                cipher.seal(segment, payload);
                assertArrayEquals(sealed, segment.toArray(ValueLayout.JAVA_BYTE));
                assertTrue(cipher.open(segment, payload));
                assertArrayEquals(plain, segment.asSlice(0, 16 + payload).toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyFlippedBitBehindTheChecksumIsFoundAndThePayloadCleared(CryptoProvider provider) {
        assumeTrue(provider.isAvailable(), provider + " does not load here");
        int payload = 64;
        try (Arena arena = Arena.ofConfined(); SegmentCipher cipher = provider.segmentCipher(new byte[32])) {
            MemorySegment segment = arena.allocate(32 + payload);
            cipher.seal(segment, payload);
            byte[] sealed = segment.toArray(ValueLayout.JAVA_BYTE);
            for (int bit = 4 * 8; bit < sealed.length * 8; bit++) {
                byte[] damaged = sealed.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                segment.copyFrom(MemorySegment.ofArray(damaged));
                assertFalse(cipher.open(segment, payload), "bit " + bit);
                assertArrayEquals(new byte[payload],
                        segment.asSlice(16, payload).toArray(ValueLayout.JAVA_BYTE), "bit " + bit);
            }
            segment.copyFrom(MemorySegment.ofArray(sealed));
            assertTrue(cipher.open(segment, payload));
        }
    }

    @Test
    void aProviderCanBeForced() {
        assertEquals(CryptoProvider.BOUNCY_CASTLE, CryptoProvider.choose("bc"));
        assertEquals(CryptoProvider.choose(null), CryptoProvider.choose(""));
        UncheckedIOException refused =
                assertThrows(UncheckedIOException.class, () -> CryptoProvider.choose("openssl"));
        assertEquals("PTAR_CRYPTO=openssl: conscrypt or bc is allowed", refused.getCause().getMessage());
        for (CryptoProvider provider : List.of(CryptoProvider.BOUNCY_CASTLE, CryptoProvider.choose(null))) {
            assertTrue(provider.description().matches("\\w+ [0-9.]+( \\(native\\))?"), provider.description());
        }
    }

    private static byte[] seal(CryptoProvider provider, byte[] key, byte[] nonce, byte[] plain) {
        try (Arena arena = Arena.ofConfined(); SegmentCipher cipher = provider.segmentCipher(key)) {
            MemorySegment segment = segment(arena, nonce, plain, 16);
            cipher.seal(segment, plain.length);
            return segment.asSlice(16).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static byte[] openOrNull(CryptoProvider provider, byte[] key, byte[] nonce, byte[] sealed) {
        try (Arena arena = Arena.ofConfined(); SegmentCipher cipher = provider.segmentCipher(key)) {
            MemorySegment segment = segment(arena, nonce, sealed, 0);
            int payload = sealed.length - 16;
            return cipher.open(segment, payload)
                    ? segment.asSlice(16, payload).toArray(ValueLayout.JAVA_BYTE) : null;
        }
    }

    private static MemorySegment segment(Arena arena, byte[] nonce, byte[] behindHead, int room) {
        MemorySegment segment = arena.allocate(16 + behindHead.length + room);
        MemorySegment.copy(MemorySegment.ofArray(nonce), 0, segment, 4, 12);
        MemorySegment.copy(MemorySegment.ofArray(behindHead), 0, segment, 16, behindHead.length);
        return segment;
    }

    private static byte[] bouncyCastleOrNull(Wycheproof c, byte[] stored) {
        GCMSIVBlockCipher cipher = new GCMSIVBlockCipher();
        cipher.init(false, new AEADParameters(new KeyParameter(c.bytes("key")), 128, c.bytes("iv"), c.bytes("aad")));
        byte[] out = new byte[stored.length];
        try {
            int n = cipher.processBytes(stored, 0, stored.length, out, 0);
            return Arrays.copyOf(out, n + cipher.doFinal(out, n));
        } catch (org.bouncycastle.crypto.InvalidCipherTextException e) {
            return null;
        }
    }

    private static byte[] conscryptOrNull(Wycheproof c, byte[] stored) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/GCM-SIV/NoPadding", Conscrypt.newProvider());
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(c.bytes("key"), "AES"), new IvParameterSpec(c.bytes("iv")));
        cipher.updateAAD(c.bytes("aad"));
        try {
            return cipher.doFinal(stored);
        } catch (javax.crypto.AEADBadTagException e) {
            return null;
        }
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
