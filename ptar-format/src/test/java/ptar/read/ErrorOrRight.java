package ptar.read;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Map;
import java.util.TreeMap;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.storage.MemorySource;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.MemoryTree;
import ptar.tree.Metadata;

/// Reads archives that may be broken in both ways there are, and says whether what comes is an error or just what was
/// written. Anything else fails the test.
public final class ErrorOrRight {
    private final Map<EntryPath, Metadata> metadata = new TreeMap<>();
    private final Map<EntryPath, byte[]> contents = new TreeMap<>();
    private final KeyFinder keys;

    /// @param sound the archive before it was broken
    public ErrorOrRight(byte[] sound, MemoryTree tree, KeyFinder keys) throws IOException {
        this.keys = keys;
        try (ArchiveReader archive = ArchiveReader.open(new MemorySource(sound), keys)) {
            EntryCursor cursor = archive.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL);
            for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
                metadata.put(entry.path(), entry.metadata());
                if (entry.metadata().type() == EntryType.FILE) {
                    contents.put(entry.path(), tree.find(entry.path().bytes()).content().bytes());
                }
            }
        }
    }

    /// @return the error, or null if all is right
    public ArchiveException byIndex(byte[] archive, int parallelReads) throws IOException {
        try (ArchiveReader reader = ArchiveReader.open(new MemorySource(archive, parallelReads), keys)) {
            EntryCursor cursor = reader.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL);
            int count = 0;
            for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
                assertEquals(metadata.get(entry.path()), entry.metadata());
                if (entry.metadata().type() == EntryType.FILE) {
                    assertArrayEquals(contents.get(entry.path()), contentOf(reader, entry), entry.path().toString());
                }
                count++;
            }
            assertEquals(metadata.size(), count, "entries");
            return null;
        } catch (ArchiveException refused) {
            return checked(refused);
        }
    }

    private static byte[] contentOf(ArchiveReader reader, Entry entry) throws IOException {
        ByteBuffer content = ByteBuffer.allocate((int) entry.metadata().size());
        try (SeekableByteChannel channel = reader.open(entry)) {
            while (content.hasRemaining()) {
                assertTrue(channel.read(content) > 0);
            }
        }
        return content.array();
    }

    /// What comes whole must be right; what does not come must be told of.
    ///
    /// @return the first error, or null if all is right
    public ArchiveException forward(byte[] archive) throws IOException {
        ForwardContents read;
        try {
            read = ForwardContents.read(MemorySource.stream(archive), keys, 1);
        } catch (ArchiveException refused) {
            return checked(refused);
        }
        for (ForwardContents.Told told : read.entries.values()) {
            Metadata expected = metadata.get(told.path);
            assertNotNull(expected, "no such entry: " + told.path);
            assertEquals(expected, told.metadata.withMarks(told.changed, told.metadata.absolute()));
            byte[] content = told.metadata.type() == EntryType.FILE ? read.contentOf(told) : null;
            if (content != null) {
                assertArrayEquals(contents.get(told.path), content, told.path.toString());
            } else if (told.metadata.type() == EntryType.FILE) {
                assertTrue(!read.damage.isEmpty(), told.path + " is not whole");
            }
        }
        if (read.damage.isEmpty()) {
            assertEquals(metadata.keySet(), read.entries.keySet());
            return null;
        }
        for (CorruptArchiveException damage : read.damage) {
            checked(damage);
        }
        return read.damage.getFirst();
    }

    /// One line that names the archive.
    static ArchiveException checked(ArchiveException error) {
        String message = error.getMessage();
        assertTrue(message.startsWith(MemorySource.NAME + ": "), message);
        assertTrue(message.indexOf('\n') < 0 && message.length() < 400, message);
        return error;
    }
}
