package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClosingMarkTest {
    private static final long OFFSET = 0x0605_0403;
    private static final long STORED = 0x0a09_0807;
    private static final int HEADER = 0x1040;
    private static final ClosingMark MARK = new ClosingMark(
            OFFSET + STORED + 2 * HEADER + 128, HEADER, new Run(0x0102, OFFSET, STORED, Sample.counting(0x20, 32)),
            Sample.counting(0x60, 32));

    private static byte[] bytes(ClosingMark mark) {
        ByteBuffer out = ByteBuffer.allocate(ClosingMark.SIZE);
        mark.writeTo(out);
        assertEquals(128, out.position());
        return out.array();
    }

    private static ClosingMark read(byte[] bytes) throws Exception {
        return ClosingMark.readFrom(ByteBuffer.wrap(bytes), "here");
    }

    @Test
    void liesAsTheSpecificationSays() throws Exception {
        String hex = "707461722d656e64" + "0a2d0e1000000000" + "02010000" + "40100000" + "0304050600000000"
                + "0708090a00000000" + Sample.countingHex(0x20, 32) + "00".repeat(8) + Sample.countingHex(0x60, 32)
                + "00".repeat(12);
        byte[] expected = Sample.withCrcAt(Sample.bytes(hex + "00000000"), 124);
        assertEquals(Sample.hex(expected), Sample.hex(bytes(MARK)));
        assertEquals(MARK, read(expected));
        assertEquals(hex.substring(0, 160), Sample.hex(MARK.macInput()));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "archive length, 8, 0", "archive length as u64, 12, 0x80000000", "run index, 16, 0x00010000",
        "run index as u32, 16, 0x80000000", "header length, 20, 192", "header length not of 64s, 20, 0x1041",
        "header length above 2^17, 20, 0x00020040", "run offset, 24, 0", "run offset as u64, 28, 0x80000000",
        "run length, 32, 0", "reserved, 72, 1", "its last bytes, 76, 1", "reserved behind the MAC, 112, 1",
        "in the middle, 116, 1", "and at its end, 120, 1",
    })
    void refusesAFieldOutOfRange(String what, int offset, String value) {
        byte[] bytes = bytes(MARK);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, Long.decode(value).intValue());
        assertCorrupt("closing mark out of range", () -> read(Sample.withCrcAt(bytes, 124)));
    }

    @Test
    void theSumOfLengthsCanNotWrapAround() {
        Run far = new Run(0, Long.MAX_VALUE - 10, 200, Sample.counting(0, 32));
        long wrapped = far.offset() + far.storedLength() + 2 * 256 + 128;
        byte[] bytes = bytes(new ClosingMark(wrapped, 256, far, Sample.counting(0, 32)));
        assertCorrupt("closing mark out of range", () -> read(bytes));
        Run longest = new Run(0, Long.MAX_VALUE - 639, Long.MAX_VALUE, Sample.counting(0, 32));
        byte[] wrappedTwice = bytes(new ClosingMark(-2 - 639 + 640, 256, longest, Sample.counting(0, 32)));
        assertCorrupt("closing mark out of range", () -> read(wrappedTwice));
    }

    @Test
    void aRunIsAtLeastARunEndLong() throws Exception {
        ClosingMark shortest = markOfRunLength(Run.MIN_STORED_LENGTH);
        assertEquals(shortest, read(bytes(shortest)));
        assertCorrupt("out of range", () -> read(bytes(markOfRunLength(Run.MIN_STORED_LENGTH - 1))));
    }

    private static ClosingMark markOfRunLength(long stored) {
        Run run = new Run(0, 0, stored, Sample.counting(0, 32));
        return new ClosingMark(stored + 2 * 256 + 128, 256, run, Sample.counting(0, 32));
    }

    @Test
    void everyChangedByteShows() {
        for (int i = 0; i < ClosingMark.SIZE; i++) {
            byte[] bytes = bytes(MARK);
            bytes[i] ^= 1;
            assertCorrupt("no closing mark", () -> read(bytes));
        }
        assertFalse(ClosingMark.isAt(ByteBuffer.wrap(bytes(MARK), 0, 127)));
    }
}
