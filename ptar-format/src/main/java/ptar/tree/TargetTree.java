package ptar.tree;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A tree that is extracted into. Only primitives: what is done when something is in the way is decided above.
///
/// *Nothing outside the base is ever touched*: every parent is resolved beneath it, component by component or with
/// `openat2(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS)`, and a link that leads out is refused with a
/// [java.nio.file.FileSystemException] (`Invalid cross-device link`), also one that was there before. A tree opened
/// with `absoluteNames` (`-P`) lifts that. Final components are never followed unless a method says so. Thread-safe.
///
/// *No name is taken for another*: where something is there that is spelt otherwise (`README` for `Readme`), as on file
/// systems that fold case, a name is refused, for looking too.
public interface TargetTree extends Closeable {
    /// What is at a path now, a final link not followed; null if nothing is. Xattrs are not read.
    SourceTree.Found stat(Bytes path) throws IOException;

    /// As [#stat] with a final link followed (beneath the base).
    SourceTree.Found statFollowing(Bytes path) throws IOException;

    /// Makes a folder (mode 0700 until [#setMetadata]); fails with `FileAlreadyExistsException` if something is there.
    void makeFolder(Bytes path) throws IOException;

    /// Creates a file that is not there yet (mode 0600 until [TargetFile#finish]).
    TargetFile createFile(Bytes path) throws IOException;

    /// Whether what has been written to a file can be read at its path before the file is finished.
    default boolean showsUnfinishedFiles() {
        return true;
    }

    /// Opens a file that is there, to be overwritten in place and cut to length 0.
    ///
    /// @param followLink whether a final symbolic link is written through (`--overwrite -h`)
    TargetFile overwriteFile(Bytes path, boolean followLink) throws IOException;

    void makeSymlink(Bytes path, Bytes target) throws IOException;

    /// Gives what is at `existing` (a final link not followed) a second name.
    void makeHardLink(Bytes path, Bytes existing) throws IOException;

    /// Makes a fifo, socket or device.
    void makeNode(Bytes path, Metadata metadata) throws IOException;

    void removeFile(Bytes path) throws IOException;

    void removeFolder(Bytes path) throws IOException;

    void rename(Bytes from, Bytes to) throws IOException;

    /// Names in a folder, increasing; a final link not followed.
    List<Bytes> names(Bytes path) throws IOException;

    /// Opens what was extracted before to read it again. A final link is not followed.
    SourceFile openFile(Bytes path) throws IOException;

    /// Restores the metadata of what is at a path, which must be of the metadata's type; a link is not followed. Files
    /// being written have [TargetFile#finish].
    ///
    /// Order: owner, xattrs (capabilities), mode, ACLs, times, flags. What can't be restored is given to `problems`
    /// once for each kind, never thrown; setuid and setgid are dropped when the owner is not the archived one.
    void setMetadata(Bytes path, Metadata metadata, Restore what, Problems problems) throws IOException;

    /// What of the metadata is restored.
    ///
    /// @param owner as root by default, else not; names first, then numbers, unless `numericOwner`
    /// @param exactMode the mode as archived; otherwise less the umask and without setuid, setgid and sticky
    record Restore(
            boolean owner, boolean numericOwner, boolean exactMode, boolean modificationTime, boolean accessTime,
            boolean xattrs, boolean inodeFlags) {}

    /// Takes what could not be restored.
    @FunctionalInterface
    interface Problems {
        /// @param kind a key to sum up by: `owner`, `mode`, `xattr security.capability`, …
        void add(Bytes path, String kind, IOException cause);
    }

    /// A file being written. One thread at a time.
    interface TargetFile extends Closeable {
        /// Tells what [#finish] will be given, before anything is written: for targets that must say it first.
        default void expect(Metadata metadata, Restore what) {}

        /// Writes all of native memory at an offset; what is skipped becomes a hole.
        void write(MemorySegment source, long offset) throws IOException;

        /// Sets the final size and the metadata. The file is still open.
        void finish(long size, Metadata metadata, Restore what, Problems problems) throws IOException;

        /// Brings all that was written before to the disk, names too; does nothing where that can't be asked for.
        default void force() throws IOException {}
    }
}
