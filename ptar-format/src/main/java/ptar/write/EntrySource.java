package ptar.write;

import java.io.Closeable;
import java.io.IOException;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;
import ptar.tree.SourceTree;

/// What goes into an archive, in increasing order of paths.
public interface EntrySource extends Closeable {
    /// The next entry, or null behind the last; paths increase strictly.
    Item next() throws IOException;

    /// An entry to be written, and where its content is read.
    ///
    /// @param metadata complete but for the hard-link group
    /// @param sourcePath what to open in `tree` for a file's content (with `followLink`)
    /// @param found what the walk saw: compared with what is read
    record Item(
            EntryPath path, Metadata metadata, SourceTree tree, Bytes sourcePath, boolean followLink,
            SourceTree.Found found) {
        /// The same file under another path or with other metadata.
        public Item with(EntryPath newPath, Metadata newMetadata) {
            return new Item(newPath, newMetadata, tree, sourcePath, followLink, found);
        }
    }
}
