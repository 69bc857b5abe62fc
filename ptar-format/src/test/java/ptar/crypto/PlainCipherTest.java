package ptar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.Blake3Digest;
import org.bouncycastle.crypto.params.Blake3Parameters;
import org.junit.jupiter.api.Test;
import ptar.layout.Suite;

class PlainCipherTest {
    @Test
    void tagIsTheKeyedHashOfPlaceAndPayload() {
        try (Arena arena = Arena.ofConfined(); SegmentCipher cipher = plainRun(7)) {
            for (int payload : new int[] {32, 1000, 65_504}) {
                MemorySegment segment = sample(arena, payload);
                byte[] before = segment.toArray(ValueLayout.JAVA_BYTE);
                cipher.seal(segment, payload);
                byte[] sealed = segment.toArray(ValueLayout.JAVA_BYTE);
                assertArrayEquals(Arrays.copyOf(before, 16 + payload), Arrays.copyOf(sealed, 16 + payload));
                try (MasterKey key = MasterKey.plain()) {
                    assertEquals(HexFormat.of().formatHex(reference(key.runKey(new byte[32], 7), sealed, payload)),
                            HexFormat.of().formatHex(sealed, 16 + payload, 32 + payload));
                }
                assertTrue(cipher.open(segment, payload));
                assertArrayEquals(sealed, segment.toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    @Test
    void everyFlippedBitBehindTheChecksumIsFoundAndThePayloadCleared() {
        try (Arena arena = Arena.ofConfined(); SegmentCipher cipher = plainRun(0)) {
            int payload = 40;
            MemorySegment segment = sample(arena, payload);
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
        }
    }

    @Test
    void runsDoNotShareTags() {
        try (Arena arena = Arena.ofConfined(); SegmentCipher one = plainRun(0); SegmentCipher two = plainRun(1)) {
            MemorySegment segment = sample(arena, 100);
            one.seal(segment, 100);
            byte[] first = segment.toArray(ValueLayout.JAVA_BYTE);
            two.seal(segment, 100);
            assertNotEquals(HexFormat.of().formatHex(first),
                    HexFormat.of().formatHex(segment.toArray(ValueLayout.JAVA_BYTE)));
        }
    }

    private static SegmentCipher plainRun(int index) {
        try (MasterKey key = MasterKey.plain()) {
            return SegmentCipher.forRun(Suite.PLAIN, key, new byte[32], index);
        }
    }

    private static MemorySegment sample(Arena arena, int payload) {
        MemorySegment segment = arena.allocate(SegmentCipher.HEAD_SIZE + payload + SegmentCipher.TAG_SIZE);
        for (int i = 0; i < 16 + payload; i++) {
            segment.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 + 7));
        }
        return segment;
    }

    private static byte[] reference(byte[] key, byte[] segment, int payload) {
        Blake3Digest digest = new Blake3Digest(256);
        digest.init(Blake3Parameters.key(key));
        digest.update(segment, 4, 12 + payload);
        byte[] tag = new byte[16];
        digest.doFinal(tag, 0, 16);
        return tag;
    }
}
