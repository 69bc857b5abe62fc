package ptar.read;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.error.WrongKeyException;
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
                    KeySlots.sealedHeader(key, List.of(KEY_FILE)), key);
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
    void aWrongKeyAndADamagedHeaderGiveOneError() {
        String refused = "a.ptar: no key fits, or the header is damaged";
        try (KeyFile stranger = KeyFile.random()) {
            assertEquals(refused, assertThrows(WrongKeyException.class,
                    () -> readAtRandom(archive, stranger)).getMessage());
        }
        assertEquals(refused, assertThrows(WrongKeyException.class,
                () -> ArchiveReader.open(new Memory(archive), KeyFinder.PLAIN).close()).getMessage());
        // Both copies: where one is left, the reader sees that they differ.
        byte[] damaged = archive.clone();
        damaged[150] ^= 1;
        damaged[closing() + 150] ^= 1;
        assertEquals(refused, assertThrows(WrongKeyException.class,
                () -> readAtRandom(damaged, KEY_FILE)).getMessage());
    }

    @Test
    void aFlippedBitAnywhereIsNoticed() throws IOException {
        Set<Integer> places = new HashSet<>();
        for (int i = 0; i < headerLength; i += i < 192 ? 1 : 127) {
            places.add(i);
            places.add(closing() + i);
        }
        for (int i = 0; i < ClosingMark.SIZE; i++) {
            places.add(archive.length - 1 - i);
            places.add(headerLength + i % Run.PREAMBLE_SIZE);
        }
        for (int segment = headerLength + Run.PREAMBLE_SIZE; segment < closing(); segment += SEGMENT) {
            for (int i : new int[] {0, 3, 4, 8, 11, 12, 13, 14, 15, 16, 999, SEGMENT - 17, SEGMENT - 16, SEGMENT - 1}) {
                places.add(Math.min(segment + i, closing() - 1));
            }
        }
        Random random = new Random(3);
        for (int place : places) {
            byte[] damaged = archive.clone();
            damaged[place] ^= (byte) (1 << random.nextInt(8));
            boolean isPreamble = place >= headerLength && place < headerLength + Run.PREAMBLE_SIZE;
            if (isPreamble) {
                // Only a forward reader looks at it: the closing mark says the same.
                assertSameTree(readAtRandom(damaged, KEY_FILE));
                assertNoticedForward(damaged, "byte " + place);
            } else {
                assertNoticed(damaged, "byte " + place);
            }
        }
    }

    @Test
    void movedSegmentsAreNoticed() throws IOException {
        int first = headerLength + Run.PREAMBLE_SIZE;
        byte[] swapped = archive.clone();
        System.arraycopy(archive, first, swapped, first + SEGMENT, SEGMENT);
        System.arraycopy(archive, first + SEGMENT, swapped, first, SEGMENT);
        assertNoticed(swapped, "swapped");
        byte[] repeated = archive.clone();
        System.arraycopy(archive, first, repeated, first + SEGMENT, SEGMENT);
        assertNoticed(repeated, "repeated");
        assertNoticed(concat(Arrays.copyOf(archive, first + SEGMENT),
                Arrays.copyOfRange(archive, first + 2 * SEGMENT, archive.length)), "dropped");
        assertNoticed(concat(Arrays.copyOf(archive, first + SEGMENT),
                Arrays.copyOfRange(archive, first, archive.length)), "inserted");
        byte[] foreign = archive.clone();
        System.arraycopy(other, first + SEGMENT, foreign, first + SEGMENT, SEGMENT);
        assertNoticed(foreign, "from another archive of the same key file");
    }

    @Test
    void theRunOfAnotherArchiveIsNoticed() throws IOException {
        assertEquals(archive.length, other.length);
        byte[] run = archive.clone();
        System.arraycopy(other, headerLength, run, headerLength, closing() - headerLength);
        assertNoticed(run, "run");
        byte[] closing = archive.clone();
        System.arraycopy(other, archive.length - ClosingMark.SIZE, closing, archive.length - ClosingMark.SIZE,
                ClosingMark.SIZE);
        assertNoticed(closing, "closing mark");
    }

    @Test
    void aCutAnywhereIsNoticed() throws IOException {
        Set<Integer> lengths = new HashSet<>(List.of(0, 1, 7, 8, 16, headerLength - 1, headerLength, headerLength + 1,
                archive.length - 1, archive.length - ClosingMark.SIZE, closing() - 1, closing(), closing() + 1));
        for (int border = headerLength + Run.PREAMBLE_SIZE; border <= closing(); border += SEGMENT) {
            lengths.addAll(List.of(border - 1, border, border + 1));
        }
        for (int length : lengths) {
            assertNoticed(Arrays.copyOf(archive, length), "cut to " + length);
        }
    }

    @Test
    void bytesAddedAreNoticed() throws IOException {
        assertNoticed(Arrays.copyOf(archive, archive.length + 1), "a zero behind");
        assertNoticed(concat(archive, archive), "itself behind");
        assertNoticed(concat(new byte[1], archive), "a zero before");
    }

    @Test
    void anOlderHeaderPutBackIsNoticedByWhoSeesBoth() throws IOException {
        try (KeyFile next = KeyFile.random()) {
            Header old = Header.readFrom(ByteBuffer.wrap(archive), NAME);
            byte[] changed = archive.clone();
            try (MasterKey key = KeySlots.unlock(old, List.of(KEY_FILE), NAME)) {
                byte[] header = KeySlots.add(old, key, next, NAME).toBytes();
                System.arraycopy(header, 0, changed, 0, headerLength);
                System.arraycopy(header, 0, changed, closing(), headerLength);
            }
            assertSameTree(readAtRandom(changed, next));
            for (int place : new int[] {0, closing()}) {
                byte[] tampered = changed.clone();
                System.arraycopy(archive, 0, tampered, place, headerLength);
                assertNoticed(tampered, "older header at " + place);
            }
        }
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
                                KeySlots.sealedHeader(key, secrets), key);
                    }
                }
            }
            Memory archive = new Memory(out.toByteArray());
            try (ArchiveReader reader = ArchiveReader.open(archive, KeyFinder.of(secrets, NAME))) {
                reader.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL).next();
            }
        }
    }

    /// Everything is read both ways. Each way there is an error, and what came before it is the tree's own.
    private static void assertNoticed(byte[] damaged, String what) throws IOException {
        assertThrows(ArchiveException.class, () -> readAtRandom(damaged, KEY_FILE), what);
        assertNoticedForward(damaged, what);
    }

    private static void assertNoticedForward(byte[] damaged, String what) throws IOException {
        Forward forward;
        try {
            forward = readForward(damaged);
        } catch (ArchiveException refused) {
            return;
        }
        assertFalse(forward.damage.isEmpty(), what);
        for (byte[] block : forward.content) {
            assertTrue(blocks.stream().anyMatch(sound -> Arrays.equals(sound, block)), what + ": not our block");
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

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
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
