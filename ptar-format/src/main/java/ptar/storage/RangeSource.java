package ptar.storage;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/// Where archive bytes are read from by range. Thread-safe: several reads may be in flight.
///
/// Failures carry the source's [#name] and the range.
public interface RangeSource extends Closeable {
    /// For messages: a path or URL without secrets.
    String name();

    /// Opens by one read of the last bytes: a suffix range brings the length and the bytes in one round trip.
    ///
    /// @param atMost how many bytes from the end; the whole if there are fewer
    Suffix readSuffix(int atMost) throws IOException;

    /// Reads exactly `target.byteSize()` bytes at an offset.
    ///
    /// @throws java.io.EOFException if the source ends before
    void read(MemorySegment target, long offset) throws IOException;

    /// Reads several ranges; an implementation over a network merges near ones and keeps several in flight. Each range
    /// is handed over when it has arrived, in any order, from any thread.
    default void readAll(List<Range> ranges, Receiver receiver) throws IOException {
        for (Range range : ranges) {
            read(range.target(), range.offset());
            receiver.arrived(range);
        }
    }

    /// How many reads are worth having in flight: 1 where another brings nothing (a local file).
    default int parallelReads() {
        return 1;
    }

    /// Whether each read is a round trip, so that one read more costs more than bytes that nobody needs.
    default boolean isFar() {
        return false;
    }

    /// The end of the source.
    ///
    /// @param length of the whole source in bytes
    record Suffix(long length, ByteBuffer bytes) {}

    /// A range to fill: `target.byteSize()` bytes from `offset`.
    record Range(long offset, MemorySegment target) {}

    @FunctionalInterface
    interface Receiver {
        void arrived(Range range) throws IOException;
    }
}
