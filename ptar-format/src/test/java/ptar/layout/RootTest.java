package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RootTest {
    private static final Pointer.Position FIRST_RUN = new Pointer.Position(0, 1_000_000);
    private static final Root EMPTY = new Root(0, List.of(), 0, 0, 0, null, null);
    private static final Root FULL = new Root(
            300,
            List.of(new Run(0, 0, 200, Sample.counting(0x10, 32)), new Run(1, 1000, 300, Sample.counting(0x30, 32))),
            5, 6, 8, Sample.pointer(1, 400, 7, 8), Sample.pointer(0, 9, 10, 11));
    private static final String POINTER = "00 01 02 03" + Sample.countingHex(3, 32);

    private static byte[] bytes(Root root) {
        ByteWriter out = new ByteWriter(1);
        root.writeTo(out);
        return out.toArray();
    }

    private static Root read(String hex, Pointer.Position at) throws Exception {
        return Root.readFrom(Sample.buffer(hex), at);
    }

    @Test
    void liesAsTheSpecificationSays() throws Exception {
        String expected = "ac02" + "02" + "00" + "c801" + Sample.countingHex(0x10, 32)
                + "e807" + "ac02" + Sample.countingHex(0x30, 32)
                + "05" + "06" + "08" + "01" + "9003" + "07" + "08" + Sample.countingHex(8, 32)
                + "01" + "00" + "09" + "0a" + "0b" + Sample.countingHex(11, 32) + "00";
        assertEquals(expected, Sample.hex(bytes(FULL)));
        assertEquals(FULL, read(expected, new Pointer.Position(2, 100)));
    }

    @Test
    void anEmptyTreeHasNoPointer() throws Exception {
        assertEquals("00000000000000", Sample.hex(bytes(EMPTY)));
        assertEquals(EMPTY, read("00000000000000", FIRST_RUN));
    }

    @Test
    void attributesArePassedOver() throws Exception {
        assertEquals(EMPTY, read("000000000000 02 05 03 aabbcc ff7f 00", FIRST_RUN));
        assertCorrupt("too early", () -> read("000000000000 01 05 03 aabb", FIRST_RUN));
        assertCorrupt("number of attributes is 2", () -> read("000000000000 02 05 00", FIRST_RUN));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "snapshot is, 80808080808080808001 00 00 00 00 00 00",
        "height 0 with 1 entries, 00 00 01 00 00 00 00",
        "height 1 with 0 entries, 00 00 00 00 01 P 00 00",
        "height 9 with 1 entries, 00 00 01 00 09 P 00 00",
        "1 bytes in an empty tree, 00 00 00 01 00 00 00",
        "number of entries is, 00 00 80808080808080808001 00 01 P 00 00",
        "number of bytes is, 00 00 01 80808080808080808001 01 P 00 00",
        "flag of the previous root is 2, 00 00 01 00 01 P 02 00",
        "bytes left over, 00 00 01 00 01 P 00 00 00",
    })
    void refusesAFieldOutOfRange(String says, String hex) throws Exception {
        assertEquals(1, read("00 00 01 00 01" + POINTER + "00 00", FIRST_RUN).height());
        assertCorrupt(says, () -> read(hex.replace("P", POINTER), FIRST_RUN));
    }

    @Test
    void listsJustTheRunsBeforeItsOwn() {
        byte[] two = bytes(FULL);
        assertCorrupt("lists 2 runs before run 3",
                () -> Root.readFrom(ByteBuffer.wrap(two), new Pointer.Position(3, 100)));
        assertCorrupt("lists 0 runs before run 1", () -> read("00000000000000", new Pointer.Position(1, 100)));
    }

    @Test
    void runsFollowOneAnother() {
        assertRunRefused(new Run(0, 0, 1001, Sample.counting(0, 32)));
        assertRunRefused(new Run(0, 0, Run.MIN_STORED_LENGTH - 1, Sample.counting(0, 32)));
        assertRunRefused(new Run(0, Long.MAX_VALUE >> 1, 200, Sample.counting(0, 32)));
    }

    private static void assertRunRefused(Run first) {
        Root root = new Root(
                0, List.of(first, FULL.earlierRuns().get(1)), 0, 0, 0, null, null);
        assertCorrupt("out of range", () -> Root.readFrom(ByteBuffer.wrap(bytes(root)), new Pointer.Position(2, 9)));
    }

    @Test
    void whatItPointsToLiesBefore() {
        assertCorrupt("does not lie before",
                () -> read("00 00 01 00 01 00 c0843d 00 03" + Sample.countingHex(3, 32) + "0000", FIRST_RUN));
        assertCorrupt("does not lie before",
                () -> read("00 00 00 00 00 01 00 c0843d 00 03" + Sample.countingHex(3, 32) + "00", FIRST_RUN));
    }

    @Test
    void theTopIsALeafOrANodeByTheHeight() throws Exception {
        String longRaw = "00 01 02 81808008" + Sample.countingHex(3, 32);
        assertCorrupt("raw length is 16777217", () -> read("00 00 01 00 01" + longRaw + "00 00", FIRST_RUN));
        assertCorrupt("raw length is 16777217", () -> read("00 00 01 00 02" + longRaw + "00 00", FIRST_RUN));
        assertEquals(new Node.Child(ptar.tree.EntryPath.ROOT, FULL.top(), 5, 6), FULL.topAsChild());
    }
}
