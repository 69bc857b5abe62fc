package ptar.write;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import ptar.tree.EntryType;
import ptar.tree.FileId;
import ptar.tree.Metadata;
import ptar.tree.Xattr;

/// A stretch of the walk that is read in an order of its own. Its leaves follow its blocks. Spec §14.
///
/// @param entries in the order of paths
/// @param files those of them that bring content, in the order of reading
record Window(List<PendingEntry> entries, List<PendingEntry> files) {
    /// Where a window ends: bounds what is held of it, some 100 MB for entries of usual names.
    ///
    /// @param bytes of the files' sizes; the file that reaches it is the window's last
    record Limits(int entries, long bytes) {
        static final Limits DEFAULT = new Limits(1 << 17, 4L << 30);
        /// Of paths and xattrs, so that long ones do not take more memory than many.
        static final int MAX_NAME_BYTES = 32 << 20;
    }

    /// Lets names whose first one was left out in an earlier window bring the content themselves, the first of an inode
    /// for all. Call it when all earlier windows have been written.
    void replaceLostLeaders() {
        Map<PendingEntry, PendingEntry> lastNames = new IdentityHashMap<>();
        for (PendingEntry entry : entries) {
            PendingEntry lost = entry.leader;
            if (lost == null || lost.dropped == null || entry.metadata.type() != EntryType.FILE) {
                continue;
            }
            PendingEntry heir = lost.heir;
            if (heir == null || heir.dropped != null) {
                entry.leader = null;
                entry.metadata = entry.metadata.withHardLinkGroup(0);
                lost.heir = entry;
                files.add(entry);
                lastNames.put(entry, entry);
            } else {
                entry.leader = heir;
                PendingEntry last = lastNames.get(heir);
                if (last != null) {
                    entry.comesWithLeader = true;
                    last.nextName = entry;
                    lastNames.put(heir, entry);
                }
            }
        }
        if (!lastNames.isEmpty()) {
            ReadOrder.sort(files);
        }
    }

    /// Cuts the walk into windows. One thread at a time.
    static final class Cutter {
        private final EntrySource source;
        private final Limits limits;
        /// Null behind the first window.
        private ReadAhead ahead;
        private final Map<FileId, Names> hardLinks = new HashMap<>();
        private int windows;
        private boolean ended;

        /// @param ahead reads during the first walk; null for none
        Cutter(EntrySource source, Limits limits, ReadAhead ahead) {
            this.source = source;
            this.limits = limits;
            this.ahead = ahead;
        }

        /// The names of an inode that have come, until all of them have.
        private static final class Names {
            final PendingEntry first;
            final int windowOfFirst;
            PendingEntry last;
            long missing;

            Names(PendingEntry first, int window, long missing) {
                this.first = first;
                this.windowOfFirst = window;
                this.last = first;
                this.missing = missing;
            }

            void add(PendingEntry entry, int window) {
                missing--;
                // a window that was cut earlier may be being written: it is not touched any more
                if (window == windowOfFirst && first.hasContent()) {
                    entry.comesWithLeader = true;
                    last.nextName = entry;
                    last = entry;
                }
            }
        }

        /// @return null behind the last
        Window next() throws IOException {
            List<PendingEntry> entries = new ArrayList<>();
            List<PendingEntry> files = new ArrayList<>();
            long bytes = 0;
            long nameBytes = 0;
            windows++;
            while (!ended
                    && entries.size() < limits.entries
                    && bytes < limits.bytes
                    && nameBytes < Limits.MAX_NAME_BYTES) {
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("interrupted"); // by a writer that has failed and waits for this
                }
                EntrySource.Item item = source.next();
                if (item == null) {
                    ended = true;
                    break;
                }
                PendingEntry entry = pending(item);
                entries.add(entry);
                nameBytes += item.path().bytes().length() + xattrBytes(item.metadata());
                if (entry.hasContent()) {
                    files.add(entry);
                    bytes += item.metadata().size();
                    if (ahead != null) {
                        ahead.offer(entry);
                    }
                }
            }
            if (ahead != null) {
                ahead.start();
                ahead = null;
            }
            if (entries.isEmpty()) {
                return null;
            }
            ReadOrder.sort(files);
            return new Window(entries, files);
        }

        private static long xattrBytes(Metadata metadata) {
            long bytes = 0;
            for (Xattr xattr : metadata.xattrs()) {
                bytes += xattr.name().length() + xattr.value().length();
            }
            return bytes;
        }

        private PendingEntry pending(EntrySource.Item item) {
            boolean mayHaveOtherNames = item.found().links() > 1 && item.metadata().type() != EntryType.FOLDER;
            if (!mayHaveOtherNames || item.found().inode() == 0) {
                return new PendingEntry(item, null);
            }
            FileId id = FileId.of(item.found());
            Names names = hardLinks.get(id);
            if (names == null) {
                PendingEntry first = new PendingEntry(item, null);
                first.metadata = first.metadata.withHardLinkGroup(0); // its number is known when it begins
                hardLinks.put(id, new Names(first, windows, item.found().links() - 1));
                return first;
            }
            PendingEntry entry = new PendingEntry(item, names.first);
            names.add(entry, windows);
            if (names.missing == 0) {
                hardLinks.remove(id);
            }
            return entry;
        }
    }
}
