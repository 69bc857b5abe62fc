package ptar.read;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.Forge;
import ptar.Forge.ForgedRun;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.error.UnsupportedVersionException;
import ptar.index.EntryCursor;
import ptar.layout.BlockRef;
import ptar.layout.ByteWriter;
import ptar.layout.Entry;
import ptar.layout.Extent;
import ptar.layout.FrameHead;
import ptar.layout.FrameType;
import ptar.layout.Journal;
import ptar.layout.Leaf;
import ptar.layout.Node;
import ptar.layout.PackedExtents;
import ptar.layout.Pointer;
import ptar.layout.Root;
import ptar.layout.Run;
import ptar.layout.RunEnd;
import ptar.storage.MemorySource;
import ptar.tree.Attribute;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.MemoryTree;
import ptar.tree.Metadata;

/// Archives that somebody made up: every checksum, hash and tag is right, and what they say is not. Each is refused
/// with one clear error.
public class HostileArchiveTest {
    private static final byte[] CONTENT = Bytes.of("twenty bytes of text").toArray();

    // ---- what an archive is made of

    private static Metadata file(long size) {
        return Metadata.of(EntryType.FILE, 0644, MemoryTree.OWNER, MemoryTree.TIME).withSize(size);
    }

    private static byte[] bytes(ByteWriter out) {
        return out.toArray();
    }

    private static PackedExtents data(long block, int offset, long length) {
        PackedExtents extents = new PackedExtents();
        extents.addData(block, offset, length);
        return extents;
    }

    private static byte[] leaf(BlockRef block, String path, long size, PackedExtents extents) {
        Leaf.Builder leaf = new Leaf.Builder(number -> block);
        leaf.add(EntryPath.of(path), file(size), extents);
        ByteWriter out = new ByteWriter(64);
        leaf.writeTo(out);
        return bytes(out);
    }

    private static byte[] leafOf(String... paths) {
        Leaf.Builder leaf = new Leaf.Builder(number -> null);
        for (String path : paths) {
            leaf.add(EntryPath.of(path), file(0), PackedExtents.NONE);
        }
        ByteWriter out = new ByteWriter(64);
        leaf.writeTo(out);
        return bytes(out);
    }

    private static byte[] node(int level, Node.Child... children) {
        ByteWriter out = new ByteWriter(64);
        new Node(level, List.of(children)).writeTo(out);
        return bytes(out);
    }

    private static Node.Child child(String path, Pointer pointer, long entries, long bytes) {
        return new Node.Child(EntryPath.of(path), pointer, entries, bytes);
    }

    private static byte[] root(long entries, long bytes, int height, Pointer top) {
        ByteWriter out = new ByteWriter(64);
        new Root(0, List.of(), entries, bytes, height, top, null).writeTo(out);
        return bytes(out);
    }

    private static byte[] journal(PackedExtents extents, long size) {
        Journal.Builder journal = new Journal.Builder();
        journal.add(0, EntryPath.of("f"), file(size), extents, 0, extents.count(), 0, true, false);
        ByteWriter out = new ByteWriter(64);
        journal.writeTo(out);
        return bytes(out);
    }

    private static byte[] archive(Consumer<ForgedRun> content, Forge forge) {
        content.accept(forge.newRun());
        return forge.close();
    }

    private static byte[] archive(Consumer<ForgedRun> content) {
        return archive(content, Forge.plain());
    }

    /// An archive whose tree is one leaf.
    private static byte[] ofLeaf(byte[] raw, long entries, long bytes) {
        return archive(run -> end(run, run.stored(FrameType.LEAF, raw), entries, bytes, 1));
    }

    private static void end(ForgedRun run, Pointer top, long entries, long bytes, int height) {
        run.end(run.stored(FrameType.ROOT, root(entries, bytes, height, top)));
    }

    // ---- reading it

    private static List<Entry> list(byte[] archive) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (ArchiveReader reader = ArchiveReader.open(new MemorySource(archive), KeyFinder.PLAIN)) {
            EntryCursor cursor = reader.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL);
            for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private static byte[] content(byte[] archive, String path) throws IOException {
        try (ArchiveReader reader = ArchiveReader.open(new MemorySource(archive), KeyFinder.PLAIN)) {
            Entry entry = reader.find(EntryPath.of(path));
            ByteBuffer target = ByteBuffer.allocate((int) Math.min(1 << 20, entry.metadata().size()));
            try (SeekableByteChannel channel = reader.open(entry)) {
                while (target.hasRemaining() && channel.read(target) > 0) {
                    // until all is there
                }
            }
            return target.array();
        }
    }

    private interface Reading {
        Object read() throws IOException;
    }

    private static void assertRefused(String says, Reading reading) {
        assertRefused(CorruptArchiveException.class, says, reading);
    }

    private static void assertRefused(Class<? extends ArchiveException> type, String says, Reading reading) {
        ArchiveException refused = assertThrows(type, reading::read);
        ErrorOrRight.checked(refused);
        assertTrue(refused.getMessage().contains(says), refused.getMessage());
    }

    private static ForwardContents forward(byte[] archive) throws IOException {
        return ForwardContents.read(MemorySource.stream(archive), KeyFinder.PLAIN, 1);
    }

    private static void assertForwardDamage(String says, byte[] archive) throws IOException {
        ForwardContents contents = forward(archive);
        assertTrue(!contents.damage.isEmpty(), "forward reading sees no damage");
        ErrorOrRight.checked(contents.damage.getFirst());
        String all = contents.damage.toString();
        assertTrue(all.contains(says), all);
    }

    // ---- the sound ones, so that the others fail for what they say

    private static byte[] sound() {
        return archive(run -> {
            Pointer block = run.block(0, CONTENT, journal(data(0, 0, 20), 20));
            Pointer leaf = run.stored(FrameType.LEAF, leaf(new BlockRef(0, block), "f", 20, data(0, 0, 20)));
            end(run, leaf, 1, 20, 1);
        });
    }

    @Test
    void aForgedArchiveCanBeSound() throws IOException {
        assertArrayEquals(CONTENT, content(sound(), "f"));
        ForwardContents forward = forward(sound());
        assertEquals(List.of(), forward.damage);
        assertArrayEquals(CONTENT, forward.contentOf(forward.entries.get(EntryPath.of("f"))));
        assertEquals(1, list(ofLeaf(leafOf("a"), 1, 0)).size());
        assertEquals(4, list(twoLevels(0, 0)).size());
    }

    private static byte[] twoLevels(int more, int moreBytes) {
        return archive(run -> {
            Pointer first = run.stored(FrameType.LEAF, leafOf("a", "b"));
            Pointer second = run.stored(FrameType.LEAF, leafOf("c", "d"));
            Pointer top = run.stored(FrameType.NODE,
                    node(1, child("a", first, 2, 0), child("c", second, 2 + more, moreBytes)));
            end(run, top, 4 + more, moreBytes, 2);
        });
    }

    // ---- the tree

    @Test
    void aNodeThatPointsToItselfOrBehindItself() {
        byte[] itself = archive(run -> {
            Pointer own = new Pointer(0, run.position().offset(), 100, 100, Bytes.wrap(new byte[32]));
            Pointer top = run.stored(FrameType.NODE, node(1, child("a", own, 1, 0)));
            end(run, top, 1, 0, 2);
        });
        assertRefused("does not lie before what points to it", () -> list(itself));
        byte[] behind = archive(run -> {
            Pointer top = run.stored(FrameType.NODE, node(1, child("a",
                    new Pointer(0, 200, 10, 10, Bytes.wrap(new byte[32])), 1, 0)));
            run.stored(FrameType.LEAF, leafOf("a"));
            end(run, top, 1, 0, 2);
        });
        assertRefused("does not lie before what points to it", () -> list(behind));
    }

    @Test
    void aRootThatPointsBehindItself() {
        Pointer nowhere = new Pointer(0, 5_000, 10, 10, Bytes.wrap(new byte[32]));
        byte[] archive = archive(run -> end(run, nowhere, 1, 0, 1));
        assertRefused("does not lie before what points to it", () -> list(archive));
    }

    @Test
    void aNodeOfTheWrongLevel() {
        byte[] archive = archive(run -> {
            Pointer leaf = run.stored(FrameType.LEAF, leafOf("a"));
            Pointer low = run.stored(FrameType.NODE, node(2, child("a", leaf, 1, 0)));
            Pointer top = run.stored(FrameType.NODE, node(2, child("a", low, 1, 0)));
            end(run, top, 1, 0, 3);
        });
        assertRefused("level is 2, expected 1", () -> list(archive));
    }

    @Test
    void aLeafInThePlaceOfANodeAndTheOtherWayRound() {
        byte[] leafAsNode = archive(run -> {
            Pointer leaf = run.stored(FrameType.LEAF, leafOf("a"));
            end(run, leaf, 1, 0, 2);
        });
        assertRefused("found type 2", () -> list(leafAsNode));
        byte[] nodeAsLeaf = archive(run -> {
            Pointer leaf = run.stored(FrameType.LEAF, leafOf("a"));
            end(run, run.stored(FrameType.NODE, node(1, child("a", leaf, 1, 0))), 1, 0, 1);
        });
        assertRefused("found type 3", () -> list(nodeAsLeaf));
    }

    @Test
    void countsThatDisagree() {
        assertRefused("its parent says 'c', 3, 0", () -> list(twoLevels(1, 0)));
        assertRefused("its parent says 'c', 1, 0", () -> list(twoLevels(-1, 0)));
        assertRefused("its parent says 'c', 2, 7", () -> list(twoLevels(0, 7)));
        assertRefused("its parent says", () -> list(ofLeaf(leafOf("a"), 2, 0)));
        assertRefused("its parent says", () -> list(ofLeaf(leafOf("a"), 1, 1)));
    }

    @Test
    void countsThatWrapAround() {
        byte[] archive = archive(run -> {
            Pointer leaf = run.stored(FrameType.LEAF, leafOf("a"));
            Pointer top = run.stored(FrameType.NODE, node(1, child("a", leaf, Long.MAX_VALUE, 0),
                    child("b", leaf, Long.MAX_VALUE, 0), child("c", leaf, 3, 0)));
            end(run, top, 1, 0, 2);
        });
        assertRefused("its parent says 'a', 9223372036854775807, 0", () -> list(archive));
    }

    @Test
    void aChildThatBeginsWithAnotherName() {
        byte[] archive = archive(run -> {
            Pointer first = run.stored(FrameType.LEAF, leafOf("a"));
            Pointer second = run.stored(FrameType.LEAF, leafOf("c"));
            Pointer top = run.stored(FrameType.NODE,
                    node(1, child("a", first, 1, 0), child("b", second, 1, 0)));
            end(run, top, 2, 0, 2);
        });
        assertRefused("begins with 'c'", () -> list(archive));
    }

    @Test
    void leavesThatOverlap() {
        byte[] archive = archive(run -> {
            Pointer first = run.stored(FrameType.LEAF, leafOf("a", "x"));
            Pointer second = run.stored(FrameType.LEAF, leafOf("c"));
            Pointer top = run.stored(FrameType.NODE,
                    node(1, child("a", first, 2, 0), child("c", second, 1, 0)));
            end(run, top, 3, 0, 2);
        });
        assertRefused("belongs behind it", () -> list(archive));
    }

    @Test
    void aLeafThatReachesIntoTheNextNode() {
        byte[] archive = archive(run -> {
            Pointer first = run.stored(FrameType.LEAF, leafOf("a", "x"));
            Pointer second = run.stored(FrameType.LEAF, leafOf("c"));
            Pointer left = run.stored(FrameType.NODE, node(1, child("a", first, 2, 0)));
            Pointer right = run.stored(FrameType.NODE, node(1, child("c", second, 1, 0)));
            Pointer top = run.stored(FrameType.NODE, node(2, child("a", left, 2, 0), child("c", right, 1, 0)));
            end(run, top, 3, 0, 3);
        });
        assertRefused("belongs behind it", () -> list(archive));
    }

    /// Looking the leaf up twice would list it twice.
    @Test
    void onePageUnderTwoNames() {
        byte[] archive = archive(run -> {
            Pointer leaf = run.stored(FrameType.LEAF, leafOf("a"));
            Pointer top = run.stored(FrameType.NODE, node(1, child("a", leaf, 1, 0), child("b", leaf, 1, 0)));
            end(run, top, 2, 0, 2);
        });
        assertRefused("begins with 'a'", () -> list(archive));
    }

    @Test
    void aTreeDeeperThanEightLevels() {
        byte[] archive = archive(run -> {
            Pointer below = run.stored(FrameType.LEAF, leafOf("a"));
            for (int level = 1; level <= 8; level++) {
                below = run.stored(FrameType.NODE, node(level, child("a", below, 1, 0)));
            }
            end(run, below, 1, 0, 9);
        });
        assertRefused("height 9", () -> list(archive));
    }

    @Test
    void theDeepestTreeThatIsValid() throws IOException {
        byte[] archive = archive(run -> {
            Pointer below = run.stored(FrameType.LEAF, leafOf("a"));
            for (int level = 1; level <= 7; level++) {
                below = run.stored(FrameType.NODE, node(level, child("a", below, 1, 0)));
            }
            end(run, below, 1, 0, 8);
        });
        assertEquals(1, list(archive).size());
    }

    // ---- names

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/../../x", "/x", "a//b", "a/", ".", "..", "a/./b", "a\0b", "/"})
    void namesThatLeadOut(String name) {
        Bytes key = Bytes.of(name);
        ByteWriter out = new ByteWriter(64).varint(1).varint(0).varint(0).varint(0).varint(0).varint(0).varint(1);
        out.varint(0).counted(key).u8(2).varint(0).varint(0).varint(0).varint(0);
        assertRefused("name '", () -> list(ofLeaf(bytes(out), 1, 0)));
        ByteWriter journal = new ByteWriter(64).varint(1).varint(0).varint(0).varint(0).varint(0).varint(1);
        journal.u8(3).varint(0).varint(0).counted(key).u8(2).varint(0).varint(0).varint(0).varint(0).varint(0);
        byte[] archive = archive(run -> {
            run.block(0, new byte[0], bytes(journal));
            end(run, null, 0, 0, 0);
        });
        try {
            assertForwardDamage("name '", archive);
            assertEquals(0, forward(archive).entries.size());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    // ---- content

    private static byte[] withExtent(int offset, int length, long blockNumber) {
        return archive(run -> {
            Pointer block = run.block(0, CONTENT, journal(data(0, 0, 20), 20));
            byte[] leaf = leaf(new BlockRef(blockNumber, block), "f", length, data(0, offset, length));
            end(run, run.stored(FrameType.LEAF, leaf), 1, length, 1);
        });
    }

    @Test
    void anExtentThatReachesIntoTheJournal() throws IOException {
        assertArrayEquals(Arrays.copyOfRange(CONTENT, 5, 20), content(withExtent(5, 15, 0), "f"));
        assertRefused("passes its content", () -> content(withExtent(5, 16, 0), "f"));
        assertRefused("passes its content", () -> content(withExtent(20, 1, 0), "f"));
        assertRefused("lies outside of its block", () -> list(withExtent(5, 1_000, 0)));
    }

    @Test
    void aBlockOfAnotherNumber() {
        assertRefused("is number 0, expected 5", () -> content(withExtent(0, 20, 5), "f"));
    }

    @Test
    void anExtentInAFrameThatIsNoBlock() {
        byte[] archive = archive(run -> {
            Pointer other = run.stored(FrameType.LEAF, leafOf("x".repeat(100)));
            byte[] leaf = leaf(new BlockRef(0, other), "f", 20, data(0, 0, 20));
            end(run, run.stored(FrameType.LEAF, leaf), 1, 20, 1);
        });
        assertRefused("found type 2", () -> content(archive, "f"));
    }

    @Test
    void anExtentsFrameThatCoversAnotherLength() {
        byte[] archive = archive(run -> {
            Pointer more = run.stored(FrameType.EXTENTS, new byte[] {0, 1, 5 << 2 | 1});
            Leaf.Builder leaf = new Leaf.Builder(number -> null);
            leaf.addLarge(EntryPath.of("f"), file(6), List.of(new Extent.More(more, 6)));
            ByteWriter out = new ByteWriter(64);
            leaf.writeTo(out);
            end(run, run.stored(FrameType.LEAF, bytes(out)), 1, 6, 1);
        });
        assertRefused("extents cover 5 of 6 bytes", () -> content(archive, "f"));
    }

    @Test
    void aRunThatIsNotThere() {
        byte[] archive = archive(run -> {
            Pointer far = new Pointer(1, 0, 10, 10, Bytes.wrap(new byte[32]));
            byte[] leaf = leaf(new BlockRef(0, far), "f", 1, data(0, 0, 1));
            end(run, run.stored(FrameType.LEAF, leaf), 1, 1, 1);
        });
        assertRefused("does not lie before what points to it", () -> list(archive));
    }

    // ---- frames

    /// An archive whose leaf's frame says other things of itself than the pointer does.
    private static byte[] withLeafFrame(int type, int codec, int storedLength, int rawLength, byte[] payload) {
        return archive(run -> {
            java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
            crc.update(payload);
            run.frame(new FrameHead(type, codec, storedLength, rawLength, (int) crc.getValue()), payload);
            Pointer pointer = new Pointer(0, 0, payload.length, payload.length, Forge.hashOf(payload));
            end(run, pointer, 1, 0, 1);
        });
    }

    @Test
    void aFrameThatSaysOtherLengthsThanItsPointer() throws IOException {
        byte[] leaf = leafOf("a");
        int n = leaf.length;
        assertEquals(1, list(withLeafFrame(2, 0, n, n, leaf)).size());
        assertRefused("expected " + n, () -> list(withLeafFrame(2, 0, n - 1, n - 1, leaf)));
        assertRefused("expected " + n, () -> list(withLeafFrame(2, 1, n, n + 1, leaf)));
        assertRefused("found type 4", () -> list(withLeafFrame(4, 0, n, n, leaf)));
        assertRefused("found type 200", () -> list(withLeafFrame(200, 0, n, n, leaf)));
        assertRefused(UnsupportedVersionException.class, "frame type 8",
                () -> list(withLeafFrame(8, 0, n, n, leaf)));
        assertRefused(UnsupportedVersionException.class, "codec 2", () -> list(withLeafFrame(2, 2, n, n, leaf)));
    }

    @Test
    void aPayloadThatDoesNotHashToWhatItsPointerSays() {
        byte[] leaf = leafOf("a");
        byte[] archive = archive(run -> {
            run.stored(FrameType.LEAF, leafOf("b"));
            end(run, new Pointer(0, 0, leaf.length, leaf.length, Forge.hashOf(leaf)), 1, 0, 1);
        });
        assertRefused("hash mismatch", () -> list(archive));
    }

    private static byte[] withCompressedLeaf(byte[] compressed, int rawLength) {
        return archive(run -> end(run, run.frame(2, FrameHead.ZSTD, compressed, rawLength), 1, 0, 1));
    }

    @Test
    void aPayloadThatDecompressesToAnotherLength() throws IOException {
        byte[] leaf = leafOf("a".repeat(300));
        byte[] compressed = Forge.compress(leaf);
        assertEquals(1, list(withCompressedLeaf(compressed, leaf.length)).size());
        assertRefused("decompress", () -> list(withCompressedLeaf(compressed, leaf.length - 1)));
        assertRefused("decompress", () -> list(withCompressedLeaf(compressed, leaf.length + 1)));
        assertRefused("decompress", () -> list(withCompressedLeaf(compressed, 0)));
        assertRefused("decompress", () -> list(withCompressedLeaf(leaf, leaf.length)));
        assertRefused("decompress", () -> list(withCompressedLeaf(new byte[0], leaf.length)));
        byte[] cut = Arrays.copyOf(compressed, compressed.length - 1);
        assertRefused("decompress", () -> list(withCompressedLeaf(cut, leaf.length)));
    }

    @Test
    void moreThanOneZstdFrameInAPayload() {
        byte[] leaf = leafOf("a".repeat(300));
        byte[] first = Forge.compress(Arrays.copyOf(leaf, 100));
        byte[] second = Forge.compress(Arrays.copyOfRange(leaf, 100, leaf.length));
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        assertRefused("not one zstd frame", () -> list(withCompressedLeaf(both, leaf.length)));
        byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 7};
        byte[] compressed = Forge.compress(leaf);
        byte[] withMore = Arrays.copyOf(compressed, compressed.length + skippable.length);
        System.arraycopy(skippable, 0, withMore, compressed.length, skippable.length);
        assertRefused("not one zstd frame", () -> list(withCompressedLeaf(withMore, leaf.length)));
    }

    @Test
    void aPayloadThatDecompressesToFarMore() {
        byte[] bomb = Forge.compress(new byte[1 << 24]);
        assertTrue(bomb.length < 2_000);
        assertRefused("decompress", () -> list(withCompressedLeaf(bomb, 1_000)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 77, 127})
    void aFrameTypeBelow128ThatIsNotKnown(int type) {
        byte[] archive = archive(run -> {
            run.frame(type, 0, new byte[5], 5);
            end(run, null, 0, 0, 0);
        });
        assertRefused(UnsupportedVersionException.class, "frame type " + type, () -> {
            ForwardContents contents = forward(archive);
            return contents.damage;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 200, 255})
    void aFrameTypeFrom128OnIsPassedOver(int type) throws IOException {
        byte[] archive = archive(run -> {
            Pointer block = run.block(0, CONTENT, journal(data(0, 0, 20), 20));
            run.frame(type, 99, new byte[100_000], 7);
            Pointer leaf = run.stored(FrameType.LEAF, leaf(new BlockRef(0, block), "f", 20, data(0, 0, 20)));
            run.frame(type, 0, new byte[0], 0);
            end(run, leaf, 1, 20, 1);
        });
        assertArrayEquals(CONTENT, content(archive, "f"));
        ForwardContents forward = forward(archive);
        assertEquals(List.of(), forward.damage);
        assertEquals(1, forward.leaves.size());
    }

    // ---- the run's end

    private static byte[] withRunEnd(RunEnd end) {
        return archive(run -> {
            run.stored(FrameType.LEAF, leafOf("a"));
            run.end(end);
        });
    }

    @Test
    void aRunEndThatLeadsElsewhere() {
        byte[] leaf = leafOf("a");
        assertRefused("found type 2", () -> list(withRunEnd(new RunEnd(0, leaf.length, leaf.length))));
        assertRefused("no frame here", () -> list(withRunEnd(new RunEnd(1, 10, 10))));
        assertRefused("run end out of range", () -> list(withRunEnd(new RunEnd(1_000, 10, 10))));
        assertRefused("run end out of range", () -> list(withRunEnd(new RunEnd(-2, 10, 10))));
        assertRefused("has no root", () -> list(withRunEnd(new RunEnd(-1, 0, 0))));
    }

    @Test
    void bytesBehindARunEnd() throws IOException {
        byte[] archive = archive(run -> {
            run.block(0, CONTENT, journal(data(0, 0, 20), 20));
            Pointer root = run.stored(FrameType.ROOT, root(0, 0, 0, null));
            ByteBuffer end = ByteBuffer.allocate(RunEnd.SIZE);
            new RunEnd(root.offset(), root.storedLength(), root.rawLength()).writeTo(end);
            run.bytes(end.array());
            run.end(root);
        });
        assertForwardDamage("no frame at run 0", archive);
    }

    @Test
    void aRunWithoutARunEnd() throws IOException {
        byte[] archive = archive(run -> {
            run.block(0, CONTENT, journal(data(0, 0, 20), 20));
            run.seal();
        });
        assertRefused("damaged run end", () -> list(archive));
        assertForwardDamage("run end", archive);
    }

    @Test
    void aFinalSegmentShorterThanARunEnd() {
        byte[] archive = archive(run -> {
            run.bytes(new byte[65_504 + 31]);
            run.seal();
        });
        assertRefused("can't have a length of", () -> list(archive));
    }

    // ---- journals

    private static byte[] withJournal(byte[] journal) {
        return archive(run -> {
            run.block(0, CONTENT, journal);
            end(run, null, 0, 0, 0);
        });
    }

    @Test
    void aJournalThatIsBroken() throws IOException {
        assertForwardDamage("too early", withJournal(new byte[] {0}));
        assertForwardDamage("bytes left over", withJournal(new byte[] {0, 0, 0}));
        PackedExtents later = data(1, 0, 20);
        Journal.Builder builder = new Journal.Builder();
        builder.add(0, EntryPath.of("f"), file(20), later, 0, 1, 0, true, false);
        ByteWriter out = new ByteWriter(64);
        builder.writeTo(out);
        assertForwardDamage("distance to a block", withJournal(bytes(out)));
    }

    @Test
    void aBlockWhoseTrailerIsBroken() throws IOException {
        for (long number : new long[] {-1, Long.MIN_VALUE}) {
            byte[] archive = archive(run -> {
                run.block(number, CONTENT, new byte[] {0, 0});
                end(run, null, 0, 0, 0);
            });
            assertForwardDamage("block trailer out of range", archive);
        }
        byte[] tooShort = archive(run -> {
            run.stored(FrameType.BLOCK, new byte[15]);
            end(run, null, 0, 0, 0);
        });
        assertForwardDamage("shorter than its trailer", tooShort);
    }

    // ---- what is not known and does not matter

    @Test
    void attributesThatAreNotKnownAreKept() throws IOException {
        Metadata metadata =
                file(0).withUnknown(List.of(new Attribute(5, Bytes.of("x")), new Attribute(900, Bytes.EMPTY)));
        Leaf.Builder leaf = new Leaf.Builder(number -> null);
        leaf.add(EntryPath.of("a"), metadata, PackedExtents.NONE);
        ByteWriter out = new ByteWriter(64);
        leaf.writeTo(out);
        assertEquals(metadata, list(ofLeaf(bytes(out), 1, 0)).getFirst().metadata());
    }

    @Test
    void featuresThatDoNotHinderReading() throws IOException {
        byte[] archive = sound();
        for (int offset : new int[] {10, 24, 31, 32, 39}) {
            byte[] newer = withHeaderByte(archive, offset, 0x80);
            assertEquals(1, list(newer).size(), "byte " + offset);
            assertEquals(List.of(), forward(newer).damage);
        }
    }

    @Test
    void featuresThatHinderReading() {
        byte[] archive = sound();
        assertRefused(UnsupportedVersionException.class, "format version 2",
                () -> list(withHeaderByte(archive, 8, 2)));
        assertRefused(UnsupportedVersionException.class, "incompatible features 0x100",
                () -> list(withHeaderByte(archive, 17, 1)));
        assertRefused(UnsupportedVersionException.class, "suite 9", () -> list(withHeaderByte(archive, 56, 9)));
        assertRefused(UnsupportedVersionException.class, "suite 9", () -> forward(withHeaderByte(archive, 56, 9)));
    }

    /// Sets a byte in both headers, and both MACs.
    private static byte[] withHeaderByte(byte[] archive, int offset, int value) {
        byte[] changed = archive.clone();
        changed[offset] = (byte) value;
        try (ptar.crypto.MasterKey key = ptar.crypto.MasterKey.plain()) {
            byte[] mac = key.headerMac(ByteBuffer.wrap(changed, 0, 224));
            System.arraycopy(mac, 0, changed, 224, 32);
        }
        System.arraycopy(changed, 0, changed, changed.length - 128 - 256, 256);
        return changed;
    }

    // ---- several runs, as an appending writer leaves them

    public static Forge appended() {
        return appended(Forge.plain(), new byte[0]);
    }

    /// Two runs, each with this in a frame of padding before all others.
    static Forge appended(Forge forge, byte[] padding) {
        ForgedRun first = forge.newRun();
        pad(first, padding);
        Pointer block = first.block(0, CONTENT, journal(data(0, 0, 20), 20));
        Pointer leaf = first.stored(FrameType.LEAF, leaf(new BlockRef(0, block), "f", 20, data(0, 0, 20)));
        Pointer oldRoot = first.stored(FrameType.ROOT, root(1, 20, 1, leaf));
        Run run = first.end(oldRoot);
        forge.close();
        ForgedRun second = forge.newRun();
        pad(second, padding);
        ByteWriter journal = new ByteWriter(64).varint(1).varint(1000).varint(100);
        journal.counted(Bytes.of("anna")).counted(Bytes.of("users")).varint(1);
        journal.u8(3).varint(0).varint(0).counted(Bytes.of("g")).u8(1).varint(0644).varint(0);
        journal.zigzag(MemoryTree.TIME.seconds()).varint(MemoryTree.TIME.nanos()).varint(10);
        journal.varint(1).varint(10 << 2 | 3).varint(0).varint(0).varint(5);
        second.block(0, Bytes.of("new").toArray(), bytes(journal));
        Leaf.Builder both = new Leaf.Builder(number -> new BlockRef(0, block));
        both.add(EntryPath.of("f"), file(20), data(0, 0, 20));
        both.add(EntryPath.of("g"), file(10), data(0, 5, 10));
        ByteWriter out = new ByteWriter(64);
        both.writeTo(out);
        Pointer newLeaf = second.stored(FrameType.LEAF, bytes(out));
        ByteWriter root = new ByteWriter(64);
        new Root(1, List.of(run), 2, 30, 1, newLeaf, oldRoot).writeTo(root);
        second.end(second.stored(FrameType.ROOT, bytes(root)));
        return forge;
    }

    private static void pad(ForgedRun run, byte[] padding) {
        if (padding.length > 0) {
            run.stored(FrameType.PADDING, padding);
        }
    }

    @Test
    void anAppendedRunGoesOnWithTheContentOfEarlierOnes() throws IOException {
        byte[] archive = appended().close();
        assertArrayEquals(CONTENT, content(archive, "f"));
        assertArrayEquals(Arrays.copyOfRange(CONTENT, 5, 15), content(archive, "g"));
        ForwardContents forward = forward(archive);
        assertEquals(List.of(), forward.damage);
        assertArrayEquals(CONTENT, forward.contentOf(forward.entries.get(EntryPath.of("f"))));
        assertArrayEquals(
                Arrays.copyOfRange(CONTENT, 5, 15), forward.contentOf(forward.entries.get(EntryPath.of("g"))));
        assertEquals(2, forward.roots.size());
    }

    @Test
    void aRunTableThatDisagrees() {
        for (long[] wrong : new long[][] {{0, 300}, {1, 0}, {1L << 40, 0}, {0, 1L << 61}, {0, 64}}) {
            Forge forge = Forge.plain();
            Run run = forge.newRun().end((Pointer) null);
            ForgedRun second = forge.newRun();
            Run claimed = new Run(0, run.offset() + wrong[0], run.storedLength() + wrong[1], run.salt());
            ByteWriter root = new ByteWriter(64);
            Pointer inFirst = new Pointer(0, 0, 10, 10, Bytes.wrap(new byte[32]));
            new Root(1, List.of(claimed), 1, 0, 1, inFirst, null).writeTo(root);
            second.end(second.stored(FrameType.ROOT, bytes(root)));
            byte[] archive = forge.close();
            assertRefused("", () -> list(archive));
        }
    }

    @Test
    void aLastRunThatIsNotTheNextOne() {
        Forge forge = Forge.plain();
        forge.newRun().end((Pointer) null);
        ForgedRun second = forge.newRun();
        second.end(second.stored(FrameType.ROOT, root(0, 0, 0, null)));
        assertRefused("lists 0 runs before run 1", () -> list(forge.close()));
    }

    @Test
    void damageToOneLeafCostsItsEntriesOnly() throws IOException {
        byte[] archive = archive(run -> {
            Pointer first = run.stored(FrameType.LEAF, leafOf("a", "b"));
            Pointer broken = run.stored(FrameType.LEAF, new byte[] {9, 9, 9});
            Pointer third = run.stored(FrameType.LEAF, leafOf("e", "f"));
            Pointer top = run.stored(FrameType.NODE, node(1, child("a", first, 2, 0), child("c", broken, 2, 0),
                    child("e", third, 2, 0)));
            end(run, top, 6, 0, 2);
        });
        List<String> heard = new ArrayList<>();
        try (ArchiveReader reader = ArchiveReader.open(new MemorySource(archive), KeyFinder.PLAIN)) {
            EntryCursor cursor = reader.entries(EntryPath.ROOT,
                    (from, next, cause) -> heard.add("lost from " + from + " to " + next));
            for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
                heard.add(entry.path().toString());
            }
            assertNotNull(reader.find(EntryPath.of("e")));
            assertNull(reader.find(EntryPath.of("b2")));
        }
        assertEquals(List.of("a", "b", "lost from c to e", "e", "f"), heard);
        assertInstanceOf(CorruptArchiveException.class, forward(archive).damage.getFirst());
        assertEquals(2, forward(archive).leaves.size());
    }
}
