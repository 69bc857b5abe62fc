package ptar.read;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.storage.MemorySource;
import ptar.tree.Bytes;
import ptar.tree.Content;
import ptar.tree.EntryPath;
import ptar.tree.MemoryTree;
import ptar.tree.SourceFile;
import ptar.write.TestArchive;

class ArchiveReaderTest {
    private static ArchiveReader open(byte[] archive) throws IOException {
        return ArchiveReader.open(new MemorySource(archive), KeyFinder.PLAIN);
    }

    private static List<String> names(ArchiveReader archive, String below) throws IOException {
        EntryCursor cursor = archive.entries(EntryPath.of(below), EntryCursor.Damage.FATAL);
        List<String> names = new ArrayList<>();
        for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
            names.add(entry.path().toString());
        }
        assertNull(cursor.next(), "the end stays the end");
        return names;
    }

    /// An archive of a leaf for each name, so that every page border lies between two of them.
    private static byte[] archiveOf(String... names) throws IOException {
        MemoryTree tree = new MemoryTree();
        for (String name : names) {
            if (name.endsWith("/")) {
                tree.folder(name.substring(0, name.length() - 1));
            } else {
                tree.file(name, name);
            }
        }
        return TestArchive.of(tree).windows(1, Long.MAX_VALUE).write();
    }

    @Test
    void aSubtreeIsWhatLiesAtAndBelowAPath() throws IOException {
        String[] tree = {"a/", "a/b/", "a/b/c", "a/b.c", "a/bb", "a b", "a-", "a.b", "a0", "aa/", "aa/b", "b"};
        try (ArchiveReader archive = open(archiveOf(tree))) {
            assertEquals(
                    List.of(".", "a", "a/b", "a/b/c", "a/b.c", "a/bb", "a b", "a-", "a.b", "a0", "aa", "aa/b", "b"),
                    names(archive, ""));
            assertEquals(List.of("a", "a/b", "a/b/c", "a/b.c", "a/bb"), names(archive, "a"));
            assertEquals(List.of("a/b", "a/b/c"), names(archive, "a/b"));
            assertEquals(List.of("a/b/c"), names(archive, "a/b/c"));
            assertEquals(List.of("a/b.c"), names(archive, "a/b.c"));
            assertEquals(List.of("a b"), names(archive, "a b"));
            assertEquals(List.of("a.b"), names(archive, "a.b"));
            assertEquals(List.of("aa", "aa/b"), names(archive, "aa"));
            assertEquals(List.of("b"), names(archive, "b"));
            for (String none : new String[] {"a/a", "a/b/c/d", "a/c", "a.", "A", "c", "a/b/", "0", "zz"}) {
                if (!none.endsWith("/")) {
                    assertEquals(List.of(), names(archive, none), none);
                    assertNull(archive.find(EntryPath.of(none)), none);
                }
            }
        }
    }

    @Test
    void everyPathIsFoundAndNoOther() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("ArchiveReaderTest.everyPathIsFoundAndNoOther: seed " + seed);
        Random random = new Random(seed);
        MemoryTree tree = new MemoryTree();
        for (int i = 0; i < 600; i++) {
            tree.file(randomPath(random) + "/f" + i, "");
        }
        for (int windowEntries : new int[] {1, 7, 10_000}) {
            try (ArchiveReader archive = open(TestArchive.of(tree).windows(windowEntries, Long.MAX_VALUE).write())) {
                List<String> all = names(archive, "");
                for (int i = 0; i < 300; i++) {
                    String path = i % 2 == 0 ? all.get(1 + random.nextInt(all.size() - 1)) : randomPath(random);
                    List<String> below = all.stream()
                            .filter(name -> name.equals(path) || name.startsWith(path + "/"))
                            .toList();
                    assertEquals(below, names(archive, path), path);
                    assertEquals(all.contains(path), archive.find(EntryPath.of(path)) != null, path);
                }
            }
        }
    }

    private static String randomPath(Random random) {
        StringBuilder path = new StringBuilder("r");
        for (int n = random.nextInt(5); n > 0; n--) {
            path.append("!/.a".charAt(random.nextInt(4))).append("xy".charAt(random.nextInt(2)));
        }
        return path.toString();
    }

    @Test
    void namesAreBytesAndFoundAsBytes() throws IOException {
        Bytes odd = Bytes.wrap(new byte[] {(byte) 0xc3, '(', (byte) 0xff, '\n'});
        MemoryTree tree = new MemoryTree();
        tree.file(odd, Content.of("odd"));
        try (ArchiveReader archive = open(TestArchive.of(tree).write())) {
            assertNotNull(archive.find(new EntryPath(odd)));
            assertNull(archive.find(EntryPath.of("\u00c3(\u00ff\n")));
        }
    }

    @Test
    void contentIsReadFromAnyOffset() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("ArchiveReaderTest.contentIsReadFromAnyOffset: seed " + seed);
        Random random = new Random(seed);
        Content content = Content.join(
                Content.hole(5), Content.random(1, 3_000_000), Content.hole(200_000), Content.random(2, 1_500_000),
                Content.random(1, 700_000), Content.hole(1));
        MemoryTree tree = new MemoryTree();
        tree.file("f", content);
        byte[] expected = content.bytes();
        try (ArchiveReader archive = open(TestArchive.of(tree).write());
                SeekableByteChannel channel = archive.open(archive.find(EntryPath.of("f")))) {
            assertEquals(expected.length, channel.size());
            for (int i = 0; i < 300; i++) {
                int from = random.nextInt(expected.length);
                int length = 1 + random.nextInt(1 << random.nextInt(20));
                ByteBuffer target = random.nextBoolean()
                        ? ByteBuffer.allocate(length + 3).position(3)
                        : ByteBuffer.allocateDirect(length + 3).position(3);
                int read = channel.position(from).read(target);
                assertEquals(Math.min(length, expected.length - from), read);
                assertEquals(from + read, channel.position());
                assertEquals(3 + read, target.position());
                assertEquals(ByteBuffer.wrap(expected, from, read), target.flip().position(3), "from " + from);
            }
        }
    }

    @Test
    void theChannelKeepsToItsContract() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("f", "content");
        tree.file("empty", "");
        tree.folder("d");
        try (ArchiveReader archive = open(TestArchive.of(tree).write())) {
            SeekableByteChannel channel = archive.open(archive.find(EntryPath.of("f")));
            assertEquals(-1, channel.position(7).read(ByteBuffer.allocate(1)));
            assertEquals(-1, channel.position(Long.MAX_VALUE).read(ByteBuffer.allocate(1)));
            assertEquals(0, channel.position(0).read(ByteBuffer.allocate(0)));
            assertThrows(IllegalArgumentException.class, () -> channel.position(-1));
            assertThrows(NonWritableChannelException.class, () -> channel.write(ByteBuffer.allocate(1)));
            assertThrows(NonWritableChannelException.class, () -> channel.truncate(0));
            assertTrue(channel.isOpen());
            channel.close();
            channel.close();
            assertFalse(channel.isOpen());
            assertThrows(ClosedChannelException.class, () -> channel.read(ByteBuffer.allocate(1)));
            assertEquals(-1, archive.open(archive.find(EntryPath.of("empty"))).read(ByteBuffer.allocate(1)));
            Entry folder = archive.find(EntryPath.of("d"));
            assertThrows(IllegalArgumentException.class, () -> archive.open(folder));
        }
    }

    @Test
    void aFileOfManyExtentsFramesIsReadFromAnyOffset() throws IOException {
        int pairs = 9_000;
        byte[] expected = new byte[2 * pairs];
        for (int i = 0; i < pairs; i++) {
            expected[2 * i] = (byte) (i % 251 + 1);
        }
        MemoryTree tree = new MemoryTree();
        tree.file("f", new Content() {
            @Override
            public long size() {
                return expected.length;
            }

            @Override
            public void read(long offset, byte[] target) {
                System.arraycopy(expected, (int) offset, target, 0, target.length);
            }

            @Override
            public List<SourceFile.Stretch> data() {
                return java.util.stream.IntStream.range(0, pairs)
                        .mapToObj(i -> new SourceFile.Stretch(2L * i, 2L * i + 1)).toList();
            }
        });
        try (ArchiveReader archive = open(TestArchive.of(tree).write());
                SeekableByteChannel channel = archive.open(archive.find(EntryPath.of("f")))) {
            for (int from : new int[] {17_000, 0, 8_191, 8_192, 16_380, 4_095, 9_000}) {
                ByteBuffer target = ByteBuffer.allocate(1_000);
                assertEquals(1_000, channel.position(from).read(target));
                assertArrayEquals(Arrays.copyOfRange(expected, from, from + 1_000), target.array());
            }
        }
    }

    /// The figure that large archives live by: opening, the path's leaf, the file's block.
    @ParameterizedTest
    @CsvSource({"200, 3000", "9000, 100"})
    void oneFileOfALargeArchiveTakesThreeRoundTrips(int files, int size) throws IOException {
        MemoryTree tree = new MemoryTree();
        for (int i = 0; i < files; i++) {
            tree.file("d%02d/f%05d".formatted(i % 50, i), Content.random(i, size * 3L));
        }
        tree.file("z", Content.random(1, 3_000_000)); // so that the first pages are not in the last bytes
        byte[] archive = TestArchive.of(tree).windows(files / 3, Long.MAX_VALUE).write();
        MemorySource source = new MemorySource(archive, 8);
        try (ArchiveReader reader = ArchiveReader.open(source, KeyFinder.PLAIN)) {
            assertEquals(1, source.reads(), "opening");
            Entry entry = reader.find(EntryPath.of("d01/f00001"));
            assertEquals(2, source.reads(), "opening and finding");
            byte[] content = new byte[size * 3];
            reader.open(entry).read(ByteBuffer.wrap(content));
            assertArrayEquals(Content.random(1, size * 3L).bytes(), content);
            assertEquals(3, source.reads(), "opening, finding and reading");
            assertTrue(source.bytesRead() < 3 << 20, "bytes read: " + source.bytesRead());
        }
    }

    @Test
    void aSmallArchiveIsReadAtOnce() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("a", Content.random(1, 100_000));
        tree.file("b", "b");
        MemorySource source = new MemorySource(TestArchive.of(tree).write(), 8);
        try (ArchiveReader reader = ArchiveReader.open(source, KeyFinder.PLAIN)) {
            assertEquals(List.of(".", "a", "b"), names(reader, ""));
            reader.open(reader.find(EntryPath.of("a"))).read(ByteBuffer.allocate(100_000));
            assertEquals(1, source.reads());
        }
    }

    @Test
    void listingReadsNeighbouringLeavesTogether() throws IOException {
        MemoryTree tree = new MemoryTree();
        for (int i = 0; i < 20_000; i++) {
            tree.file("folder " + i % 10 + "/a name that is not short " + i, "");
        }
        byte[] archive = TestArchive.of(tree).write();
        MemorySource source = new MemorySource(archive, 8);
        try (ArchiveReader reader = ArchiveReader.open(source, KeyFinder.PLAIN)) {
            assertEquals(20_011, names(reader, "").size());
            assertTrue(source.reads() <= 3, "reads: " + source.reads());
        }
    }

    /// A source over a network can't afford it; on a disk it shows a header that was put back or damaged.
    @ParameterizedTest
    @ValueSource(ints = {0, 60, 200, 255})
    void aLocalArchivesTwoHeadersAreCompared(int offset) throws IOException {
        MemoryTree tree = new MemoryTree();
        byte[] archive = TestArchive.of(tree).write();
        archive[offset] ^= 1;
        assertThrows(ptar.error.ArchiveException.class, () -> open(archive));
        ArchiveReader.open(new MemorySource(archive, 2), KeyFinder.PLAIN).close();
    }

    @Test
    void theSourceIsClosedWithTheReaderAndWhenOpeningFails() throws IOException {
        MemorySource source = new MemorySource(TestArchive.of(new MemoryTree()).write());
        ArchiveReader.open(source, KeyFinder.PLAIN).close();
        assertTrue(source.isClosed());
        MemorySource nothing = new MemorySource(new byte[0]);
        assertThrows(ptar.error.NotAnArchiveException.class, () -> ArchiveReader.open(nothing, KeyFinder.PLAIN));
        assertTrue(nothing.isClosed());
    }
}
