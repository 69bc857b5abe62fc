package ptar.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.layout.Journal;
import ptar.read.ArchiveReader;
import ptar.read.ForwardContents;
import ptar.read.KeyFinder;
import ptar.storage.MemorySource;
import ptar.tree.Content;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.MemoryTree;
import ptar.tree.Metadata;

/// Says that an archive holds a tree: by the index, and by the journals alone; both must say the same.
public final class ArchiveAssert {
    private static final int COMPARED_BYTES = 1 << 20;

    private ArchiveAssert() {}

    public static void assertHolds(MemoryTree tree, byte[] archive) throws IOException {
        assertHolds(tree, archive, KeyFinder.PLAIN);
    }

    public static void assertHolds(MemoryTree tree, byte[] archive, KeyFinder keys) throws IOException {
        List<EntrySource.Item> items = TestArchive.items(tree);
        try (ArchiveReader reader = ArchiveReader.open(new MemorySource(archive), keys)) {
            assertIndexHolds(items, tree, reader);
        }
        assertJournalsHold(items, tree, ForwardContents.read(MemorySource.stream(archive), keys, 2));
    }

    private static void assertIndexHolds(List<EntrySource.Item> items, MemoryTree tree, ArchiveReader reader)
            throws IOException {
        EntryCursor cursor = reader.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL);
        Map<Long, Long> inodeOfGroup = new HashMap<>();
        Map<Long, Long> groupOfInode = new HashMap<>();
        long bytes = 0;
        for (EntrySource.Item item : items) {
            Entry entry = cursor.next();
            assertNotNull(entry, "missing: " + item.path());
            assertEquals(item.path(), entry.path());
            assertSameMetadata(item, entry.metadata());
            long group = entry.metadata().hardLinkGroup();
            if (group >= 0) {
                assertEquals(item.found().inode(), inodeOfGroup.computeIfAbsent(group, g -> item.found().inode()));
                assertEquals(group, groupOfInode.computeIfAbsent(item.found().inode(), i -> group));
            }
            if (entry.metadata().type() == EntryType.FILE) {
                assertContent(item.path(), contentOf(item, tree), reader, entry);
            }
            bytes += entry.metadata().size();
        }
        assertNull(cursor.next());
        assertEquals(items.size(), reader.root().entries());
        assertEquals(bytes, reader.root().bytes());
    }

    private static Content contentOf(EntrySource.Item item, MemoryTree tree) {
        return tree.find(item.path().bytes()).content();
    }

    private static void assertSameMetadata(EntrySource.Item item, Metadata found) {
        boolean grouped = item.found().links() > 1 && item.metadata().type() != EntryType.FOLDER;
        assertEquals(grouped, found.hardLinkGroup() >= 0, "hard-link group of " + item.path());
        assertEquals(item.metadata(), found.withHardLinkGroup(-1), "metadata of " + item.path());
    }

    private static void assertContent(EntryPath path, Content expected, ArchiveReader reader, Entry entry)
            throws IOException {
        try (SeekableByteChannel channel = reader.open(entry)) {
            assertEquals(expected.size(), channel.size());
            for (long at = 0; at < expected.size(); at = nextCompared(expected, at + COMPARED_BYTES)) {
                byte[] piece = new byte[(int) Math.min(COMPARED_BYTES, expected.size() - at)];
                expected.read(at, piece);
                byte[] found = new byte[piece.length];
                ByteBuffer target = ByteBuffer.wrap(found);
                channel.position(at);
                while (target.hasRemaining()) {
                    assertTrue(channel.read(target) > 0, path + " ends early");
                }
                assertArrayEquals(piece, found, path + " from " + at);
            }
        }
    }

    /// Holes of more than some megabytes are compared at their ends.
    private static long nextCompared(Content content, long at) {
        for (var data : content.data()) {
            if (data.end() > at) {
                return data.start() - at > 2 * COMPARED_BYTES ? data.start() - COMPARED_BYTES : at;
            }
        }
        return Math.max(at, content.size() - COMPARED_BYTES);
    }

    private static void assertJournalsHold(
            List<EntrySource.Item> items, MemoryTree tree, ForwardContents forward) {
        assertEquals(List.of(), forward.damage);
        assertEquals(items.size(), forward.entries.size());
        assertEquals(1, forward.roots.size());
        assertEquals(items.size(), forward.leaves.stream().mapToInt(leaf -> leaf.entries().size()).sum());
        for (EntrySource.Item item : items) {
            ForwardContents.Told told = forward.entries.get(item.path());
            assertNotNull(told, "no journal told of " + item.path());
            assertTrue(told.ended, item.path() + " has not ended");
            assertSameMetadata(item, told.metadata);
            long at = 0;
            for (Journal.JournalExtent extent : told.extents) {
                assertExtent(item, tree, forward, extent, at);
                at += extent.length();
            }
            assertEquals(item.metadata().size(), at, "journals cover " + item.path());
        }
    }

    private static void assertExtent(
            EntrySource.Item item, MemoryTree tree, ForwardContents forward, Journal.JournalExtent extent, long at) {
        byte[] expected = new byte[(int) Math.min(extent.length(), 1 << 24)];
        contentOf(item, tree).read(at, expected);
        byte[] found = extent.isHole() ? new byte[expected.length] : forward.bytesOf(extent);
        assertArrayEquals(expected, found, item.path() + " from " + at + " by the journal");
    }
}
