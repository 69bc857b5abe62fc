package ptar.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ptar.Forge;
import ptar.Forge.ForgedRun;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.ByteReader;
import ptar.layout.ByteWriter;
import ptar.layout.Entry;
import ptar.layout.Extent;
import ptar.layout.FrameType;
import ptar.layout.Leaf;
import ptar.layout.Pointer;
import ptar.layout.Root;
import ptar.storage.FileSource;
import ptar.storage.MemorySource;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.MemoryTree;
import ptar.tree.Metadata;

/// Small archives that say they hold gigabytes of structure. A reader with little memory refuses them, or
/// reads them: it never runs out. Read in a Java of its own with a small heap.
class BombTest {
    private static final int MOST_ELEMENTS = ByteReader.MAX_ELEMENTS - 10;

    @TempDir
    Path folder;

    /// Owner table with one owner, no blocks.
    private static ByteWriter leafStart(long entries) {
        return new ByteWriter(1 << 20).varint(1).varint(0).varint(0).varint(0).varint(0).varint(0).varint(entries);
    }

    private static ByteWriter journalStart(long records) {
        return new ByteWriter(1 << 20).varint(1).varint(0).varint(0).varint(0).varint(0).varint(records);
    }

    private static ByteWriter name(ByteWriter out, int shared, String rest) {
        return out.varint(shared).varint(rest.length()).bytes(ptar.tree.Bytes.of(rest));
    }

    /// A file with mode, owner and times of a byte each.
    private static ByteWriter file(ByteWriter out, long size) {
        return out.u8(EntryType.FILE.code()).varint(0).varint(0).varint(0).varint(0).varint(size);
    }

    private static ByteWriter folder(ByteWriter out) {
        return out.u8(EntryType.FOLDER.code()).varint(0).varint(0).varint(0).varint(0);
    }

    private static ByteWriter holes(ByteWriter out, int count) {
        out.varint(count);
        for (int i = 0; i < count; i++) {
            out.u8(1 << 2 | 1);
        }
        return out;
    }

    private static byte[] ofLeaf(ByteWriter leaf, long entries, long bytes) {
        Forge forge = Forge.plain();
        ForgedRun run = forge.newRun();
        end(run, run.compressed(FrameType.LEAF, leaf.toArray()), entries, bytes);
        return forge.close();
    }

    private static void end(ForgedRun run, Pointer leaf, long entries, long bytes) {
        ByteWriter root = new ByteWriter(64);
        new Root(0, List.of(), entries, bytes, leaf == null ? 0 : 1, leaf, null).writeTo(root);
        run.end(run.stored(FrameType.ROOT, root.toArray()));
    }

    private static byte[] ofJournals(int blocks, Function<Integer, ByteWriter> journal) {
        Forge forge = Forge.plain();
        ForgedRun run = forge.newRun();
        for (int i = 0; i < blocks; i++) {
            run.compressed(FrameType.BLOCK, Forge.blockOf(i, new byte[0], journal.apply(i).toArray()));
        }
        end(run, null, 0, 0);
        return forge.close();
    }

    private static Map<String, byte[]> bombs() {
        Map<String, byte[]> bombs = new TreeMap<>();
        bombs.put("refused: 16 million holes in a leaf",
                ofLeaf(holes(file(name(leafStart(1), 0, "a"), 1 << 24), (1 << 24) - 100), 1, 1 << 24));
        bombs.put("read: as many holes as there may be",
                ofLeaf(holes(file(name(leafStart(1), 0, "a"), MOST_ELEMENTS), MOST_ELEMENTS), 1, MOST_ELEMENTS));
        bombs.put("refused: gigabytes of names in a leaf", longNames());
        bombs.put("read: as many entries as there may be", manyEntries());
        bombs.put("refused: millions of attributes", manyAttributes());
        bombs.put("read: billions of extents", manyExtents());
        bombs.put("refused: 16 million holes in a journal",
                ofJournals(1, i ->
                        holes(file(name(journalStart(1).u8(3).varint(0), 0, "a"), 1 << 24), (1 << 24) - 99)));
        bombs.put("refused: entries that never end", ofJournals(10, i -> {
            ByteWriter journal = journalStart(100_000);
            for (int n = 0; n < 100_000; n++) {
                name(journal.u8(1).varint(100_000L * i + n), 0, "some name");
                file(journal, 1L << 60).varint(0);
            }
            return journal;
        }));
        bombs.put("read: blocks of 64 MiB of zeros", manyZeros());
        return bombs;
    }

    private static byte[] longNames() {
        ByteWriter leaf = leafStart(100_000);
        folder(name(leaf, 0, "x".repeat(60_000)));
        for (int i = 1; i < 100_000; i++) {
            folder(name(leaf, 60_000, "/%05d".formatted(i)));
        }
        return ofLeaf(leaf, 100_000, 0);
    }

    private static byte[] manyEntries() {
        ByteWriter leaf = leafStart(MOST_ELEMENTS);
        for (int i = 0; i < MOST_ELEMENTS; i++) {
            folder(name(leaf, 0, "%06d".formatted(i)));
        }
        return ofLeaf(leaf, MOST_ELEMENTS, 0);
    }

    private static byte[] manyAttributes() {
        ByteWriter leaf = leafStart(60);
        for (int i = 0; i < 60; i++) {
            name(leaf, 0, "%02d".formatted(i));
            leaf.u8(EntryType.FOLDER.code() | 0x80).varint(0).varint(0).varint(0).varint(0).varint(65_536);
            for (int n = 0; n < 65_536; n++) {
                leaf.varint(9).varint(0);
            }
        }
        return ofLeaf(leaf, 60, 0);
    }

    /// One extents frame, named two hundred thousand times.
    private static byte[] manyExtents() {
        Forge forge = Forge.plain();
        ForgedRun run = forge.newRun();
        ByteWriter holes = holes(new ByteWriter(1 << 18).varint(0), MOST_ELEMENTS);
        Extent.More more = new Extent.More(run.compressed(FrameType.EXTENTS, holes.toArray()), MOST_ELEMENTS);
        List<Extent.More> all = java.util.Collections.nCopies(200_000, more);
        long size = 200_000L * MOST_ELEMENTS;
        Leaf.Builder builder = new Leaf.Builder(number -> null);
        Metadata metadata = Metadata.of(EntryType.FILE, 0, MemoryTree.OWNER, MemoryTree.TIME).withSize(size);
        builder.addLarge(EntryPath.of("a"), metadata, all);
        ByteWriter leaf = new ByteWriter(1 << 20);
        builder.writeTo(leaf);
        end(run, run.compressed(FrameType.LEAF, leaf.toArray()), 1, size);
        return forge.close();
    }

    private static byte[] manyZeros() {
        Forge forge = Forge.plain();
        ForgedRun run = forge.newRun();
        byte[] payload = Forge.compress(Forge.blockOf(0, new byte[1 << 26], new byte[] {0, 0}));
        for (int i = 0; i < 20; i++) {
            run.frame(FrameType.BLOCK.code(), 1, payload, (1 << 26) + 2 + 16);
        }
        end(run, null, 0, 0);
        return forge.close();
    }

    @Test
    @Timeout(120)
    void noArchiveMakesAReaderRunOutOfMemory() throws Exception {
        Map<String, byte[]> bombs = bombs();
        for (Map.Entry<String, byte[]> bomb : bombs.entrySet()) {
            assertTrue(bomb.getValue().length < 1_200_000, bomb.getKey() + ": " + bomb.getValue().length);
            Files.write(folder.resolve(bomb.getKey()), bomb.getValue());
        }
        Process reader = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
                "-XX:MaxDirectMemorySize=512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                BombTest.class.getName(), folder.toString())
                .redirectErrorStream(true).start();
        String output = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(reader.waitFor(60, TimeUnit.SECONDS), "still running");
        assertEquals(0, reader.exitValue(), output);
        for (String bomb : bombs.keySet()) {
            assertTrue(output.contains(bomb + ": as expected\n"), output);
        }
    }

    /// Reads all archives in a folder in every way.
    public static void main(String[] arguments) throws IOException {
        try (var archives = Files.list(Path.of(arguments[0]))) {
            for (Path archive : archives.sorted().toList()) {
                String name = archive.getFileName().toString();
                boolean refused = isRefused(archive);
                System.out.println(name + ": " + (refused == name.startsWith("refused") ? "as expected" : "not so"));
            }
        }
    }

    private static boolean isRefused(Path archive) throws IOException {
        CountingVisitor visitor = new CountingVisitor();
        try (ForwardReader reader =
                ForwardReader.open(MemorySource.stream(Files.readAllBytes(archive)), KeyFinder.PLAIN, 2)) {
            reader.read(visitor);
        }
        boolean byIndex = false;
        try (ArchiveReader reader = ArchiveReader.open(new FileSource(archive), KeyFinder.PLAIN)) {
            EntryCursor cursor = reader.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL);
            for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
                if (entry.metadata().type() == EntryType.FILE) {
                    readHereAndThere(reader, entry);
                }
            }
        } catch (ArchiveException refused) {
            byIndex = true;
        }
        return byIndex || visitor.damaged;
    }

    private static void readHereAndThere(ArchiveReader reader, Entry entry) throws IOException {
        long size = entry.metadata().size();
        try (SeekableByteChannel channel = reader.open(entry)) {
            for (int i = 0; i < 4; i++) {
                channel.position(size / 4 * i).read(ByteBuffer.allocate(300_000));
            }
        }
    }

    private static final class CountingVisitor implements ForwardReader.Visitor {
        private boolean damaged;

        @Override
        public boolean wantsLeaves() {
            return true;
        }

        @Override
        public void damage(CorruptArchiveException what, boolean cutShort) {
            damaged = true;
        }
    }
}
