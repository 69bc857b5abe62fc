package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.Timestamp;

class JournalTest {
    private static final Owner OWNER = new Owner(1, 2, "a", "");
    private static final int RUN = 3;
    private static final long BLOCK = 300;
    private static final Metadata FILE =
            Metadata.of(EntryType.FILE, 1, OWNER, new Timestamp(100, 0)).withSize(10);
    private static final Metadata FOLDER = Metadata.of(EntryType.FOLDER, 1, OWNER, new Timestamp(99, 0));
    private static final String OWNERS = "01 0000 0000 ";

    private static List<Journal.Record> read(byte[] bytes) throws Exception {
        return Journal.read(ByteBuffer.wrap(bytes), RUN, BLOCK);
    }

    private static List<Journal.Record> read(String hex) throws Exception {
        return read(Sample.bytes(hex));
    }

    private static Journal.Builder sample() {
        PackedExtents goesOn = new PackedExtents();
        goesOn.addData(299, 5, 6);
        goesOn.addData(300, 0, 7);
        PackedExtents content = new PackedExtents();
        content.addHole(3);
        content.addData(2, 1 << 25, 7);
        Journal.Builder journal = new Journal.Builder();
        journal.add(6, null, null, goesOn, 1, 2, BLOCK, true, true);
        journal.add(7, EntryPath.of("ab"), FOLDER, PackedExtents.NONE, 0, 0, BLOCK, true, false);
        journal.add(8, EntryPath.of("ab/c"), FILE, content, 0, 2, BLOCK, false, false);
        return journal;
    }

    private static byte[] bytes(Journal.Builder journal) {
        ByteWriter out = new ByteWriter(1);
        journal.writeTo(out);
        return out.toArray();
    }

    @Test
    void liesAsTheSpecificationSays() {
        assertEquals(
                "01" + "0102" + "0161" + "00" + "03"
                        + "06" + "06" + "01" + "1c" + "00" + "00"
                        + "03" + "07" + "00" + "026162" + "02" + "01" + "00" + "c601" + "00" + "00"
                        + "01" + "08" + "02" + "022f63" + "01" + "01" + "00" + "02" + "00" + "0a"
                        + "02" + "0d" + "1c" + "aa02" + "80808010",
                Sample.hex(bytes(sample())));
    }

    @Test
    void comesBackAsItWasWritten() throws Exception {
        List<Journal.Record> records = read(bytes(sample()));
        assertEquals(
                List.of(
                        new Journal.Record(
                                6, null, null, List.of(new Journal.JournalExtent(RUN, 300, 0, 7)), true, true),
                        new Journal.Record(7, EntryPath.of("ab"), FOLDER, List.of(), true, false),
                        new Journal.Record(
                                8, EntryPath.of("ab/c"), FILE,
                                List.of(new Journal.JournalExtent(-1, 0, 0, 3),
                                        new Journal.JournalExtent(RUN, 2, 1 << 25, 7)),
                                false, false)),
                records);
        assertFalse(records.get(0).begins());
        assertTrue(records.get(2).begins());
        assertTrue(records.get(2).extents().getFirst().isHole());
    }

    @Test
    void theBuilderKnowsWhatItHolds() {
        Journal.Builder journal = sample();
        assertEquals(0, new Journal.Builder().records());
        assertEquals(3, journal.records());
        assertEquals(2 + 4, journal.keyBytes());
        assertEquals(3 + 1 + 0 + 2 + 2 * 3, journal.elements());
        int length = bytes(journal).length;
        assertTrue(journal.length() >= length && journal.length() <= length + 6, journal.length() + " for " + length);
    }

    @Test
    void anExtentMayLieInAnEarlierRun() throws Exception {
        Journal.Record record = read("00 01 02 05 01 2b 02 ac02 07").getFirst();
        assertEquals(List.of(new Journal.JournalExtent(2, 300, 7, 10)), record.extents());
    }

    @Test
    void anEmptyJournalHasNoRecords() throws Exception {
        assertEquals(List.of(), read("00 00"));
        assertEquals("0000", Sample.hex(bytes(new Journal.Builder())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "record of unknown kind 8, 01 08 00 00",
        "record of unknown kind 4, 01 04 00 00",
        "record of unknown kind 5, 01 05 00 00",
        "entry number is, 01 02 80808080808080808001 00",
        "number of records is 2, 02 02 00 00",
        "bytes left over, 01 02 00 00 00",
        "content of an entry that is not a file, 01 01 00 0001 61 0200000000 00",
        "content of an entry that is not a file, 01 03 00 0001 61 0200000000 01 05",
        "extent of length 0, 01 02 00 01 01",
        "extent of unknown kind, 01 02 00 01 06 00 00",
        "distance to a block is 301, 01 02 00 01 04 ad02 00",
        "offset in a block is 67108864, 01 02 00 01 04 00 80808020",
        "lies outside of any block, 01 02 00 01 08 00 ffffff1f",
        "lies outside of any block, 01 02 00 01 84808080808080808001 00 01",
        "run is 3, 01 02 00 01 07 03 00 00",
        "block number is, 01 02 00 01 07 02 80808080808080808001 00",
        "number of extents is 2, 01 02 00 02 05",
        "empty component, 01 03 00 0001 2f 0200000000 00",
        "shared prefix is 1, 01 03 00 0101 2f 0200000000 00",
        // the order of records
        "entry 1 out of order, 02 01 00 0001 61 010000000001 00 03 01 0001 62 0200000000 00",
        "entry 2 out of order, 02 03 00 0001 61 0200000000 00 03 02 0001 62 0200000000 00",
        "entry 0 out of order, 02 03 00 0001 61 0200000000 00 02 00 00",
        "entry 1 out of order, 02 01 00 0001 61 010000000001 00 02 01 00",
        "entry 5 out of order, 02 00 04 00 02 05 00",
    })
    void refusesWhatBreaksABound(String says, String hex) {
        assertCorrupt(says, () -> read(OWNERS + hex));
    }

    @Test
    void onlyTheFirstRecordMayGoOnWithAnEntryOfAnEarlierBlock() throws Exception {
        List<Journal.Record> records = read(OWNERS + "03 00 04 01 05 02 04 01 05 03 05 0001 61 0200000000 00");
        assertEquals(3, records.size());
        assertEquals(List.of(4L, 4L, 5L), records.stream().map(Journal.Record::entryNumber).toList());
    }

    @Test
    void thereIsNoRunBeforeTheFirst() {
        assertCorrupt("run before the first",
                () -> Journal.read(Sample.buffer("00 01 02 00 01 07 00 00 00"), 0, BLOCK));
    }
}
