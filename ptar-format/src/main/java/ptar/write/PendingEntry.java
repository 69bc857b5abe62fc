package ptar.write;

import java.io.IOException;
import ptar.layout.PackedExtents;
import ptar.tree.EntryType;
import ptar.tree.Metadata;

/// An entry on its way from the walk to its leaf.
final class PendingEntry {
    final EntrySource.Item item;
    /// The first name of the same inode, which has the content; null for the first and for files with one name.
    PendingEntry leader;
    /// Of a first name that is left out: who has brought the content since, in a later window; else null.
    PendingEntry heir;
    /// Later names of the inode in the same window, told of right behind the first when it brings content.
    PendingEntry nextName;
    /// Whether this is one of them.
    boolean comesWithLeader;

    /// Its content, where that is read while the walk goes on; else null.
    ReadJob.Piece ahead;

    Metadata metadata;
    PackedExtents extents = PackedExtents.NONE;
    long number = -1;
    /// Why the entry is left out, or null.
    IOException dropped;

    PendingEntry(EntrySource.Item item, PendingEntry leader) {
        this.item = item;
        this.leader = leader;
        this.metadata = item.metadata();
    }

    boolean hasContent() {
        return leader == null && metadata.type() == EntryType.FILE && metadata.size() > 0;
    }
}
