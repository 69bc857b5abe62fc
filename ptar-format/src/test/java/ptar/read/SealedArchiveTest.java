package ptar.read;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.crypto.KeyFile;
import ptar.crypto.KeySlots;
import ptar.crypto.MasterKey;
import ptar.error.CorruptArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.ClosingMark;
import ptar.layout.Entry;
import ptar.layout.Header;
import ptar.layout.Run;
import ptar.layout.SegmentHead;
import ptar.storage.ByteStream;
import ptar.storage.ChannelSink;
import ptar.storage.RangeSource;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.SourceTree;
import ptar.tree.posix.PosixSourceTree;
import ptar.write.ArchiveWriter;
import ptar.write.EntrySource;
import ptar.write.TreeWalk;
import ptar.write.WalkOperand;
import ptar.write.WriteListener;
import ptar.write.WriteOptions;

/// What a sealed archive promises (spec §13): it tells nothing, and whatever is done to it is noticed before a byte
/// that is not the archive's own is handed out.
class SealedArchiveTest {
    private static final String NAME = "a.ptar";
    private static final int SEGMENT = SegmentHead.STORED_SIZE;
    private static final String SECRET_NAME = "a-name-that-must-not-show";
    private static final String SECRET_TEXT = "a line of text that nobody without the key may see\n";

    @TempDir
    private static Path folder;

    private static final KeyFile KEY_FILE = KeyFile.random();
    /// Contents by path.
    private static final Map<String, byte[]> TREE = new HashMap<>();
    private static byte[] archive;
    private static byte[] other;
    private static int headerLength;
    private static List<byte[]> blocks;

    @BeforeAll
    static void writeArchives() throws IOException {
        assumeTrue(PosixSourceTree.isSupported(), "needs Linux");
        Random random = new Random(7);
        Path tree = Files.createDirectories(folder.resolve("tree/" + SECRET_NAME));
        for (int i = 0; i < 40; i++) {
            byte[] content = new byte[i < 4 ? 70_000 : 3000];
            random.nextBytes(content);
            put(tree.resolve("noise" + i), content);
        }
        put(tree.resolve("text"), SECRET_TEXT.repeat(500).getBytes(StandardCharsets.US_ASCII));
        archive = sealed();
        other = sealed();
        headerLength = Header.readFrom(ByteBuffer.wrap(archive), NAME).length();
        blocks = readForward(archive).content;
    }

    private static void put(Path file, byte[] content) throws IOException {
        Files.write(file, content);
        TREE.put(folder.relativize(file).toString(), content);
    }

    private static byte[] sealed() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MasterKey key = MasterKey.random(new SecureRandom());
                SourceTree tree = new PosixSourceTree(Bytes.of(folder.toString()), SourceTree.Wanted.DEFAULT);
                TreeWalk walk = new TreeWalk(List.of(WalkOperand.of(tree, Bytes.of("tree"))));
                ChannelSink sink = new ChannelSink(Channels.newChannel(out), NAME)) {
            ArchiveWriter.write(walk, sink, WriteOptions.DEFAULT, WriteListener.NONE,
                    () -> KeySlots.sealedHeader(key, List.of(KEY_FILE)), key);
        }
        return out.toByteArray();
    }

    @Test
    void opensAtRandomAndForward() throws IOException {
        assertSameTree(readAtRandom(archive, KEY_FILE));
        assertEquals(List.of(), readForward(archive).damage);
        assertFalse(blocks.isEmpty());
        assertTrue(archive.length > 6 * SEGMENT, "several segments: " + archive.length);
    }

    @Test
    void theLastSegmentIsPaddedTo4096() {
        int segments = closing() - headerLength - Run.PREAMBLE_SIZE;
        assertEquals(0, segments % SEGMENT % 4096);
    }

    @Test
    void tellsNothingOfTheTree() {
        String stored = new String(archive, StandardCharsets.ISO_8859_1);
        for (String secret : List.of(SECRET_NAME, "noise", "tree/", SECRET_TEXT.substring(0, 12), folder.toString())) {
            assertFalse(stored.contains(secret), secret);
        }
        for (byte[] content : TREE.values()) {
            assertFalse(stored.contains(new String(content, 0, 8, StandardCharsets.ISO_8859_1)));
        }
        assertFalse(stored.contains("\u00f7ptF\u0001\u0001\0\0"), "the head of a block shows");
    }

    /// Beside magics and the zeros of headers and preambles.
    @Test
    void twoArchivesOfOneTreeShareNoRunOf16Bytes() {
        assertEquals(archive.length, other.length);
        Set<Bytes> seen = new HashSet<>();
        int from = headerLength + Run.PREAMBLE_SIZE;
        for (int i = from; i + 16 <= closing(); i++) {
            seen.add(Bytes.copyOf(archive, i, i + 16));
        }
        for (int i = from; i + 16 <= closing(); i++) {
            assertFalse(seen.contains(Bytes.copyOf(other, i, i + 16)), "at " + i);
        }
        int salt = headerLength + 16;
        assertFalse(Arrays.equals(archive, salt, salt + 16, other, salt, salt + 16));
    }

    /// Both cost time at a start, and Conscrypt unpacks a native library.
    @Test
    void aPlainArchiveLoadsNeitherConscryptNorBouncyCastle() throws Exception {
        List<String> plain = classesLoaded("plain");
        assertTrue(plain.contains("ptar.crypto.PlainCipher"), "the plain archive was written and read");
        assertEquals(List.of(), plain.stream().filter(SealedArchiveTest::isCryptoLibrary).toList());
        assertFalse(classesLoaded("sealed").stream().noneMatch(SealedArchiveTest::isCryptoLibrary));
    }

    private static boolean isCryptoLibrary(String className) {
        return className.startsWith("org.conscrypt.") || className.startsWith("org.bouncycastle.");
    }

    /// What a JVM loads that writes and reads one archive.
    private static List<String> classesLoaded(String kind) throws Exception {
        Path log = folder.resolve(kind + ".log");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-Xlog:class+load:file=" + log, "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), OneArchive.class.getName(), kind)
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return Files.readAllLines(log).stream()
                .map(line -> line.replaceFirst("^(\\[[^]]*\\])+ ", "").replaceFirst(" .*", "")).toList();
    }

    /// Runs in a JVM of its own.
    public static final class OneArchive {
        private OneArchive() {}

        public static void main(String[] arguments) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            EntrySource nothing = new EntrySource() {
                @Override
                public Item next() {
                    return null;
                }

                @Override
                public void close() {}
            };
            List<KeyFile> secrets = arguments[0].equals("plain") ? List.of() : List.of(KEY_FILE);
            try (ChannelSink sink = new ChannelSink(Channels.newChannel(out), NAME)) {
                if (secrets.isEmpty()) {
                    ArchiveWriter.write(nothing, sink, WriteOptions.DEFAULT, WriteListener.NONE);
                } else {
                    try (MasterKey key = MasterKey.random(new SecureRandom())) {
                        ArchiveWriter.write(nothing, sink, WriteOptions.DEFAULT, WriteListener.NONE,
                                () -> KeySlots.sealedHeader(key, secrets), key);
                    }
                }
            }
            Memory archive = new Memory(out.toByteArray());
            try (ArchiveReader reader = ArchiveReader.open(archive, KeyFinder.of(secrets, NAME))) {
                reader.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL).next();
            }
        }
    }

    private static void assertSameTree(Map<String, byte[]> read) {
        assertEquals(TREE.keySet(), read.keySet());
    }

    /// @return contents by path, each compared with the tree's before the next is read
    private static Map<String, byte[]> readAtRandom(byte[] archive, KeyFile keyFile) throws IOException {
        Map<String, byte[]> read = new HashMap<>();
        try (ArchiveReader reader =
                ArchiveReader.open(new Memory(archive), KeyFinder.of(List.of(keyFile), NAME))) {
            EntryCursor entries = reader.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL);
            for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
                if (entry.metadata().type() == EntryType.FILE) {
                    ByteBuffer content = ByteBuffer.allocate((int) entry.metadata().size());
                    try (SeekableByteChannel file = reader.open(entry)) {
                        while (content.hasRemaining()) {
                            assertTrue(file.read(content) > 0);
                        }
                    }
                    String path = entry.path().toString();
                    assertArrayEquals(TREE.get(path), content.array(), path);
                    read.put(path, content.array());
                }
            }
        }
        return read;
    }

    private record Forward(List<byte[]> content, List<String> damage) {}

    private static Forward readForward(byte[] archive) throws IOException {
        Forward read = new Forward(new ArrayList<>(), new ArrayList<>());
        ByteStream in = new ByteStream(Channels.newChannel(new ByteArrayInputStream(archive)), NAME);
        try (ForwardReader reader = ForwardReader.open(in, KeyFinder.of(List.of(KEY_FILE), NAME), 1)) {
            reader.read(new ForwardReader.Visitor() {
                @Override
                public void block(ForwardReader.DecodedBlock block) {
                    read.content.add(block.content().toArray(ValueLayout.JAVA_BYTE));
                }

                @Override
                public void damage(CorruptArchiveException what, boolean cutShort) {
                    read.damage.add(what.getMessage());
                }
            });
        }
        return read;
    }

    private static int closing() {
        return archive.length - ClosingMark.SIZE - headerLength;
    }

    private record Memory(byte[] bytes) implements RangeSource {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Suffix readSuffix(int atMost) {
            int n = Math.min(atMost, bytes.length);
            return new Suffix(bytes.length, ByteBuffer.wrap(Arrays.copyOfRange(bytes, bytes.length - n, bytes.length)));
        }

        @Override
        public void read(MemorySegment target, long offset) throws IOException {
            if (offset + target.byteSize() > bytes.length) {
                throw new EOFException(NAME + ": ends at " + bytes.length);
            }
            MemorySegment.copy(MemorySegment.ofArray(bytes), offset, target, 0, target.byteSize());
        }

        @Override
        public void close() {}
    }
}
