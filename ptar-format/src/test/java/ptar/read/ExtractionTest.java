package ptar.read;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ptar.Trees;
import ptar.error.BrokenSealException;
import ptar.error.CorruptArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.SegmentHead;
import ptar.storage.MemorySource;
import ptar.tree.Bytes;
import ptar.tree.Content;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.MemoryTree;
import ptar.tree.Metadata;
import ptar.tree.TargetTree;
import ptar.tree.posix.Host;
import ptar.write.TestArchive;

/// Extraction by the index and by the journals, into a folder: whole archives and damaged ones.
@EnabledOnOs(OS.LINUX)
class ExtractionTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path base;

    private final List<String> damaged = Collections.synchronizedList(new ArrayList<>());
    private final List<String> failed = Collections.synchronizedList(new ArrayList<>());
    private final List<String> archiveDamage = new ArrayList<>();
    private boolean cutShort;

    enum Way {
        BY_INDEX,
        FORWARD
    }

    private void extract(Way way, byte[] archive, Selection selection) throws IOException {
        RestoreListener restoring = new RestoreListener() {
            @Override
            public void failed(Bytes name, String message, IOException cause) {
                failed.add(name + ": " + message);
            }

            @Override
            public void notRestored(Bytes name, String kind, IOException cause) {}

            @Override
            public void kept(Bytes name, Kept why) {}

            @Override
            public void backedUp(Bytes name, Bytes backup) {}
        };
        ExtractListener extracting = new ExtractListener() {
            @Override
            public void damaged(EntryPath path, IOException cause) {
                damaged.add(path.toString());
            }
        };
        try (TargetTree target = Trees.target(Host.bytes(base), false);
                Restorer restorer = new Restorer(target, RestoreOptions.defaults(Host.IS_ROOT), restoring)) {
            if (way == Way.BY_INDEX) {
                try (ArchiveReader reader = ArchiveReader.open(new MemorySource(archive), TestArchive.keys());
                        Extractor extractor = new Extractor(reader, restorer, selection, extracting, 2)) {
                    extractor.extract(reader.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL), true);
                }
            } else {
                try (ForwardExtractor extractor = new ForwardExtractor(
                                restorer, target, base, selection, false, extracting, this::note);
                        ForwardReader reader = ForwardReader.open(
                                MemorySource.stream(archive), TestArchive.keys(), 2)) {
                    reader.read(extractor);
                }
            }
        }
        assertEquals("", Host.shell(base, "find . -name '.ptar-*'"), "temporary files are left");
    }

    private void note(CorruptArchiveException what, boolean isCutShort) {
        archiveDamage.add(what.getMessage());
        cutShort |= isCutShort;
    }

    /// Regular files that were extracted, with their content.
    private TreeMap<String, byte[]> files() throws IOException {
        TreeMap<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(base)) {
            for (Path path : all.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).toList()) {
                files.put(base.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }

    private static void assertSame(Content expected, byte[] found, String name) {
        assertArrayEquals(expected.bytes(), found, name);
    }

    private static final Content NOISE = Content.random(1, 3 * MIB);

    /// Content that comes again: within a block, in a later block, in a later window, of a hard link, in pieces.
    private static MemoryTree repeating() {
        MemoryTree tree = new MemoryTree();
        tree.file("a/first", NOISE);
        tree.file("a/small", "small");
        tree.file("a/small again", "small");
        tree.file("b/again", NOISE);
        tree.file("b/both", Content.join(NOISE, Content.hole(100_000), NOISE));
        tree.file("c/small", Content.join(Content.hole(3), Content.of("small"), Content.hole(3)));
        tree.file("d", Content.random(2, 300_000));
        tree.hardLink("e", "d");
        tree.file("f", Content.random(2, 300_000));
        tree.file("hole", Content.hole(1 << 20));
        tree.file("empty", "");
        tree.symlink("link", "a/first");
        tree.file("z", "end");
        return tree;
    }

    private static final Set<String> REPEATING = Set.of(
            "a/first", "a/small", "a/small again", "b/again", "b/both", "c/small", "d", "e", "f", "hole", "empty", "z");

    @ParameterizedTest
    @EnumSource
    void contentThatComesAgainIsExtractedEverywhere(Way way) throws IOException {
        MemoryTree tree = repeating();
        for (int windowEntries : new int[] {2, 100}) {
            extract(way, TestArchive.of(tree).windows(windowEntries, Long.MAX_VALUE).write(), Selection.ALL);
            TreeMap<String, byte[]> files = files();
            assertEquals(new TreeSet<>(REPEATING), files.keySet());
            files.forEach((name, content) -> assertSame(tree.find(Bytes.of(name)).content(), content, name));
            assertEquals(Files.getAttribute(base.resolve("d"), "unix:ino"),
                    Files.getAttribute(base.resolve("e"), "unix:ino"));
        }
        assertEquals(List.of(), damaged);
        assertEquals(List.of(), failed);
        assertEquals(List.of(), archiveDamage);
    }

    @ParameterizedTest
    @EnumSource
    void anySelectionGetsItsContentThoughItStandsWithEntriesThatAreLeftOut(Way way) throws IOException {
        MemoryTree tree = repeating();
        byte[] archive = TestArchive.of(tree).windows(3, Long.MAX_VALUE).write();
        for (String wanted : REPEATING) {
            extract(way, archive, only(wanted));
            TreeMap<String, byte[]> files = files();
            assertEquals(Set.of(wanted), files.keySet());
            assertSame(tree.find(Bytes.of(wanted)).content(), files.get(wanted), wanted);
            Files.delete(base.resolve(wanted));
        }
        assertEquals(List.of(), damaged);
    }

    private static Selection only(String wanted) {
        return (path, metadata) -> path.equals(EntryPath.of(wanted)) ? path.bytes() : null;
    }

    /// With `--transform` two entries may get one name; what the first wrote is gone when a third repeats it.
    @ParameterizedTest
    @EnumSource
    void contentIsNeverTakenFromAFileThatAnotherEntryHasReplaced(Way way) throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", Content.random(1, 100_000));
        tree.file("b", Content.random(2, 100_000));
        tree.file("c", Content.random(1, 100_000));
        byte[] archive = TestArchive.of(tree).windows(1, Long.MAX_VALUE).write();
        extract(way, archive, (path, metadata) -> switch (path.toString()) {
            case "a", "b" -> Bytes.of("same");
            case "c" -> Bytes.of("c");
            default -> null;
        });
        byte[] c = files().get("c");
        if (c == null) {
            assertEquals(List.of("c"), damaged);
        } else {
            assertSame(Content.random(1, 100_000), c, "c");
        }
    }

    @Test
    void aBlockIsNotTakenForWrittenBecausePartOfItWasWrittenTwice() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", Content.random(1, 50_000));
        tree.file("b", Content.random(1, 50_000));
        tree.file("left out", Content.random(2, 50_000));
        tree.file("z", Content.random(2, 50_000));
        byte[] archive = TestArchive.of(tree).windows(4, Long.MAX_VALUE).write();
        extract(Way.FORWARD, archive,
                (path, metadata) -> path.equals(EntryPath.of("left out")) ? null : path.bytes());
        assertEquals(List.of(), damaged);
        assertSame(Content.random(2, 50_000), files().get("z"), "z");
    }

    @ParameterizedTest
    @EnumSource
    void aFileWithAGreatManyExtentsIsExtracted(Way way) throws IOException {
        int parts = 5_000;
        Content[] pieces = new Content[parts];
        Arrays.fill(pieces, Content.of("x"));
        for (int i = 1; i < parts; i += 2) {
            pieces[i] = Content.hole(1);
        }
        MemoryTree tree = new MemoryTree();
        tree.file("f", Content.join(pieces));
        extract(way, TestArchive.of(tree).write(), Selection.ALL);
        assertEquals(List.of(), damaged);
        assertSame(tree.find(Bytes.of("f")).content(), files().get("f"), "f");
    }

    private static MemoryTree manyFiles() {
        MemoryTree tree = new MemoryTree();
        for (int i = 0; i < 40; i++) {
            tree.file("f%02d".formatted(i), Content.random(i, 100_000));
        }
        tree.file("large", Content.random(100, 3 * MIB));
        return tree;
    }

    /// Every file is either whole or named and not there.
    private void assertWholeOrNamed(MemoryTree tree, int atLeastWhole) throws IOException {
        TreeMap<String, byte[]> files = files();
        files.forEach((name, content) -> assertSame(tree.find(Bytes.of(name)).content(), content, name));
        assertTrue(files.size() >= atLeastWhole, files.size() + " are whole");
        damaged.forEach(name -> assertFalse(files.containsKey(name), name));
    }

    @Test
    void aPipeThatIsCutShortGivesEveryFileThatWasWhole() throws IOException {
        MemoryTree tree = manyFiles();
        byte[] archive = TestArchive.of(tree).write();
        int whole = -1;
        for (int length = 300; length < archive.length; length += archive.length / 12) {
            damaged.clear();
            cutShort = false;
            extract(Way.FORWARD, Arrays.copyOf(archive, length), Selection.ALL);
            assertTrue(cutShort, "cut at " + length);
            // a block of 1 MiB is lost at most, and what goes on behind it
            assertWholeOrNamed(tree, Math.min(40, (length - 2 * MIB) / 100_000));
            assertTrue(files().size() >= whole, "more bytes give more files");
            whole = files().size();
        }
        assertTrue(whole > 20, "most files come: " + whole);
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedSegmentCostsOnlyTheFilesInItsBlock(Way way) throws IOException {
        MemoryTree tree = manyFiles();
        byte[] archive = TestArchive.of(tree).write();
        int damagedRuns = 0;
        for (int segment = 3; segment < 60; segment += 13) {
            damaged.clear();
            archiveDamage.clear();
            byte[] broken = archive.clone();
            broken[256 + 64 + segment * SegmentHead.STORED_SIZE + 1000] ^= 1;
            for (String name : files().keySet()) {
                Files.delete(base.resolve(name));
            }
            extract(way, broken, Selection.ALL);
            assertWholeOrNamed(tree, 41 - 13);
            assertFalse(cutShort);
            TreeSet<String> missing = new TreeSet<>();
            for (int i = 0; i < 40; i++) {
                missing.add("f%02d".formatted(i));
            }
            missing.add("large");
            missing.removeAll(files().keySet());
            assertFalse(missing.isEmpty(), "segment " + segment + " holds content");
            assertTrue(missing.containsAll(damaged), damaged + " and " + missing);
            if (way == Way.BY_INDEX) {
                assertEquals(missing, new TreeSet<>(damaged), "all are named");
            } else {
                assertFalse(archiveDamage.isEmpty());
            }
            damagedRuns++;
        }
        assertEquals(5, damagedRuns);
    }

    /// As it is from far, and of one that is changed between being verified and being read.
    @Test
    void aDamagedSegmentEndsTheExtractionOfASealedArchive() throws IOException {
        MemoryTree tree = manyFiles();
        byte[] broken = TestArchive.of(tree).sealed().write();
        broken[4096 + 64 + 40 * SegmentHead.STORED_SIZE + 1000] ^= 1;

        BrokenSealException error = assertThrows(
                BrokenSealException.class, () -> extract(Way.BY_INDEX, broken, Selection.ALL));

        assertTrue(error.getMessage().startsWith(MemorySource.NAME + ": segment 40 of run 0"), error.getMessage());
        assertEquals(List.of(), damaged, "one error, not one for each file");
        assertEquals(List.of(), failed);
        Map<String, byte[]> files = files();
        assertTrue(files.size() < 41, "not all");
        files.forEach((name, content) -> assertSame(tree.find(Bytes.of(name)).content(), content, name));
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeOfEntryComesOut(Way way) throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.folder("d/e");
        tree.symlink("link", "to/nowhere");
        tree.hardLink("link2", "link");
        tree.other("fifo", Metadata.of(EntryType.FIFO, 0600, MemoryTree.OWNER, MemoryTree.TIME));
        tree.file(Bytes.wrap(new byte[] {'n', (byte) 0xff, '\n'}), Content.of("odd"));
        extract(way, TestArchive.of(tree).sealed().write(), Selection.ALL);
        String names = Host.shell(
                base, "find . -mindepth 1 -printf '%y %l %P\\0' | LC_ALL=C sort -z | tr '\\0\\n' '|?'");
        assertEquals(
                "d  d|d  d/e|f  n\u00ff?|l to/nowhere link|l to/nowhere link2|p  fifo|".replace("\u00ff", ""),
                names.chars().filter(c -> c < 0xfffd).mapToObj(c -> "" + (char) c).collect(Collectors.joining()));
    }
}
