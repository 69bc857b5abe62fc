package ptar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import ptar.crypto.KeyFile;
import ptar.error.CorruptArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.read.ArchiveReader;
import ptar.read.KeyFinder;
import ptar.storage.FileSource;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;

/// Archives of every format version that was released stay readable: `testdata/README.md` says how each was made.
class TestdataTest {
    private static final Path TESTDATA = Path.of("").toAbsolutePath().resolveSibling("testdata");

    private static List<Path> archives(String folder) throws IOException {
        try (Stream<Path> files = Files.list(TESTDATA.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".ptar")).sorted().toList();
        }
    }

    private static ArchiveReader open(Path archive) throws IOException {
        KeyFile key = KeyFile.parse(Files.readAllBytes(TESTDATA.resolve("good/v1.key")));
        return ArchiveReader.open(new FileSource(archive), KeyFinder.of(List.of(key), archive.toString()));
    }

    private static void compareWithSource(ArchiveReader archive) throws IOException {
        TreeSet<String> expected = new TreeSet<>();
        Path source = TESTDATA.resolve("source");
        try (Stream<Path> files = Files.walk(source)) {
            files.forEach(file -> expected.add(file.equals(source) ? "." : source.relativize(file).toString()));
        }
        TreeSet<String> found = new TreeSet<>();
        EntryCursor entries = archive.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL);
        for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
            found.add(entry.path().toString());
            if (entry.metadata().type() == EntryType.FILE) {
                ByteBuffer content = ByteBuffer.allocate((int) entry.metadata().size());
                try (SeekableByteChannel file = archive.open(entry)) {
                    file.read(content);
                }
                assertArrayEquals(
                        Files.readAllBytes(source.resolve(entry.path().toString())), content.array(),
                        entry.path().toString());
            }
        }
        assertEquals(expected, found);
    }

    @Test
    void goodArchivesHoldTheSource() throws IOException {
        List<Path> good = archives("good");
        assertEquals(2, good.size());
        for (Path archive : good) {
            try (ArchiveReader reader = open(archive)) {
                compareWithSource(reader);
            }
        }
    }

    @Test
    void badArchivesAreRefused() throws IOException {
        List<Path> bad = archives("bad");
        assertEquals(2, bad.size());
        for (Path archive : bad) {
            assertThrows(CorruptArchiveException.class, () -> {
                try (ArchiveReader reader = open(archive)) {
                    compareWithSource(reader);
                }
            }, archive.toString());
        }
    }
}
