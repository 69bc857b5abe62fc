package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class SegmentHeadTest {
    private static final int TAG = 0x0403_0201;

    private static byte[] segment(long index, int payload, boolean last) {
        byte[] bytes = new byte[40];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        SegmentHead.write(segment, TAG, index, payload, last);
        SegmentHead.setCrc(segment);
        return bytes;
    }

    @Test
    void liesAsTheSpecificationSays() {
        byte[] bytes = segment(0x8070_6050L, 0xffe0, true);
        assertEquals("01020304" + "50607080" + "e0ff" + "0100" + "00".repeat(24), Sample.hex(bytes).substring(8));
        assertEquals("0000", Sample.hex(segment(5, 8, false)).substring(28, 32));
        assertTrue(SegmentHead.crcMatches(MemorySegment.ofArray(bytes)));
        assertTrue(SegmentHead.isFinal(MemorySegment.ofArray(bytes)));
        assertEquals(0xffe0, SegmentHead.payloadLength(MemorySegment.ofArray(bytes)));
    }

    @Test
    void matchesJustWhatItSays() {
        MemorySegment head = MemorySegment.ofArray(segment(7, 8, true));
        assertTrue(SegmentHead.matches(head, TAG, 7, 8, true));
        assertFalse(SegmentHead.matches(head, TAG + 1, 7, 8, true));
        assertFalse(SegmentHead.matches(head, TAG, 6, 8, true));
        assertFalse(SegmentHead.matches(head, TAG, 7, 9, true));
        assertFalse(SegmentHead.matches(head, TAG, 7, 8, false));
    }

    @Test
    void reservedFlagsMatchNothing() {
        for (int bit = 1; bit < 16; bit++) {
            byte[] bytes = segment(7, 8, true);
            bytes[14 + bit / 8] |= (byte) (1 << bit % 8);
            MemorySegment head = MemorySegment.ofArray(bytes);
            assertFalse(SegmentHead.matches(head, TAG, 7, 8, true), "bit " + bit);
            assertFalse(SegmentHead.isFinal(head));
        }
    }

    @Test
    void crcCoversEveryByteBehindIt() {
        for (int i = 0; i < 40; i++) {
            byte[] bytes = segment(7, 8, true);
            bytes[i] ^= 0x40;
            assertFalse(SegmentHead.crcMatches(MemorySegment.ofArray(bytes)), "byte " + i);
        }
    }

    @Test
    void storedLengthCountsHeadsAndTags() {
        assertEquals(65_504, SegmentHead.PAYLOAD_SIZE);
        assertEquals(64, SegmentHead.storedLength(32));
        assertEquals(65_536, SegmentHead.storedLength(65_504));
        assertEquals(65_536 + 33, SegmentHead.storedLength(65_505));
        assertEquals(3 * 65_536, SegmentHead.storedLength(3 * 65_504));
    }

    @Test
    void archiveTagIsTheFirstFourBytesOfTheId() {
        assertEquals(TAG, SegmentHead.archiveTag(Sample.counting(1, 16)));
    }
}
