package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.Timestamp;

class LeafTest {
    private static final Owner ROOT = new Owner(0, 0, "", "");
    private static final Owner ANNA = new Owner(1, 2, "a", "");
    private static final Pointer.Position HERE = new Pointer.Position(1, 1_000_000);
    private static final LongFunction<BlockRef> BLOCKS =
            n -> new BlockRef(n, Sample.pointer(1, 1000 * n, 900, 10_000));
    /// What a leaf begins with that has one owner and no blocks.
    private static final String ONE_OWNER = "01 00000000 00 ";

    private static Metadata file(long size, long seconds) {
        return Metadata.of(EntryType.FILE, 1, ROOT, new Timestamp(seconds, 0)).withSize(size);
    }

    private static Metadata folder(long seconds) {
        return Metadata.of(EntryType.FOLDER, 2, ANNA, new Timestamp(seconds, 3));
    }

    private static byte[] bytes(Leaf.Builder leaf) {
        ByteWriter out = new ByteWriter(1);
        leaf.writeTo(out);
        return out.toArray();
    }

    private static Leaf read(byte[] bytes) throws Exception {
        return Leaf.readFrom(ByteBuffer.wrap(bytes), HERE);
    }

    private static Leaf read(String hex) throws Exception {
        return read(Sample.bytes(hex));
    }

    private static PackedExtents extents(Object... blockOffsetLength) {
        PackedExtents extents = new PackedExtents();
        for (int i = 0; i < blockOffsetLength.length; i += 3) {
            long length = (int) blockOffsetLength[i + 2];
            if (blockOffsetLength[i].equals("hole")) {
                extents.addHole(length);
            } else {
                extents.addData((int) blockOffsetLength[i], (int) blockOffsetLength[i + 1], length);
            }
        }
        return extents;
    }

    private static Leaf.Builder sample() {
        Leaf.Builder leaf = new Leaf.Builder(BLOCKS);
        leaf.add(EntryPath.ROOT, folder(100), PackedExtents.NONE);
        leaf.add(EntryPath.of("ab"), file(10, 90), extents(7, 20, 10));
        leaf.add(EntryPath.of("ab/c"), folder(90), PackedExtents.NONE);
        leaf.add(EntryPath.of("ab/cd"), file(26, 91), extents(9, 0, 4, "hole", 0, 6, 7, 30, 16));
        leaf.addLarge(EntryPath.of("ac"), file(1 << 20, 91),
                List.of(new Extent.More(Sample.pointer(0, 77, 5, 6), 1 << 20)));
        leaf.add(EntryPath.of("b"), file(0, 91), PackedExtents.NONE);
        return leaf;
    }

    @Test
    void liesAsTheSpecificationSays() {
        String hash = Sample.countingHex(10_000, 32);
        String expected =
                // owners: anna, root
                "02" + "0102" + "0161" + "00" + "0000" + "00" + "00"
                // blocks: 7 and 9 of run 1
                + "02" + "07" + "01" + "d836" + "8407" + "904e" + hash
                + "09" + "01" + "a846" + "8407" + "904e" + hash
                + "06"
                + "00" + "00" + "02" + "02" + "00" + "c801" + "03"
                + "00" + "026162" + "01" + "01" + "01" + "13" + "00" + "0a" + "01" + "28" + "00" + "28"
                + "02" + "022f63" + "02" + "02" + "00" + "00" + "03"
                + "04" + "0164" + "01" + "01" + "01" + "02" + "00" + "1a"
                + "03" + "10" + "01" + "00" + "19" + "40" + "00" + "00"
                + "01" + "0163" + "01" + "01" + "01" + "00" + "00" + "808040"
                + "01" + "82808002" + "00" + "4d" + "05" + "06" + Sample.countingHex(6, 32)
                + "00" + "0162" + "01" + "01" + "01" + "00" + "00" + "00" + "00";
        assertEquals(expected, Sample.hex(bytes(sample())));
    }

    @Test
    void comesBackAsItWasWritten() throws Exception {
        Leaf leaf = read(bytes(sample()));
        assertEquals("[., ab, ab/c, ab/cd, ac, b]", leaf.entries().stream().map(Entry::path).toList().toString());
        assertEquals(folder(100), leaf.entries().get(0).metadata());
        assertEquals(List.of(), leaf.entries().get(0).extents());
        assertEquals(file(10, 90), leaf.entries().get(1).metadata());
        assertEquals(List.of(new Extent.Data(BLOCKS.apply(7), 20, 10)), leaf.entries().get(1).extents());
        assertEquals(
                List.of(new Extent.Data(BLOCKS.apply(9), 0, 4), new Extent.Hole(6),
                        new Extent.Data(BLOCKS.apply(7), 30, 16)),
                leaf.entries().get(3).extents());
        assertEquals(
                List.of(new Extent.More(Sample.pointer(0, 77, 5, 6), 1 << 20)), leaf.entries().get(4).extents());
        assertEquals(file(0, 91), leaf.entries().get(5).metadata());
    }

    @Test
    void theBuilderKnowsWhatItHolds() {
        Leaf.Builder leaf = sample();
        assertEquals(6, leaf.count());
        assertEquals(36 + (1 << 20), leaf.bytes());
        assertEquals(EntryPath.ROOT, leaf.firstPath());
        assertEquals(2 + 4 + 5 + 2 + 1, leaf.keyBytes());
        int length = bytes(leaf).length;
        int estimate = leaf.rawLength();
        assertEquals(true, estimate >= length && estimate <= length + 12, estimate + " for " + length);
    }

    @Test
    void aLeafMayHoldTheSmallestEntryOnly() throws Exception {
        Entry entry = read("01 00000000 00 01" + "0000" + "0200000000").entries().getFirst();
        assertEquals(Metadata.of(EntryType.FOLDER, 0, ROOT, new Timestamp(0, 0)), entry.metadata());
        assertEquals(EntryPath.ROOT, entry.path());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "leaf without entries, 00",
        "number of entries is 2, 02 0000 0200000000",
        "bytes left over, 01 0000 0200000000 00",
        // names
        "does not come after, 02 000162 0200000000 000161 0200000000",
        "does not come after, 02 000161 0200000000 0100 0200000000",
        "does not come after, 02 000161 0200000000 0000 0200000000",
        "does not come after, 02 0003612e62 0200000000 0102 2f62 0200000000",
        "empty component, 01 0001 2f 0200000000",
        "empty component, 01 0002 2f61 0200000000",
        "empty component, 01 0002 612f 0200000000",
        "empty component, 01 0004 612f2f62 0200000000",
        "component '.' or '..', 01 0001 2e 0200000000",
        "component '.' or '..', 01 0002 2e2e 0200000000",
        "component '.' or '..', 01 0004 612f2e2e 0200000000",
        "component '.' or '..', 01 0005 612f2e2f62 0200000000",
        "has a NUL byte, 01 0003 610062 0200000000",
        "name length is 65536, 01 00 808004 0200000000",
        // extents
        "extents cover 0 of 1, 01 000161 0100000000 01 00",
        "extents cover 1 of 2, 01 000161 0100000000 02 01 05",
        "do not add up to the size 1, 01 000161 0100000000 01 01 09",
        "do not add up to the size 0, 01 000161 0100000000 00 01 05",
        "do not add up to the size 1, 01 000161 0100000000 01 02 01 05",
        "extent of unknown kind 3, 01 000161 0100000000 01 01 07",
        "extent of unknown kind 0, 01 000161 0100000000 01 01 04 00 00",
        "number of extents is 9, 01 000161 0100000000 01 09 05",
    })
    void refusesWhatBreaksABound(String says, String hex) {
        assertCorrupt(says, () -> read(ONE_OWNER + hex));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        // length << 2, position in the block table, offset
        "block of an extent is 1, 04 01 00",
        "lies outside of its block, 04 00 01",
        "lies outside of its block, 04 00 c801",
        "lies outside of its block, 04 00 ffffffffffffffffff01",
        "lies outside of its block, 04 00 feffffffffffffffff01",
    })
    void refusesAnExtentOutsideOfItsBlock(String says, String extent) throws Exception {
        // a block of 116 raw bytes: at most 100 are content
        String pointer = "00 00 64 74" + Sample.countingHex(0, 32);
        String leaf = "01 00000000 01 05" + pointer + "01 000161 0100000000 01 01";
        assertInstanceOf(Extent.Data.class, read(leaf + "04 00 c601").entries().getFirst().extents().getFirst());
        assertCorrupt(says, () -> read(leaf + extent));
    }

    @Test
    void offsetsGoOnWhereTheLastExtentOfTheSameBlockEnded() throws Exception {
        Leaf.Builder leaf = new Leaf.Builder(BLOCKS);
        leaf.add(EntryPath.of("a"), file(3, 0), extents(1, 5, 3));
        leaf.add(EntryPath.of("b"), file(3, 0), extents(2, 8, 3));
        leaf.add(EntryPath.of("c"), file(3, 0), extents(1, 8, 3));
        leaf.add(EntryPath.of("d"), file(3, 0), extents(1, 0, 3));
        byte[] bytes = bytes(leaf);
        String hex = Sample.hex(bytes); // the last entry takes 13 bytes
        assertEquals("0c0000", hex.substring(hex.length() - 32, hex.length() - 26));
        assertEquals("0c0015", hex.substring(hex.length() - 6));
        List<Extent> all = read(bytes).entries().stream().map(e -> e.extents().getFirst()).toList();
        assertEquals(new Extent.Data(BLOCKS.apply(1), 5, 3), all.get(0));
        assertEquals(new Extent.Data(BLOCKS.apply(2), 8, 3), all.get(1));
        assertEquals(new Extent.Data(BLOCKS.apply(1), 8, 3), all.get(2));
        assertEquals(new Extent.Data(BLOCKS.apply(1), 0, 3), all.get(3));
    }

    @Test
    void blocksLieBeforeTheLeaf() {
        for (String runAndOffset : new String[] {"02 00", "01 c0843d", "01 c5833d"}) {
            String block = "05" + runAndOffset + "64 74" + Sample.countingHex(0, 32);
            assertCorrupt("does not lie before", () -> read("01 00000000 01" + block + "01 0000 0200000000"));
        }
    }

    @Test
    void extentsFramesHoldDataAndHolesOnly() throws Exception {
        PackedExtents content = extents(7, 20, 10, "hole", 0, 6, 9, 30, 16, 7, 0, 1);
        ByteWriter out = new ByteWriter(1);
        Leaf.writeExtents(out, content, 1, 4, BLOCKS);
        List<Extent> expected = List.of(new Extent.Hole(6), new Extent.Data(BLOCKS.apply(9), 30, 16),
                new Extent.Data(BLOCKS.apply(7), 0, 1));
        assertEquals(expected, Leaf.readExtents(ByteBuffer.wrap(out.toArray()), HERE, 23));
        assertCorrupt("extents cover 23 of 24",
                () -> Leaf.readExtents(ByteBuffer.wrap(out.toArray()), HERE, 24));
        String more = "00 01 06 00 00 05 06" + Sample.countingHex(6, 32);
        assertCorrupt("unknown kind 2", () -> Leaf.readExtents(Sample.buffer(more), HERE, 1));
        assertCorrupt("bytes left over", () -> Leaf.readExtents(Sample.buffer("00 01 05 00"), HERE, 1));
    }

    @Test
    void namesAreOrderedAsPathsNotAsStrings() throws Exception {
        Leaf.Builder leaf = new Leaf.Builder(BLOCKS);
        List<EntryPath> paths = List.of(EntryPath.of("a"), EntryPath.of("a/b"), EntryPath.of("a/b/c"),
                new EntryPath(Bytes.wrap(new byte[] {'a', 1})), EntryPath.of("a b"), EntryPath.of("a.b"),
                EntryPath.of("aa"), new EntryPath(Bytes.wrap(new byte[] {(byte) 0xff})));
        paths.forEach(path -> leaf.add(path, folder(0), PackedExtents.NONE));
        assertEquals(paths, read(bytes(leaf)).entries().stream().map(Entry::path).toList());
        assertEquals(paths, paths.stream().sorted().toList());
    }
}
