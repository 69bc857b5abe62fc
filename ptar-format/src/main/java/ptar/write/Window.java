package ptar.write;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ptar.tree.EntryType;

/// A stretch of the walk that is read in an order of its own. Its leaves follow its blocks. Spec §14.
///
/// @param entries in the order of paths
/// @param files those of them that bring content, in the order of reading
record Window(List<PendingEntry> entries, List<PendingEntry> files) {
    /// Bounds what is held of a window: some 100 MB for entries of usual names.
    static final int MAX_ENTRIES = 1 << 17;

    static final long MAX_BYTES = 4L << 30;

    /// Cuts the walk into windows. One thread at a time.
    static final class Cutter {
        private final EntrySource source;
        private final Map<FileId, Names> hardLinks = new HashMap<>();
        private boolean ended;

        Cutter(EntrySource source) {
            this.source = source;
        }

        private record FileId(long device, long inode) {}

        /// The names of an inode that have come, until all of them have.
        private static final class Names {
            final PendingEntry first;
            PendingEntry last;
            long missing;

            Names(PendingEntry first, long missing) {
                this.first = first;
                this.last = first;
                this.missing = missing;
            }
        }

        /// @return null behind the last
        Window next() throws IOException {
            List<PendingEntry> entries = new ArrayList<>();
            List<PendingEntry> files = new ArrayList<>();
            long bytes = 0;
            while (!ended && entries.size() < MAX_ENTRIES && bytes < MAX_BYTES) {
                EntrySource.Item item = source.next();
                if (item == null) {
                    ended = true;
                    break;
                }
                PendingEntry entry = pending(item);
                entries.add(entry);
                if (entry.hasContent()) {
                    files.add(entry);
                    bytes += item.metadata().size();
                }
            }
            if (entries.isEmpty()) {
                return null;
            }
            ReadOrder.sort(files);
            return new Window(entries, files);
        }

        private PendingEntry pending(EntrySource.Item item) {
            boolean mayHaveOtherNames = item.found().links() > 1 && item.metadata().type() != EntryType.FOLDER;
            if (!mayHaveOtherNames || item.found().inode() == 0) {
                return new PendingEntry(item, null);
            }
            FileId id = new FileId(item.found().device(), item.found().inode());
            Names names = hardLinks.get(id);
            if (names == null) {
                PendingEntry first = new PendingEntry(item, null);
                first.metadata = first.metadata.withHardLinkGroup(0); // its number is known when it begins
                hardLinks.put(id, new Names(first, item.found().links() - 1));
                return first;
            }
            PendingEntry entry = new PendingEntry(item, names.first);
            names.last.nextName = entry;
            names.last = entry;
            names.missing--;
            if (names.missing == 0) {
                hardLinks.remove(id);
            }
            return entry;
        }
    }
}
