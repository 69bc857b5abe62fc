package ptar.storage;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/// Native memory that is used again: fresh memory must be zeroed and paged in, which costs as much as decoding into it.
///
/// Thread-safe. Sizes are rounded up to a power of two (at least 64 KiB). What is given back beyond `maxIdleBytes` is
/// left to the garbage collector.
public final class BufferPool {
    private static final int MIN_CLASS = 16;
    private static final int MAX_CLASS = 28;

    private final Deque<MemorySegment>[] idle;
    private final long maxIdleBytes;
    private long idleBytes;

    public BufferPool(long maxIdleBytes) {
        this.maxIdleBytes = maxIdleBytes;
        @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of generic types
        Deque<MemorySegment>[] queues = new Deque[MAX_CLASS + 1];
        idle = queues;
        for (int i = 0; i < idle.length; i++) {
            idle[i] = new ArrayDeque<>();
        }
    }

    /// At least `size` bytes with any content; give it back by [#release].
    public MemorySegment take(long size) {
        int sizeClass = Math.max(MIN_CLASS, 64 - Long.numberOfLeadingZeros(Math.max(size, 2) - 1));
        synchronized (this) {
            MemorySegment used = idle[sizeClass].pollLast();
            if (used != null) {
                idleBytes -= used.byteSize();
                return used;
            }
        }
        return Arena.ofAuto().allocate(1L << sizeClass, 64);
    }

    /// @param buffer as it came from [#take]; null is passed over
    public synchronized void release(MemorySegment buffer) {
        if (buffer == null || idleBytes + buffer.byteSize() > maxIdleBytes) {
            return;
        }
        idleBytes += buffer.byteSize();
        idle[63 - Long.numberOfLeadingZeros(buffer.byteSize())].addLast(buffer);
    }
}
