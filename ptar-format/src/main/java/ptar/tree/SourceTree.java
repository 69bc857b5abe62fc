package ptar.tree;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/// A tree that is archived: walked by folders, its files read by offset. Paths and names are the platform's bytes.
///
/// Failures are [java.nio.file.FileSystemException]s (`NoSuchFileException`, `AccessDeniedException`, …) whose reason
/// is the platform's text (`Permission denied`) and whose file is the path as given. Thread-safe, but for [Folder].
public interface SourceTree extends Closeable {
    /// What a path names.
    ///
    /// @param path absolute, or relative to the tree's base; may have any number of components, `.` and `..` too
    /// @param followLink whether a final symbolic link is followed
    Found stat(Bytes path, boolean followLink) throws IOException;

    /// Opens a folder to be walked. A final symbolic link is followed only with `followLink`.
    Folder openFolder(Bytes path, boolean followLink) throws IOException;

    /// Opens a file's content. Never blocks on a fifo: what is not a regular file (any more) is refused.
    SourceFile openFile(Bytes path, boolean followLink) throws IOException;

    /// How many reads at once serve the tree best: more than one where each waits for a network.
    default int parallelReads() {
        return 1;
    }

    /// What is looked for beyond what every entry has; each costs calls for every name, or bytes in the archive.
    ///
    /// @param names of users and groups
    /// @param inodeFlags as `lsattr` shows them
    record Wanted(boolean names, boolean xattrs, boolean accessTime, boolean birthTime, boolean inodeFlags) {
        /// What a plain `ptar c` keeps.
        public static final Wanted DEFAULT = new Wanted(true, true, false, false, false);
    }

    /// An open folder. Not thread-safe.
    interface Folder extends Closeable {
        /// All names but `.` and `..`, in increasing byte order.
        List<Bytes> names() throws IOException;

        Found stat(Bytes name, boolean followLink) throws IOException;

        Folder openFolder(Bytes name, boolean followLink) throws IOException;
    }

    /// What was found at a name, with what only the file system knows.
    ///
    /// @param metadata complete but for the hard-link group
    /// @param device,inode identity of the file; 0, 0 where the platform has none
    /// @param links number of names of this inode
    /// @param changeTime the status change time, null where the platform has none
    /// @param storedBytes bytes that the file takes on disk (`st_blocks` × 512); less than its size hints at holes
    record Found(Metadata metadata, long device, long inode, long links, Timestamp changeTime, long storedBytes) {}
}
