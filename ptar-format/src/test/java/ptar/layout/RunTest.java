package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunTest {
    private static final Run RUN = new Run(0x0302, -1, -1, Sample.counting(0x10, 32));

    private static byte[] preamble(Run run) {
        ByteBuffer out = ByteBuffer.allocate(Run.PREAMBLE_SIZE);
        run.writePreamble(out);
        assertEquals(64, out.position());
        return out.array();
    }

    private static Run read(byte[] bytes) throws Exception {
        return Run.readPreamble(ByteBuffer.wrap(bytes), "here");
    }

    @Test
    void preambleLiesAsTheSpecificationSays() throws Exception {
        String hex = "707461722d72756e 02030000 00000000" + Sample.countingHex(0x10, 32) + "00".repeat(12) + "d170c864";
        assertEquals(hex.replace(" ", ""), Sample.hex(preamble(RUN)));
        assertEquals(RUN, read(Sample.bytes(hex)));
    }

    /// Written out by hand, and what decides whether a closing mark fits.
    @Test
    void isEqualInAllFieldsOnly() {
        Run run = new Run(1, 2, 3, Sample.counting(4, 32));
        Run same = new Run(1, 2, 3, Sample.counting(4, 32));
        assertEquals(run, same);
        assertEquals(run.hashCode(), same.hashCode());
        assertNotEquals(run, new Run(9, 2, 3, run.salt()));
        assertNotEquals(run, new Run(1, 9, 3, run.salt()));
        assertNotEquals(run, new Run(1, 2, 9, run.salt()));
        assertNotEquals(run, new Run(1, 2, 3, Sample.counting(9, 32)));
        assertNotEquals(run, null);
    }

    @Test
    void theLastIndexIs65535() throws Exception {
        Run last = new Run(65_535, -1, -1, Sample.counting(0, 32));
        assertEquals(last, read(preamble(last)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "index, 8, 0x00010000", "index as u32, 8, 0x80000000", "reserved, 12, 1", "reserved behind the salt, 48, 1",
        "its last bytes, 56, 0x01000000",
    })
    void refusesAFieldOutOfRange(String what, int offset, String value) {
        byte[] bytes = preamble(RUN);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, Long.decode(value).intValue());
        assertCorrupt("preamble out of range", () -> read(Sample.withCrcAt(bytes, 60)));
    }

    @Test
    void everyChangedByteShows() {
        for (int i = 0; i < Run.PREAMBLE_SIZE; i++) {
            byte[] bytes = preamble(RUN);
            bytes[i] ^= 1;
            assertCorrupt("no run starts here", () -> read(bytes));
        }
    }

    @Test
    void refusesAPreambleThatIsCutShort() {
        assertCorrupt("no run starts here", () -> Run.readPreamble(ByteBuffer.wrap(preamble(RUN), 0, 63), "here"));
    }

    @Test
    void theShortestRunHoldsARunEndOnly() {
        assertEquals(64 + 16 + 32 + 16, Run.MIN_STORED_LENGTH);
        assertEquals(Run.MIN_STORED_LENGTH, Run.PREAMBLE_SIZE + SegmentHead.storedLength(RunEnd.SIZE));
    }
}
