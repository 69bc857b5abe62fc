package ptar.tree;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// An open file of a [SourceTree]. Thread-safe but for closing: large files are read by several threads.
public interface SourceFile extends Closeable {
    /// Reads up to `target.byteSize()` bytes from an offset into native memory; as many as there are unless the file
    /// ends.
    ///
    /// @return bytes read, 0 at the end of the file, never less than asked for before the end
    long read(MemorySegment target, long offset) throws IOException;

    /// Size, times, mode and owner now: compared with what the walk saw, to notice a change.
    SourceTree.Found stat() throws IOException;

    /// The first stretch of data at or behind an offset: `SEEK_DATA`, `SEEK_HOLE`.
    ///
    /// @return offset and end of data; both `size` when only a hole is left; the whole rest where the platform can't
    /// say
    Stretch nextData(long offset, long size) throws IOException;

    /// @param end the first byte behind it
    record Stretch(long start, long end) {}
}
