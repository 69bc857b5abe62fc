package ptar.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.Forge;
import ptar.crypto.MasterKey;
import ptar.error.ArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.layout.FrameHead;
import ptar.layout.Header;
import ptar.read.ArchiveReader;
import ptar.read.HostileArchiveTest;
import ptar.read.KeyFinder;
import ptar.read.MutationTest;
import ptar.storage.MemorySource;
import ptar.tree.Attribute;
import ptar.tree.Bytes;
import ptar.tree.Content;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.MemoryTree;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;
import ptar.tree.posix.Host;

/// `spec/reader.py` was written from the specification alone: it must find in our archives what we put there, and
/// refuse what we refuse.
class SecondReaderTest {
    private static final Path SPECIFICATION = Path.of("").toAbsolutePath().resolveSibling("spec");
    private static final int MUTATIONS = Integer.getInteger("ptar.second.mutations", 150);
    private static final String OUTCOMES = """
            import os, sys
            sys.path.insert(0, sys.argv[1])
            import reader
            for name in sorted(os.listdir(sys.argv[2])):
                with open(os.path.join(sys.argv[2], name), "rb") as file:
                    data = file.read()
                try:
                    archive = reader.Archive(data)
                    lines = [entry.line(archive.content(entry)) for entry in archive.entries()]
                except (reader.Broken, UnicodeDecodeError) as broken:
                    lines = ["refused: %s" % broken]
                print("== " + name)
                print("\\n".join(lines))
            """;

    @TempDir
    Path folder;

    private static String[] python(String... arguments) {
        List<String> command = new ArrayList<>(List.of("python3", "-B"));
        command.addAll(Arrays.asList(arguments));
        Host.run("zstd", "--version");
        return Host.run(command.toArray(String[]::new)).split("\n");
    }

    // ---- what we find, as the other says it

    private static String line(Entry entry, byte[] content) {
        Metadata m = entry.metadata();
        Map<String, String> f = new TreeMap<>();
        f.put("path", json(entry.path().bytes()));
        f.put("type", json(m.type().name().toLowerCase(Locale.ROOT).replace('_', ' ')));
        f.put("mode", "" + m.mode());
        f.put("owner", array("" + m.owner().uid(), "" + m.owner().gid(), json(m.owner().user()),
                json(m.owner().group())));
        f.put("mtime", json(m.modificationTime()));
        f.put("changed", "" + m.changedWhileRead());
        f.put("absolute", "" + m.absolute());
        putIf(f, m.hardLinkGroup() >= 0, "group", "" + m.hardLinkGroup());
        putIf(f, m.type() == EntryType.FILE, "size", "" + m.size());
        putIf(f, m.type() == EntryType.FILE, "sha256", json(sha256(content)));
        putIf(f, m.type() == EntryType.SYMLINK, "target", json(m.linkTarget()));
        putIf(f, m.type().isDevice(), "device", array(Integer.toUnsignedString(m.major()),
                Integer.toUnsignedString(m.minor())));
        putIf(f, m.accessTime() != null, "atime", m.accessTime() == null ? "" : json(m.accessTime()));
        putIf(f, m.birthTime() != null, "btime", m.birthTime() == null ? "" : json(m.birthTime()));
        putIf(f, !m.xattrs().isEmpty(), "xattrs", array(m.xattrs().stream()
                .map(x -> array(json(x.name()), json(hex(x.value())))).toArray(String[]::new)));
        putIf(f, m.inodeFlags() >= 0, "flags", "" + m.inodeFlags());
        putIf(f, !m.unknown().isEmpty(), "unknown", array(m.unknown().stream()
                .map(a -> array("" + a.tag(), json(hex(a.value())))).toArray(String[]::new)));
        StringBuilder line = new StringBuilder();
        f.forEach((key, value) ->
                line.append(line.isEmpty() ? "{" : ", ").append(json(key)).append(": ").append(value));
        return line.append('}').toString();
    }

    private static void putIf(Map<String, String> fields, boolean present, String key, String value) {
        if (present) {
            fields.put(key, value);
        }
    }

    private static String array(String... values) {
        return "[" + String.join(", ", values) + "]";
    }

    private static String json(Timestamp time) {
        return array("" + time.seconds(), "" + time.nanos());
    }

    private static String json(Bytes name) {
        return json(new String(name.toArray(), StandardCharsets.ISO_8859_1));
    }

    /// As Python writes it: everything but printable ASCII escaped.
    private static String json(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> out.append(c >= 0x20 && c < 0x7f ? "" + c : "\\u%04x".formatted((int) c));
            }
        }
        return out.append('"').toString();
    }

    private static String hex(Bytes bytes) {
        return HexFormat.of().formatHex(bytes.toArray());
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<String> lines(byte[] archive) throws IOException {
        List<String> lines = new ArrayList<>();
        try (ArchiveReader reader = ArchiveReader.open(new MemorySource(archive), KeyFinder.PLAIN)) {
            EntryCursor cursor = reader.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL);
            for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
                byte[] content = entry.metadata().type() == EntryType.FILE ? content(reader, entry) : new byte[0];
                lines.add(line(entry, content));
            }
        }
        return lines;
    }

    private static byte[] content(ArchiveReader reader, Entry entry) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(entry.metadata().size()));
        try (var channel = reader.open(entry)) {
            while (content.hasRemaining()) {
                assertTrue(channel.read(content) > 0);
            }
        }
        return content.array();
    }

    // ---- sound archives

    private static MemoryTree tree() {
        MemoryTree tree = new MemoryTree();
        Owner other = new Owner(0xffff_ffffL, 7, "größe", "");
        tree.file("a", "content");
        tree.file("text", "line of text\n".repeat(500));
        tree.file("again", "line of text\n".repeat(500));
        tree.file("holes", Content.join(Content.hole(5), Content.of("data"), Content.hole(100_000), Content.of("x")));
        tree.file("noise", Content.random(1, 100_000));
        tree.file("empty", "");
        tree.hardLink("d/link", "a");
        tree.folder("d/e");
        tree.file("d.x", "between d and d/ in other orders");
        tree.file(Bytes.wrap(new byte[] {(byte) 0xff, '"', '\\', '\n', 1}), Content.of("odd"));
        tree.symlink("symlink", "\u00fc/../x");
        tree.other("disk", Metadata.of(EntryType.BLOCK_DEVICE, 0660, other, new Timestamp(-5, 6)).withDevice(-1, 0));
        tree.other("tty", Metadata.of(EntryType.CHARACTER_DEVICE, 0660, other, new Timestamp(0, 0)).withDevice(4, 300));
        tree.other("fifo", Metadata.of(EntryType.FIFO, 0, other, new Timestamp(Long.MIN_VALUE, 0)));
        tree.other("socket", Metadata.of(EntryType.SOCKET, 07777, other, new Timestamp(Long.MAX_VALUE, 999_999_999)));
        tree.file("full", "with everything").with(Metadata.of(EntryType.FILE, 0644, other, MemoryTree.TIME)
                .withTimes(new Timestamp(-1, 2), new Timestamp(3, 4)).withInodeFlags(0x8000_0000L)
                .withXattrs(List.of(new Xattr(Bytes.of("user.a"), Bytes.EMPTY), new Xattr(Bytes.of("user.b"),
                        Bytes.wrap(new byte[] {0, -1}))))
                .withUnknown(List.of(new Attribute(5, Bytes.of("?")))).withMarks(true, true));
        tree.file("many extents", new ArchiveWriterTest.Sieve(9_000));
        return tree;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 1000})
    void findsWhatWePutThere(int windowEntries) throws IOException {
        byte[] archive = TestArchive.of(tree()).level(3).windows(windowEntries, Long.MAX_VALUE).write();
        Path file = Files.write(folder.resolve("a.ptar"), archive);
        List<String> expected = lines(archive);
        String program = SPECIFICATION.resolve("reader.py").toString();
        assertEquals(String.join("\n", expected), String.join("\n", python(program, "list", file.toString())));
        assertEquals(String.join("\n", expected), String.join("\n", python(program, "journal", file.toString())));
    }

    @Test
    void extractsWhatWePutThere() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", "content");
        tree.file("d/noise", Content.random(1, 70_000));
        tree.symlink("d/link", "../a");
        byte[] archive = TestArchive.of(tree).write();
        Path file = Files.write(folder.resolve("a.ptar"), archive);
        Path out = folder.resolve("out");
        python(SPECIFICATION.resolve("reader.py").toString(), "extract", file.toString(), out.toString());
        assertEquals("content", Files.readString(out.resolve("a")));
        assertArrayEquals(Content.random(1, 70_000).bytes(), Files.readAllBytes(out.resolve("d/noise")));
        assertEquals(Path.of("../a"), Files.readSymbolicLink(out.resolve("d/link")));
        assertTrue(Files.exists(out.resolve("a"), LinkOption.NOFOLLOW_LINKS));
    }

    // ---- archives to be read forever

    private static Map<String, byte[]> listedArchives() throws IOException {
        return Map.of(
                "v1-every-kind.ptar", TestArchive.of(tree()).level(3).windows(4, Long.MAX_VALUE).write(),
                "v1-two-runs.ptar", HostileArchiveTest.appended().close(),
                "v1-code.ptar", archiveOfCode());
    }

    private static byte[] archiveOfCode() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("code", Content.machineCode(1, 100_000));
        tree.file("more code", Content.join(Content.machineCode(2, 50_000), everyOpcode()));
        byte[] archive = TestArchive.of(tree).level(9).write();
        MasterKey plain = MasterKey.plain();
        Forge.Frame block = Forge.framesOf(archive, Header.plain(plain), plain).getFirst();
        assertEquals(FrameHead.ZSTD_X86, block.codec());
        return archive;
    }

    /// Whatever may be an instruction and what is none, with operands of which some hold an opcode.
    private static Content everyOpcode() {
        byte[] highest = {0, -1, 1, (byte) 0xfe, (byte) 0xe8, (byte) 0x8b};
        ByteBuffer bytes = ByteBuffer.allocate(10 * 256 * 6);
        for (int opcode : new int[] {0xe7, 0xe8, 0xe9, 0xea, 0x88, 0x89, 0x8a, 0x8b, 0x8d, 0x8f}) {
            for (int modRm = 0; modRm < 256; modRm++) {
                bytes.put((byte) opcode).put((byte) modRm).put((byte) (7 * modRm)).put((byte) (modRm >> 1))
                        .put((byte) opcode).put(highest[modRm % highest.length]);
            }
        }
        return Content.of(bytes.array());
    }

    /// `-Dptar.testdata.write=true` makes them anew, with the list that the second reader gives: only until the version
    /// is released.
    @Test
    void archivesOfTheTestdataReadAsTheyAreListed() throws IOException {
        Path listed = SPECIFICATION.resolveSibling("testdata/listed");
        if (Boolean.getBoolean("ptar.testdata.write")) {
            for (Map.Entry<String, byte[]> made : listedArchives().entrySet()) {
                Path archive = Files.write(listed.resolve(made.getKey()), made.getValue());
                String[] lines = python(SPECIFICATION.resolve("reader.py").toString(), "list", archive.toString());
                Files.write(listed.resolve(made.getKey() + ".jsonl"), List.of(lines));
            }
        }
        List<Path> archives;
        try (var files = Files.list(listed)) {
            archives = files.filter(file -> file.toString().endsWith(".ptar")).sorted().toList();
        }
        assertEquals(3, archives.size());
        String program = SPECIFICATION.resolve("reader.py").toString();
        for (Path archive : archives) {
            List<String> list = Files.readAllLines(listed.resolve(archive.getFileName() + ".jsonl"));
            assertEquals(list, lines(Files.readAllBytes(archive)));
            assertEquals(list, List.of(python(program, "list", archive.toString())));
        }
        String code = listed.resolve("v1-code.ptar").toString();
        assertEquals(Files.readAllLines(Path.of(code + ".jsonl")), List.of(python(program, "journal", code)));
    }

    // ---- broken ones

    /// Forged changes under right checksums: both readers refuse, or both find the same.
    @Test
    void refusesWhatWeRefuse() throws IOException {
        Random random = new Random(MutationTest.SEED);
        System.out.println("SecondReaderTest.refusesWhatWeRefuse: seed " + MutationTest.SEED + ", " + MUTATIONS);
        Path archives = Files.createDirectory(folder.resolve("archives"));
        List<String> expected = new ArrayList<>();
        int refused = 0;
        try (MasterKey key = MasterKey.plain()) {
            Header header = Header.plain(key);
            List<Forge.Frame> frames = Forge.framesOf(
                    TestArchive.of(MutationTest.tree()).windows(2, Long.MAX_VALUE).write(), header, key).stream()
                    .map(f -> new Forge.Frame(f.type(), FrameHead.STORED, f.raw(), f.pointer())).toList();
            for (int i = 0; i < MUTATIONS; i++) {
                Forge.Frame chosen = frames.get(random.nextInt(frames.size()));
                byte[] forged = Forge.rebuild(frames, header, key, frame ->
                        frame.pointer() == chosen.pointer() ? MutationTest.mutate(frame.raw(), random) : frame.raw());
                Files.write(archives.resolve("%06d".formatted(i)), forged);
                expected.add("== %06d".formatted(i));
                try {
                    expected.addAll(lines(forged));
                } catch (ArchiveException refusal) {
                    expected.add("refused: " + refusal.getMessage());
                    refused++;
                } catch (ArithmeticException tooLongForThisTest) {
                    Files.delete(archives.resolve("%06d".formatted(i)));
                    expected.removeLast();
                }
            }
        }
        assertTrue(refused > MUTATIONS / 4 && refused < MUTATIONS, refused + " refused");
        Path script = Files.writeString(folder.resolve("outcomes.py"), OUTCOMES);
        String[] found = python(script.toString(), SPECIFICATION.toString(), archives.toString());
        assertSameOutcomes(expected, List.of(found));
    }

    private static void assertSameOutcomes(List<String> ours, List<String> theirs) {
        for (int i = 0; i < Math.max(ours.size(), theirs.size()); i++) {
            String our = i < ours.size() ? ours.get(i) : "end";
            String their = i < theirs.size() ? theirs.get(i) : "end";
            boolean same = our.equals(their) || our.startsWith("refused") && their.startsWith("refused");
            int from = i;
            assertTrue(same, () -> "seed " + MutationTest.SEED + ", line " + from + ":\n" + our + "\n" + their + "\n"
                    + String.join("\n", ours.subList(Math.max(0, from - 9), from)));
        }
    }
}
