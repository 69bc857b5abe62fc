package ptar.write;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.UnaryOperator;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;
import ptar.tree.SourceTree;
import ptar.tree.Timestamp;

/// What goes into an archive, in increasing order of paths.
public interface EntrySource extends Closeable {
    /// The next entry, or null behind the last; paths increase strictly.
    Item next() throws IOException;

    /// An entry to be written, and where its content is read.
    ///
    /// @param metadata complete but for the hard-link group
    /// @param name as it was typed and found, for messages
    /// @param sourcePath what to open in `tree` for a file's content (with `followLink`)
    /// @param found what the walk saw: compared with what is read
    /// @param overrides makes the entry's metadata of what is found, should it be looked at again; on any thread
    record Item(
            EntryPath path, Metadata metadata, SourceTree tree, Bytes name, Bytes sourcePath, boolean followLink,
            SourceTree.Found found, UnaryOperator<Metadata> overrides) {
        /// The same file under another path or with other metadata.
        public Item with(EntryPath newPath, Metadata newMetadata) {
            return new Item(newPath, newMetadata, tree, name, sourcePath, followLink, found, overrides);
        }

        /// The same file with another modification time, whenever it is looked at.
        public Item withModificationTime(Timestamp time) {
            return new Item(
                    path, metadata.withModificationTime(time), tree, name, sourcePath, followLink, found,
                    again -> overrides.apply(again).withModificationTime(time));
        }
    }
}
