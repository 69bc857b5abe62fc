package ptar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.bouncycastle.crypto.digests.Blake3Digest;
import org.bouncycastle.crypto.params.Blake3Parameters;
import org.junit.jupiter.api.Test;
import ptar.error.CorruptArchiveException;
import ptar.hash.Blake3;
import ptar.layout.Header;

class MasterKeyTest {
    private static final byte[] RAW = HexFormat.of().parseHex(
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

    @Test
    void derivesWhatTheSpecificationSays() {
        try (MasterKey key = MasterKey.wrap(RAW.clone())) {
            assertArrayEquals(derive("ptar v1 2026-11-22 commitment", RAW), key.commitment());
            assertArrayEquals(derive("ptar v1 2026-11-22 chunk id", RAW), key.chunkIdKey());
            assertArrayEquals(Blake3.deriveKey("ptar v1 2026-11-22 gear table", RAW, 2048), key.gearTable());
            byte[] message = {1, 2, 3};
            assertArrayEquals(keyed(derive("ptar v1 2026-11-22 header mac", RAW), message),
                    key.headerMac(ByteBuffer.wrap(message)));
            assertArrayEquals(keyed(derive("ptar v1 2026-11-22 closing mac", RAW), message),
                    key.closingMac(ByteBuffer.wrap(message)));
            byte[] salt = new byte[32];
            Arrays.fill(salt, (byte) 0xaa);
            byte[] material = Arrays.copyOf(RAW, 68);
            System.arraycopy(salt, 0, material, 32, 32);
            material[64] = 0x34;
            material[65] = 0x12;
            assertArrayEquals(derive("ptar v1 2026-11-22 run key", material), key.runKey(salt, 0x1234));
        }
    }

    @Test
    void noTwoPurposesShareAKey() {
        Set<String> keys = new HashSet<>();
        for (KeyPurpose purpose : KeyPurpose.values()) {
            keys.add(HexFormat.of().formatHex(derive(purpose.context(), RAW)));
        }
        assertEquals(8, keys.size());
    }

    @Test
    void canNotBeUsedOnceItIsWiped() {
        byte[] raw = RAW.clone();
        MasterKey key = MasterKey.wrap(raw);
        key.close();
        assertArrayEquals(new byte[32], raw);
        assertThrows(IllegalStateException.class, key::commitment);
        assertThrows(IllegalStateException.class, () -> key.runKey(new byte[32], 0));
    }

    @Test
    void plainHeaderOpensWithTheAllZeroKeyAndEveryFlippedByteIsRefused() throws Exception {
        byte[] bytes = KeySlots.plainHeader().toBytes();
        KeySlots.unlock(Header.readFrom(ByteBuffer.wrap(bytes), "a"), List.of(), "a").close();
        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = Arrays.copyOf(bytes, 512);
            damaged[i] ^= 0x10;
            Exception e = assertThrows(Exception.class,
                    () -> KeySlots.unlock(Header.readFrom(ByteBuffer.wrap(damaged), "a"), List.of(), "a").close());
            // Magic, versions, features and suite are read first: they say that this may not be ours to judge.
            if (i >= 64) {
                assertEquals(CorruptArchiveException.class, e.getClass(), "byte " + i);
            }
        }
    }

    @Test
    void randomKeysDiffer() {
        SecureRandom random = new SecureRandom();
        try (MasterKey one = MasterKey.random(random); MasterKey two = MasterKey.random(random)) {
            assertFalse(Arrays.equals(one.commitment(), two.commitment()));
            assertTrue(KeySlots.plainHeader().slots().isEmpty());
        }
    }

    private static byte[] derive(String context, byte[] material) {
        Blake3Digest digest = new Blake3Digest(256);
        digest.init(Blake3Parameters.context(context.getBytes(StandardCharsets.US_ASCII)));
        digest.update(material, 0, material.length);
        byte[] key = new byte[32];
        digest.doFinal(key, 0);
        return key;
    }

    private static byte[] keyed(byte[] key, byte[] message) {
        Blake3Digest digest = new Blake3Digest(256);
        digest.init(Blake3Parameters.key(key));
        digest.update(message, 0, message.length);
        byte[] mac = new byte[32];
        digest.doFinal(mac, 0);
        return mac;
    }
}
