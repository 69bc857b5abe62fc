package ptar.read;

import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;

/// Which entries are extracted, and under which names.
@FunctionalInterface
public interface Selection {
    /// Everything under its own name; the tree's own root is the target's base.
    Selection ALL = new Selection() { // a lambda here is made at run time, whoever implements the interface
        @Override
        public Bytes targetName(EntryPath path, Metadata metadata) {
            return path.bytes();
        }
    };

    /// Asked once for each entry, in the order in which they come.
    ///
    /// @return the name in the target tree, or null to leave the entry out
    Bytes targetName(EntryPath path, Metadata metadata);

    /// What an entry that was taken gets besides its name: other targets of symbolic links, for example.
    default Metadata targetMetadata(Metadata archived) {
        return archived;
    }
}
