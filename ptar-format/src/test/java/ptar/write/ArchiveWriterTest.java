package ptar.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ptar.write.ArchiveAssert.assertHolds;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.Forge;
import ptar.crypto.KeySlots;
import ptar.crypto.MasterKey;
import ptar.index.EntryCursor;
import ptar.layout.ClosingMark;
import ptar.layout.Entry;
import ptar.layout.Extent;
import ptar.layout.FrameHead;
import ptar.layout.Header;
import ptar.layout.Run;
import ptar.layout.SegmentHead;
import ptar.read.ArchiveReader;
import ptar.read.ForwardContents;
import ptar.read.KeyFinder;
import ptar.storage.MemorySink;
import ptar.storage.MemorySource;
import ptar.tree.Attribute;
import ptar.tree.Bytes;
import ptar.tree.Content;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.MemoryTree;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceTree;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

class ArchiveWriterTest {
    private static final int MIB = 1 << 20;

    /// Hears everything, in order.
    private static final class Heard implements WriteListener {
        final List<String> events = new ArrayList<>();

        @Override
        public void cannotOpen(EntrySource.Item item, IOException cause) {
            events.add("cannot open " + item.path() + ": " + cause.getMessage());
        }

        @Override
        public void cannotRead(EntrySource.Item item, long offset, IOException cause) {
            events.add("cannot read " + item.path() + " at " + offset);
        }

        @Override
        public void shrank(EntrySource.Item item, long missingBytes) {
            events.add(item.path() + " shrank by " + missingBytes);
        }

        @Override
        public void changed(EntrySource.Item item) {
            events.add(item.path() + " changed");
        }

        @Override
        public void readAgain(EntrySource.Item item, SourceTree.Found found) {
            events.add(item.path() + " read again");
        }

        @Override
        public void tooLarge(EntrySource.Item item, String reason) {
            events.add(item.path() + " too large: " + reason);
        }
    }

    private static Entry find(ArchiveReader archive, String path) throws IOException {
        return archive.find(EntryPath.of(path));
    }

    private static ArchiveReader open(byte[] archive) throws IOException {
        return ArchiveReader.open(new MemorySource(archive), KeyFinder.PLAIN);
    }

    private static byte[] read(ArchiveReader archive, String path) throws IOException {
        var target = java.nio.ByteBuffer.allocate((int) find(archive, path).metadata().size());
        try (var channel = archive.open(find(archive, path))) {
            while (target.hasRemaining() && channel.read(target) > 0) {
                // until all is there
            }
        }
        return target.array();
    }

    @Test
    void anEmptyWalkGivesAnArchiveWithoutEntries() throws IOException {
        EntrySource nothing = new EntrySource() {
            @Override
            public Item next() {
                return null;
            }

            @Override
            public void close() {}
        };
        MemorySink sink = new MemorySink();
        WriteSummary summary = ArchiveWriter.write(nothing, sink, WriteOptions.DEFAULT, WriteListener.NONE);
        assertEquals(new WriteSummary(0, 0, 0, sink.archive().length), summary);
        try (ArchiveReader archive = open(sink.archive())) {
            assertEquals(0, archive.root().height());
            assertNull(archive.root().top());
            assertNull(archive.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL).next());
            assertNull(find(archive, "a"));
            assertNull(archive.find(EntryPath.ROOT));
        }
        assertEquals(0, ForwardContents.read(MemorySource.stream(sink.archive()), KeyFinder.PLAIN, 1).damage.size());
    }

    @Test
    void theTreesOwnRootIsAnEntry() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.root().with(Metadata.of(EntryType.FOLDER, 01777, new Owner(3, 4, "", "g"), new Timestamp(-5, 6)));
        byte[] archive = TestArchive.of(tree).write();
        assertHolds(tree, archive);
        try (ArchiveReader reader = open(archive)) {
            assertEquals(1, reader.root().height());
            assertEquals(01777, reader.find(EntryPath.ROOT).metadata().mode());
        }
    }

    @Test
    void keepsEveryKindOfEntryWithAllItsMetadata() throws IOException {
        assertHolds(everyKind(), TestArchive.of(everyKind()).write());
    }

    private static MemoryTree everyKind() {
        MemoryTree tree = new MemoryTree();
        Owner someone = new Owner(0xffff_fffeL, 0, "größe", "");
        tree.file("empty", "");
        tree.file("one", "1");
        tree.file(Bytes.wrap(new byte[] {(byte) 0xff, '\n', (byte) 0xfe}), Content.of("not UTF-8"));
        tree.file(Bytes.of("n".repeat(255)), Content.of("long name"));
        tree.file(Bytes.of("-leading"), Content.of("dash"));
        tree.folder("folder/empty");
        tree.symlink("dangling", "no/such/thing");
        tree.symlink("loop", "loop");
        tree.hardLink("loop too", "loop");
        tree.other("fifo", Metadata.of(EntryType.FIFO, 0600, someone, new Timestamp(Long.MIN_VALUE, 0)));
        tree.other("socket", Metadata.of(EntryType.SOCKET, 0, someone, new Timestamp(Long.MAX_VALUE, 999_999_999)));
        tree.other("tty", Metadata.of(EntryType.CHARACTER_DEVICE, 0620, someone, MemoryTree.TIME).withDevice(5, -1));
        tree.other("disk", Metadata.of(EntryType.BLOCK_DEVICE, 0660, someone, MemoryTree.TIME).withDevice(-1, 0));
        Metadata all = Metadata.of(EntryType.FILE, 07777, someone, new Timestamp(-1, 1))
                .withTimes(new Timestamp(2, 3), new Timestamp(-4, 5))
                .withInodeFlags(0x8000_0010L)
                .withXattrs(List.of(
                        new Xattr(Bytes.of("security.capability"), Bytes.wrap(new byte[20])),
                        new Xattr(Bytes.of("user.a"), Bytes.wrap(new byte[65_536]))))
                .withUnknown(List.of(new Attribute(99, Bytes.of("kept"))))
                .withMarks(true, true);
        tree.file("all", "with everything").with(all);
        tree.hardLink("folder/all again", "all");
        return tree;
    }

    @Test
    void aPathMayBe65535BytesLong() throws IOException {
        MemoryTree tree = new MemoryTree();
        String deep = ("d".repeat(254) + "/").repeat(256);
        tree.file(deep + "f".repeat(255), "at the bottom");
        assertHolds(tree, TestArchive.of(tree).write());
    }

    @Test
    void theSameTreeGivesTheSameBytesWithAnyNumberOfThreads() throws IOException {
        byte[] once = TestArchive.of(mixedTree(1)).windows(60, 3 * MIB).threads(1).write();
        for (int threads : new int[] {1, 2, 8}) {
            byte[] again = TestArchive.of(mixedTree(1)).windows(60, 3 * MIB).threads(threads).write();
            assertArrayEquals(once, again, threads + " threads");
        }
        assertHolds(mixedTree(1), once);
    }

    /// In blocks that are long enough for samples, at a level that goes by them: noise, what nearly is, and text.
    @Test
    void samplesDoNotDependOnTheNumberOfThreads() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a.noise", Content.random(1, 9 * MIB));
        tree.file("b.nearly", Content.join(Content.random(2, 4 * MIB), Content.of("words ".repeat(50_000)),
                Content.random(3, 4 * MIB)));
        tree.file("c.text", "other words ".repeat(500_000));
        byte[] once = TestArchive.of(tree).level(3).blockSize(4 * MIB).threads(1).write();
        assertArrayEquals(once, TestArchive.of(tree).level(3).blockSize(4 * MIB).threads(4).write());
        assertHolds(tree, once);
    }

    /// Blocks of code among others, at a level that filters them; with a file that refers to what came before.
    @Test
    void codeIsFilteredByAnyNumberOfThreads() throws IOException {
        MemoryTree tree = new MemoryTree();
        for (int i = 0; i < 3; i++) {
            tree.file("a" + i + ".bin", Content.machineCode(i, 2_000_000 + i));
        }
        tree.file("b.noise", Content.random(1, 2 * MIB));
        tree.file("c.text", "words ".repeat(500_000));
        tree.file("d.part", Content.join(Content.of("x"), Content.machineCode(1, 2_000_001)));
        byte[] once = TestArchive.of(tree).level(9).blockSize(MIB).threads(1).write();
        assertArrayEquals(once, TestArchive.of(tree).level(9).blockSize(MIB).threads(4).write());
        assertHolds(tree, once);
        assertHolds(tree, TestArchive.of(tree).level(9).blockSize(MIB).sealed().write(), TestArchive.keys());
        MasterKey key = MasterKey.plain();
        long filtered = Forge.framesOf(once, Header.plain(key), key).stream()
                .filter(frame -> frame.codec() == FrameHead.ZSTD_X86).count();
        assertTrue(filtered >= 5, filtered + " blocks");
    }

    /// Files with a stretch in common that is too short for a chunk of its own.
    @Test
    void noiseOfManyFilesIsSearchedForWhatTheyHaveInCommon() throws IOException {
        Content common = Content.random(0, 12_000);
        for (int files : new int[] {Packer.FEW_RECORDS - 1, Packer.FEW_RECORDS}) {
            MemoryTree tree = new MemoryTree();
            for (int i = 0; i < files; i++) {
                tree.file("file" + i, Content.join(Content.random(100 + i, 90_000), common));
            }
            byte[] archive = TestArchive.of(tree).level(3).blockSize(4 * MIB).write();
            assertHolds(tree, archive);
            int records = files + 1; // the tree's own root
            int least = records <= Packer.FEW_RECORDS ? files * 102_000 : files * 90_000;
            assertTrue(archive.length >= least && archive.length < least + 50_000, files + ": " + archive.length);
        }
    }

    /// Some megabytes of all sizes, compressible or not, with repeated content, holes and hard links across windows.
    private static MemoryTree mixedTree(long seed) {
        Random random = new Random(seed);
        MemoryTree tree = new MemoryTree();
        for (int i = 0; i < 150; i++) {
            String path = "d" + i % 7 + "/" + "abc".charAt(i % 3) + i + "." + "xyz".charAt(random.nextInt(3));
            int size = 1 << random.nextInt(18);
            Content noise = Content.random(random.nextInt(40), size);
            switch (random.nextInt(6)) {
                case 0 -> tree.file(path, "text ".repeat(size / 16));
                case 1 -> tree.file(path, Content.join(noise, Content.hole(50_000), noise));
                case 2 -> tree.file(path, Content.join(Content.hole(1), Content.of("x"), Content.hole(1)));
                case 3 -> {
                    tree.file(path, noise);
                    tree.hardLink("links/" + i, path);
                    tree.hardLink("z" + i, path);
                }
                default -> tree.file(path, noise);
            }
        }
        tree.file("large", Content.random(99, 5 * MIB));
        return tree;
    }

    @Test
    void manyEntriesMakeManyLeavesAndLevels() throws IOException {
        // names that share nothing and are long: some four to a leaf, 16 to a node
        assertEquals(4, heightOfTreeOf(1_500, 20_000));
    }

    @Test
    void theLongestNamesStillFitInTheTreesEightLevels() throws IOException {
        // a leaf each: with two children to a node there would be nine levels
        assertEquals(4, heightOfTreeOf(300, 65_535));
    }

    private static int heightOfTreeOf(int names, int length) throws IOException {
        MemoryTree tree = new MemoryTree();
        Metadata fifo = Metadata.of(EntryType.FIFO, 0600, MemoryTree.OWNER, MemoryTree.TIME);
        for (int i = 0; i < names; i++) {
            tree.other("%05d".formatted(i) + "x".repeat(length - 5), fifo);
        }
        byte[] archive = TestArchive.of(tree).write();
        assertHolds(tree, archive);
        try (ArchiveReader reader = open(archive)) {
            return reader.root().height();
        }
    }

    @Test
    void longNamesThatShareAlmostAllAreBoundedInEveryPage() throws IOException {
        MemoryTree tree = new MemoryTree();
        for (int i = 0; i < 400; i++) {
            tree.file("x".repeat(60_000) + i, "");
        }
        assertHolds(tree, TestArchive.of(tree).write());
    }

    @Test
    void aFileMayBeLargerThanABlock() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", "before");
        tree.file("large", Content.random(1, 40 * MIB + 12_345));
        tree.file("z", "behind");
        assertHolds(tree, TestArchive.of(tree).write());
    }

    @Test
    void aFileMayHaveMoreExtentsThanALeafHolds() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("many", new Sieve(20_000));
        tree.hardLink("too", "many");
        byte[] archive = TestArchive.of(tree).write();
        try (ArchiveReader reader = open(archive)) {
            List<Extent> extents = find(reader, "many").extents();
            assertEquals(5, extents.size());
            assertTrue(extents.stream().allMatch(Extent.More.class::isInstance));
        }
        assertHolds(tree, archive);
    }

    @Test
    void justAsManyExtentsAsALeafHoldsStandInTheLeaf() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("f2048", new Sieve(4096));
        tree.file("f2049", new Sieve(4098));
        byte[] archive = TestArchive.of(tree).write();
        try (ArchiveReader reader = open(archive)) {
            assertEquals(4096, find(reader, "f2048").extents().size());
            assertEquals(2, find(reader, "f2049").extents().size());
        }
        assertHolds(tree, archive);
    }

    @Test
    void journalsStayWithinTheirBoundsHoweverManyExtentsAFileHas() throws IOException {
        int pairs = 400_000;
        MemoryTree tree = new MemoryTree();
        tree.file("sieve", new Sieve(2L * pairs));
        tree.hardLink("too", "sieve");
        byte[] archive = TestArchive.of(tree).write();
        ForwardContents forward = ForwardContents.read(MemorySource.stream(archive), KeyFinder.PLAIN, 1);
        assertEquals(List.of(), forward.damage);
        for (String path : new String[] {"sieve", "too"}) {
            ForwardContents.Told told = forward.entries.get(EntryPath.of(path));
            assertEquals(2 * pairs, told.extents.size());
            assertTrue(told.ended);
        }
        try (ArchiveReader reader = open(archive)) {
            byte[] all = read(reader, "too");
            for (int i = 0; i < all.length; i++) {
                assertEquals(i % 2 == 0 ? 'x' : 0, all[i]);
            }
        }
    }

    /// Data in every other byte.
    record Sieve(long size) implements Content {
        @Override
        public void read(long offset, byte[] target) {
            for (int i = 0; i < target.length; i++) {
                target[i] = (byte) ((offset + i) % 2 == 0 ? 'x' : 0);
            }
        }

        @Override
        public List<ptar.tree.SourceFile.Stretch> data() {
            return new java.util.AbstractList<>() {
                @Override
                public ptar.tree.SourceFile.Stretch get(int i) {
                    return new ptar.tree.SourceFile.Stretch(2L * i, 2L * i + 1);
                }

                @Override
                public int size() {
                    return (int) (Sieve.this.size / 2);
                }
            };
        }

        @Override
        public ptar.tree.SourceFile.Stretch firstData(long offset) {
            long start = offset + (offset & 1);
            return new ptar.tree.SourceFile.Stretch(start, start + 1);
        }
    }

    @Test
    void aHoleMayStandAnywhereInAFileAndBeAllOfIt() throws IOException {
        Content data = Content.random(3, 70_000);
        MemoryTree tree = new MemoryTree();
        tree.file("start", Content.join(Content.hole(100_000), data));
        tree.file("middle", Content.join(data, Content.hole(100_000), data));
        tree.file("end", Content.join(data, Content.hole(100_000)));
        tree.file("all", Content.hole(3));
        tree.file("huge", Content.join(Content.hole(10L << 30), Content.of("x"), Content.hole((1L << 62) - 1)));
        byte[] archive = TestArchive.of(tree).write();
        assertHolds(tree, archive);
        assertTrue(archive.length < 100_000, "holes take no room: " + archive.length);
    }

    @Test
    void contentThatComesAgainIsStoredOnce() throws IOException {
        Content block = Content.random(1, 3 * MIB);
        MemoryTree tree = new MemoryTree();
        tree.file("a/one", block);
        tree.file("b/two", block);
        tree.file("c/inside", Content.join(Content.random(2, 16 * MIB), Content.random(2, 16 * MIB)));
        tree.file("d/three", block);
        MemorySink sink = new MemorySink();
        WriteSummary summary = TestArchive.of(tree).windows(3, Long.MAX_VALUE).write(sink);
        assertEquals(41L * MIB, summary.fileBytes());
        assertEquals(19L * MIB, summary.uniqueBytes());
        assertEquals(sink.archive().length, summary.archiveBytes());
        assertTrue(sink.archive().length < 19.2 * MIB, "length " + sink.archive().length);
        assertHolds(tree, sink.archive());
    }

    @Test
    void aHardLinkGroupMayReachOverWindows() throws IOException {
        for (int entries = 1; entries < 12; entries++) {
            MemoryTree tree = new MemoryTree();
            for (int i = 0; i < 4; i++) {
                tree.file("a" + i, "content " + i);
                tree.hardLink("b" + i, "a" + i);
                tree.hardLink("c" + i, "a" + i);
                tree.symlink("s" + i, "a");
                tree.hardLink("t" + i, "s" + i);
                tree.file("u" + i, "");
                tree.hardLink("v" + i, "u" + i);
            }
            for (int repeat = 0; repeat < 5; repeat++) {
                assertHolds(tree, TestArchive.of(tree).windows(entries, Long.MAX_VALUE).write());
            }
        }
    }

    @Test
    void aNameWhoseOtherNamesAreOutsideOfTheTreeIsAGroupOfOne() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", "x");
        tree.setLinks("a", 5);
        assertHolds(tree, TestArchive.of(tree).write());
    }

    @Test
    void whatCanNotBeOpenedIsNamedAndLeftOut() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", "a");
        tree.file("gone", "b").refuses(new NoSuchFileException("gone"));
        tree.file("locked", Content.random(1, 20 * MIB)).refuses(new AccessDeniedException("locked"));
        tree.file("sparse", Content.hole(1L << 62)).refuses(new AccessDeniedException("sparse"));
        tree.file("z", "z");
        Heard heard = new Heard();
        byte[] archive = TestArchive.of(tree).listener(heard).write();
        assertEquals(
                List.of("cannot open gone: gone", "cannot open locked: locked", "cannot open sparse: sparse"),
                heard.events);
        tree.remove("gone");
        tree.remove("locked");
        tree.remove("sparse");
        assertHolds(tree, archive);
        assertEquals(0, tree.openFiles());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100})
    void namesOfAFileThatCanNotBeOpenedGoWithIt(int windowEntries) throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", "a").refuses(new AccessDeniedException("a"));
        tree.hardLink("b", "a");
        tree.hardLink("c", "a");
        tree.file("d", "d");
        Heard heard = new Heard();
        byte[] archive = TestArchive.of(tree).windows(windowEntries, Long.MAX_VALUE).listener(heard).write();
        assertEquals(List.of("cannot open a: a", "cannot open b: a", "cannot open c: a"), heard.events);
        for (String name : new String[] {"a", "b", "c"}) {
            tree.remove(name);
        }
        assertHolds(tree, archive);
    }

    @Test
    void aFileWhoseFirstNameHasGoneIsReadByAnother() throws IOException {
        for (int size : new int[] {5, 20 * MIB}) {
            MemoryTree tree = new MemoryTree();
            tree.file("a", Content.random(1, size));
            tree.hardLink("b", "a");
            Heard heard = new Heard();
            List<EntrySource.Item> items = TestArchive.items(tree);
            tree.remove("a");
            MemorySink sink = new MemorySink();
            ArchiveWriter.write(sourceOf(items), sink, WriteOptions.DEFAULT, heard);
            assertEquals(List.of(), heard.events);
            try (ArchiveReader archive = open(sink.archive())) {
                assertArrayEquals(Content.random(1, size).bytes(), read(archive, "a"));
                assertArrayEquals(Content.random(1, size).bytes(), read(archive, "b"));
            }
        }
    }

    /// Windows of one entry, of two and of three.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void namesInLaterWindowsBringWhatTheFirstOneCouldNot(int windowEntries) throws IOException {
        MemoryTree tree = new MemoryTree();
        Content content = Content.random(1, 5000);
        tree.file("a", content);
        for (String name : new String[] {"d", "e", "f", "g"}) {
            tree.hardLink(name, "a");
        }
        tree.file("b", "b");
        tree.file("c", "c");
        List<EntrySource.Item> items = TestArchive.items(tree);
        tree.remove("a");
        tree.remove("d");
        Heard heard = new Heard();
        MemorySink sink = new MemorySink();
        TestArchive.of(tree).windows(windowEntries, Long.MAX_VALUE).listener(heard).write(sink, sourceOf(items));
        byte[] archive = sink.archive();
        try (ArchiveReader read = open(archive)) {
            long group = read.find(EntryPath.of("e")).metadata().hardLinkGroup();
            for (String name : new String[] {"e", "f", "g"}) {
                assertArrayEquals(content.bytes(), read(read, name));
                assertEquals(group, read.find(EntryPath.of(name)).metadata().hardLinkGroup());
            }
        }
        assertEquals("cannot open a: ./a", heard.events.getFirst());
    }

    private static EntrySource sourceOf(List<EntrySource.Item> items) {
        return sourceOf(items, () -> null);
    }

    private static EntrySource sourceOf(List<EntrySource.Item> items, Supplier<EntrySource.Item> behindThem) {
        var iterator = items.iterator();
        return new EntrySource() {
            @Override
            public Item next() {
                return iterator.hasNext() ? iterator.next() : behindThem.get();
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void anotherFileUnderAnotherNameIsNotTakenForTheOneThatHasGone() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", "right");
        tree.hardLink("b", "a");
        List<EntrySource.Item> items = TestArchive.items(tree);
        tree.remove("a");
        tree.remove("b");
        tree.file("b", "wrong");
        Heard heard = new Heard();
        MemorySink sink = new MemorySink();
        ArchiveWriter.write(sourceOf(items), sink, WriteOptions.DEFAULT, heard);
        assertEquals(List.of("cannot open a: ./a", "cannot open b: ./a"), heard.events);
        assertEquals(0, tree.openFiles());
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 30 * MIB})
    void aFileThatShrinksReadsAsZerosFromThereAndIsMarked(int size) throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", "a");
        tree.file("shrinks", Content.random(1, size)).becomes(Content.random(1, size / 4));
        tree.file("vanishes", Content.random(2, size)).becomes(Content.of(""));
        tree.file("z", "z");
        Heard heard = new Heard();
        byte[] archive = TestArchive.of(tree).listener(heard).write();
        assertEquals(
                List.of("shrinks shrank by " + (size - size / 4), "vanishes shrank by " + size), heard.events);
        assertMarkedAs(archive, "shrinks", Content.join(Content.random(1, size / 4), Content.hole(size - size / 4)));
        assertMarkedAs(archive, "vanishes", Content.hole(size));
        assertEquals(0, tree.openFiles());
    }

    private static void assertMarkedAs(byte[] archive, String path, Content expected) throws IOException {
        try (ArchiveReader reader = open(archive)) {
            assertTrue(find(reader, path).metadata().changedWhileRead(), path);
            assertFalse(find(reader, "z").metadata().changedWhileRead());
            assertArrayEquals(expected.bytes(), read(reader, path));
        }
        ForwardContents forward = ForwardContents.read(MemorySource.stream(archive), KeyFinder.PLAIN, 1);
        ForwardContents.Told told = forward.entries.get(EntryPath.of(path));
        assertTrue(told.changed && told.ended);
        assertArrayEquals(expected.bytes(), forward.contentOf(told));
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 20 * MIB})
    void aFileThatGrowsKeepsTheSizeThatTheWalkSawAndIsMarked(int size) throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("grows", Content.random(1, size)).becomes(Content.random(1, 2 * size));
        tree.file("z", "z");
        Heard heard = new Heard();
        byte[] archive = TestArchive.of(tree).listener(heard).write();
        assertEquals(List.of("grows changed"), heard.events);
        assertMarkedAs(archive, "grows", Content.random(1, size));
    }

    @Test
    void aSmallFileThatChangedIsReadAgainAndStoredAsItIsNow() throws IOException {
        MemoryTree tree = new MemoryTree();
        Metadata later = Metadata.of(EntryType.FILE, 0600, MemoryTree.OWNER, new Timestamp(1_800_000_000, 5));
        MemoryTree.Node grows = tree.file("grows", Content.random(1, 100));
        MemoryTree.Node shrinks = tree.file("shrinks", Content.random(2, 50_000));
        MemoryTree.Node large = tree.file("large", Content.random(3, 100));
        tree.hardLink("grows-too", "grows");
        tree.file("z", "z");
        List<EntrySource.Item> items = TestArchive.items(tree);
        grows.changes(Content.random(4, 1_500_000)).with(later);
        shrinks.changes(Content.of(""));
        large.changes(Content.random(5, 3 * MIB));
        Heard heard = new Heard();
        MemorySink sink = new MemorySink();
        ArchiveWriter.write(sourceOf(items), sink, WriteOptions.DEFAULT, heard);

        assertEquals(List.of("grows read again", "large changed", "shrinks read again"), heard.events);
        assertMarkedAs(sink.archive(), "large", Content.random(5, 100));
        try (ArchiveReader reader = open(sink.archive())) {
            assertArrayEquals(Content.random(4, 1_500_000).bytes(), read(reader, "grows"));
            assertArrayEquals(Content.random(4, 1_500_000).bytes(), read(reader, "grows-too"));
            assertEquals(later.modificationTime(), find(reader, "grows-too").metadata().modificationTime());
            assertEquals(0600, find(reader, "grows").metadata().mode());
            assertEquals(0, find(reader, "shrinks").metadata().size());
            assertFalse(find(reader, "grows").metadata().changedWhileRead());
        }
        assertEquals(0, tree.openFiles());
    }

    /// What the walk saw decides how the writer takes a file, or that would depend on time.
    @Test
    void aFileThatIsReadAgainAheadOfItsWindowIsStoredOnceAndAsItIsNow() throws IOException {
        MemoryTree tree = new MemoryTree();
        MemoryTree.Node empties = tree.file("a", Content.random(1, 5_000));
        MemoryTree.Node grows = tree.file("b", Content.random(2, 100));
        MemoryTree.Node seenLast = tree.file("c", Content.random(3, 100));
        for (int i = 0; i < ReadJob.MAX_PIECES; i++) {
            tree.file("z" + i, "z" + i);
        }
        List<EntrySource.Item> items = TestArchive.items(tree);
        empties.changes(Content.of(""));
        grows.changes(Content.random(4, 1_500_000));
        seenLast.changes(Content.random(5, 200));
        CountDownLatch readAgain = new CountDownLatch(1);
        items.replaceAll(item -> !item.path().toString().equals("c") ? item : new EntrySource.Item(
                item.path(), item.metadata(), item.tree(), item.name(), item.sourcePath(), item.followLink(),
                item.found(), found -> {
                    readAgain.countDown();
                    return found;
                }));
        EntrySource waitsAtItsEnd = sourceOf(items, () -> {
            assertDoesNotThrow(() -> assertTrue(readAgain.await(1, TimeUnit.MINUTES)));
            return null;
        });
        Heard heard = new Heard();
        MemorySink sink = new MemorySink();
        ArchiveWriter.write(waitsAtItsEnd, sink, WriteOptions.DEFAULT.withThreads(2), heard);

        assertEquals(List.of("a read again", "b read again", "c read again"), heard.events);
        assertHolds(tree, sink.archive());
    }

    @Test
    void whatCanNotBeReadIsZerosAndMarked() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("large", Content.random(1, 40 * MIB)).failsAt(20 * MIB);
        tree.file("small", Content.random(2, 5_000)).failsAt(100);
        tree.file("z", "z");
        Heard heard = new Heard();
        byte[] archive = TestArchive.of(tree).listener(heard).write();
        assertEquals(
                List.of("cannot read large at " + 16 * MIB, "cannot read large at " + 32 * MIB,
                        "cannot read small at 0"),
                heard.events);
        assertMarkedAs(archive, "large", Content.join(Content.random(1, 16 * MIB), Content.hole(24 * MIB)));
        assertMarkedAs(archive, "small", Content.hole(5_000));
        assertEquals(0, tree.openFiles());
    }

    @Test
    void metadataTooLargeForTheFormatIsNamedAndLeftOut() throws IOException {
        List<Xattr> xattrs = new ArrayList<>();
        for (int i = 0; i < 65; i++) {
            xattrs.add(new Xattr(Bytes.of("user." + (char) ('0' + i)), Bytes.wrap(new byte[65_536])));
        }
        MemoryTree tree = new MemoryTree();
        Metadata large = Metadata.of(EntryType.FILE, 0, MemoryTree.OWNER, MemoryTree.TIME).withXattrs(xattrs);
        tree.file("large", "x").with(large);
        tree.hardLink("large too", "large");
        tree.file("fits", "y").with(large.withXattrs(xattrs.subList(0, 63)));
        tree.symlink("link", "t".repeat(65_536));
        tree.file("z", "z");
        Heard heard = new Heard();
        byte[] archive = TestArchive.of(tree).listener(heard).write();
        assertEquals(3, heard.events.size());
        assertTrue(heard.events.get(0).startsWith("large too large: metadata is longer"), heard.events.get(0));
        assertTrue(heard.events.get(1).startsWith("large too too large: "), heard.events.get(1));
        assertTrue(heard.events.get(2).startsWith("link too large: link target"), heard.events.get(2));
        for (String name : new String[] {"large", "large too", "link"}) {
            tree.remove(name);
        }
        assertHolds(tree, archive);
    }

    @Test
    void journalsAndLeavesCloseInTimeWhenMetadataIsLong() throws IOException {
        MemoryTree tree = new MemoryTree();
        for (int i = 0; i < 12; i++) {
            List<Xattr> xattrs = new ArrayList<>();
            for (int j = 0; j < 60; j++) {
                xattrs.add(new Xattr(Bytes.of("user." + (char) ('0' + j)), Bytes.wrap(new byte[65_536])));
            }
            tree.file("f" + i, "x".repeat(i)).with(
                    Metadata.of(EntryType.FILE, 0, MemoryTree.OWNER, MemoryTree.TIME).withXattrs(xattrs));
        }
        assertHolds(tree, TestArchive.of(tree).write());
    }

    @Test
    void entriesOutOfOrderAreTheCallersMistake() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", "a");
        tree.file("b", "b");
        List<EntrySource.Item> items = TestArchive.items(tree);
        MemorySink sink = new MemorySink();
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> ArchiveWriter.write(
                        sourceOf(items.reversed()), sink, WriteOptions.DEFAULT, WriteListener.NONE));
        assertTrue(refused.getMessage().contains("'a' behind 'b'"), refused.getMessage());
        assertFalse(sink.isCommitted());
    }

    @Test
    void nothingIsCommittedWhenTheSinkFails() throws IOException {
        byte[] whole = TestArchive.of(mixedTree(2)).write();
        for (long room : new long[] {0, 256, whole.length / 2, whole.length - 1}) {
            MemoryTree tree = mixedTree(2);
            MemorySink sink = new MemorySink(room);
            IOException failed = assertThrows(IOException.class, () -> TestArchive.of(tree).write(sink));
            assertEquals("No space left on device", failed.getMessage());
            assertFalse(sink.isCommitted());
        }
        MemorySink justEnough = new MemorySink(whole.length);
        TestArchive.of(mixedTree(2)).write(justEnough);
        assertArrayEquals(whole, justEnough.archive());
    }

    @Test
    void theTreeIsWalkedWhileTheHeaderIsMade() throws IOException {
        MemoryTree tree = mixedTree(5);
        CountDownLatch walked = new CountDownLatch(1);
        EntrySource tellsItsEnd = sourceOf(TestArchive.items(tree), () -> {
            walked.countDown();
            return null;
        });
        MemorySink sink = new MemorySink();
        try (MasterKey key = MasterKey.random(new SecureRandom())) {
            ArchiveWriter.write(tellsItsEnd, sink, WriteOptions.DEFAULT, WriteListener.NONE, () -> {
                assertDoesNotThrow(() -> assertTrue(walked.await(1, TimeUnit.MINUTES)));
                return KeySlots.sealedHeader(key, List.of(TestArchive.KEY_FILE));
            }, key);
        }
        assertHolds(tree, sink.archive(), TestArchive.keys());
    }

    @Test
    void nothingIsWrittenWhereTheHeaderIsNotMade() throws IOException {
        List<EntrySource.Item> items = TestArchive.items(mixedTree(6));
        MemorySink sink = new MemorySink(0);
        try (MasterKey key = MasterKey.plain()) {
            assertThrows(OutOfMemoryError.class,
                    () -> ArchiveWriter.write(sourceOf(items), sink, WriteOptions.DEFAULT, WriteListener.NONE, () -> {
                        throw new OutOfMemoryError("no memory for a password");
                    }, key));
        }
        assertFalse(sink.isCommitted());
    }

    @Test
    void aWalkThatFailsFailsTheArchive() {
        MemorySink sink = new MemorySink();
        EntrySource broken = new EntrySource() {
            @Override
            public Item next() throws IOException {
                throw new IOException("the walk broke");
            }

            @Override
            public void close() {}
        };
        IOException failed = assertThrows(IOException.class,
                () -> ArchiveWriter.write(broken, sink, WriteOptions.DEFAULT, WriteListener.NONE));
        assertEquals("the walk broke", failed.getMessage());
        assertFalse(sink.isCommitted());
    }

    @Test
    void everyLevelAndBlockSizeGivesTheSameTree() throws IOException {
        MemoryTree tree = mixedTree(3);
        assertHolds(tree, TestArchive.of(tree).level(-7).write());
        assertHolds(tree, TestArchive.of(tree).level(6).blockSize(64 * MIB).write());
        assertHolds(tree, TestArchive.of(tree).level(9).blockSize(3 * MIB + 1).write());
    }

    @Test
    void aSealedArchiveHoldsTheSameTree() throws IOException {
        MemoryTree tree = mixedTree(4);
        byte[] archive = TestArchive.of(tree).windows(50, 2 * MIB).sealed().write();
        assertHolds(tree, archive, TestArchive.keys());
        byte[] again = TestArchive.of(tree).windows(50, 2 * MIB).sealed().write();
        assertFalse(Arrays.equals(archive, again), "salts and keys are fresh");
    }

    /// What the length of a sealed archive tells is rounded to 4 KiB.
    @Test
    void theFinalSegmentOfASealedRunIsAlignedTo4KiB() throws IOException {
        for (int size : new int[] {0, 1, 3_000, 4_000, 61_000, 65_000, 65_100, 65_200, 65_300, 65_400, 65_500}) {
            MemoryTree tree = new MemoryTree();
            tree.file("f", Content.random(size, size));
            byte[] archive = TestArchive.of(tree).sealed().write();
            ClosingMark mark = ClosingMark.readFrom(
                    java.nio.ByteBuffer.wrap(archive, archive.length - ClosingMark.SIZE, ClosingMark.SIZE).slice(), "");
            long segments = mark.lastRun().storedLength() - Run.PREAMBLE_SIZE;
            assertEquals(0, segments % SegmentHead.SEALED_ALIGNMENT, "of " + size + " bytes");
            assertHolds(tree, archive, TestArchive.keys());
        }
    }

    /// The padding lies in front of nodes and root, so that these are still in the last bytes, which are read at once.
    @Test
    void aPaddedArchiveHasOneOfFewLengthsAndIsReadAsQuickly() throws IOException {
        Set<Integer> lengths = new HashSet<>();
        for (int size : new int[] {33_600_000, 34_500_000, 34_700_000}) {
            MemoryTree tree = new MemoryTree();
            tree.file("f", Content.random(size, size));
            byte[] exact = TestArchive.of(tree).sealed().write();
            byte[] archive = TestArchive.of(tree).sealed().padded().write();
            assertTrue(archive.length >= exact.length && archive.length < exact.length + exact.length / 32);
            assertHolds(tree, archive, TestArchive.keys());
            MemorySource source = new MemorySource(archive, 8);
            ArchiveReader.open(source, TestArchive.keys()).close();
            assertEquals(1, source.reads(), "of " + size + " bytes");
            lengths.add(archive.length);
        }
        assertEquals(2, lengths.size(), lengths.toString());
    }

    @Test
    void anyTreeCanBePadded() throws IOException {
        for (int size : new int[] {0, 1, 61_000, 65_300, 65_480, 131_000, 1_000_000}) {
            MemoryTree tree = new MemoryTree();
            tree.file("f", Content.random(size, size));
            byte[] archive = TestArchive.of(tree).sealed().padded().write();
            assertHolds(tree, archive, TestArchive.keys());
            ForwardContents forward = ForwardContents.read(MemorySource.stream(archive), TestArchive.keys(), 1);
            assertEquals(List.of(), forward.damage);
        }
        MemoryTree plain = new MemoryTree();
        plain.file("f", "a plain archive tells all: it is not padded");
        assertArrayEquals(TestArchive.of(plain).write(), TestArchive.of(plain).padded().write());
    }

    /// The padding that keeps a run end in one segment, at every distance from the border.
    @Test
    void aRunEndNeverLiesInTwoSegments() throws IOException {
        for (int size = 65_050; size < 65_330; size += 7) {
            MemoryTree tree = new MemoryTree();
            tree.file("f", Content.random(9, size));
            byte[] archive = TestArchive.of(tree).write();
            assertHolds(tree, archive);
        }
    }

    @Test
    void aPlainArchiveTellsNothingOfTheMachine() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("f", "x");
        byte[] archive = TestArchive.of(tree).write();
        assertEquals("plain ptar v1", new String(archive, 40, 13, java.nio.charset.StandardCharsets.US_ASCII));
        assertArrayEquals(new byte[32], Arrays.copyOfRange(archive, 256 + 16, 256 + 48), "the run's salt");
        assertArrayEquals(
                Arrays.copyOf(archive, Header.MIN_LENGTH),
                Arrays.copyOfRange(archive, archive.length - 128 - 256, archive.length - 128), "the header's copy");
        assertNotNull(open(archive));
    }
}
