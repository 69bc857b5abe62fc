package ptar.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;

/// A file that is being extracted: opened by the first piece that comes, finished by the last, given up by the first
/// failure. Pieces may come from any thread; they are written one at a time. What the target tree refuses, the restorer
/// has told its listener.
final class FileTask {
    private static final int OWNER_READS = 0400;

    final EntryPath path;
    final Metadata metadata;
    final Bytes targetName;
    private final Restorer restorer;
    private final ExtractListener listener;
    private Restorer.Output output;
    private boolean begun;
    private boolean ended;
    private boolean finished;
    private long missing;

    FileTask(EntryPath path, Metadata metadata, Bytes targetName, Restorer restorer, ExtractListener listener) {
        this.path = path;
        this.metadata = metadata;
        this.targetName = targetName;
        this.restorer = restorer;
        this.listener = listener;
        this.missing = metadata.size();
    }

    /// Creates the file, or whatever the entry is, if nothing has yet.
    ///
    /// @return false if there is nothing (more) to write
    synchronized boolean begin() {
        if (!begun) {
            begun = true;
            output = restorer.begin(targetName, metadata);
            ended = output == null;
        }
        return !ended;
    }

    /// Writes a piece; the last one finishes the file.
    synchronized void write(MemorySegment data, long offset) {
        if (!begin()) {
            return;
        }
        try {
            output.write(data, offset);
        } catch (IOException told) {
            ended = true;
            return;
        }
        done(data.byteSize());
    }

    /// Counts bytes that need no writing (holes) or have been written; the last ones finish the file.
    synchronized void done(long bytes) {
        missing -= bytes;
        if (missing > 0 || !begin()) {
            return;
        }
        ended = true;
        try {
            output.finish();
            finished = true;
        } catch (IOException told) {
            output.abandon();
        }
    }

    /// Gives the file up because the archive does not bring its content.
    synchronized void fail(IOException cause) {
        if (ended) {
            return;
        }
        begun = true;
        ended = true;
        if (output != null) {
            output.abandon();
        }
        listener.damaged(path, cause);
    }

    /// True if what was written can be read again under the target name, also by who is not root.
    synchronized boolean isReadable() {
        return (metadata.mode() & OWNER_READS) != 0 && isThere();
    }

    private boolean isThere() {
        return finished || begun && !ended && output.isUnderItsName();
    }

    /// True if nothing more is to be written: finished, given up, or never needed.
    synchronized boolean hasEnded() {
        return ended;
    }
}
