package ptar.write;

import java.io.Closeable;
import java.io.IOException;
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
    /// @param sourcePath what to open in `tree` for a file's content (with `followLink`)
    /// @param device,inode identity of the file; 0, 0 where the platform has none
    /// @param links number of names of this inode
    /// @param changeTime the status change time, null where the platform has none
    /// @param storedBytes bytes that the file takes on disk; less than its size hints at holes
    record Item(
            EntryPath path,
            Metadata metadata,
            SourceTree tree,
            Bytes sourcePath,
            boolean followLink,
            long device,
            long inode,
            long links,
            Timestamp changeTime,
            long storedBytes) {
        /// The same file under another path or with other metadata.
        public Item with(EntryPath newPath, Metadata newMetadata) {
            return new Item(
                    newPath, newMetadata, tree, sourcePath, followLink, device, inode, links, changeTime, storedBytes);
        }
    }
}
