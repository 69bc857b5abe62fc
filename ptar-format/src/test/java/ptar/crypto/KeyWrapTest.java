package ptar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class KeyWrapTest {
    /// RFC 3394 §4.6: 256 bits of key under a 256-bit key.
    @Test
    void wrapsAsRfc3394Says() {
        byte[] kek = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        byte[] key = HexFormat.of().parseHex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
        byte[] wrapped = KeyWrap.wrap(kek.clone(), key);
        assertEquals("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
                HexFormat.of().formatHex(wrapped));
        for (int i = 0; i < wrapped.length; i++) {
            byte[] damaged = wrapped.clone();
            damaged[i] ^= 1;
            assertNull(KeyWrap.unwrapOrNull(kek.clone(), damaged));
        }
        assertArrayEquals(key, KeyWrap.unwrapOrNull(kek, wrapped));
        assertArrayEquals(new byte[32], kek);
    }

    @Test
    void passesWycheproof() throws Exception {
        int run = 0;
        for (Wycheproof c : Wycheproof.read("wycheproof-aes-kw.json")) {
            if (!c.isKeySize(256)) {
                continue;
            }
            byte[] unwrapped = KeyWrap.unwrapOrNull(c.bytes("key"), c.bytes("ct"));
            if (c.isValid()) {
                assertArrayEquals(c.bytes("msg"), unwrapped, c.toString());
                assertArrayEquals(c.bytes("ct"), KeyWrap.wrap(c.bytes("key"), c.bytes("msg")), c.toString());
            } else if (!c.isAcceptable()) {
                assertNull(unwrapped, c.toString());
            }
            run++;
        }
        assertEquals(68, run);
    }
}
