package ptar.storage;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import ptar.tree.posix.PosixMemory;

/// Native memory that is used again: fresh memory must be paged in, which costs as much as decoding into it.
///
/// Thread-safe. Fresh buffers are rounded up by at most a quarter (at least 64 KiB); one that is used again is at most
/// twice as long as what was asked for, so that many lengths share few buffers. What is given back beyond
/// `maxIdleBytes` is left to the garbage collector.
public final class BufferPool {
    private static final long MIN_SIZE = 1 << 16;
    /// From here on a buffer is mapped, so that what is not used of it costs nothing: half of a compressor's target.
    /// Below, a system call is not worth to be linked, which takes 30 ms where nothing else has need of one.
    private static final long MIN_MAPPED_SIZE = 1 << 20;

    private final TreeMap<Long, Deque<MemorySegment>> idle = new TreeMap<>();
    private final long maxIdleBytes;
    private long idleBytes;

    public BufferPool(long maxIdleBytes) {
        this.maxIdleBytes = maxIdleBytes;
    }

    /// At least `size` bytes with any content; give it back by [#release].
    public MemorySegment take(long size) {
        long rounded = rounded(size);
        synchronized (this) {
            Map.Entry<Long, Deque<MemorySegment>> fitting = idle.ceilingEntry(rounded);
            if (fitting != null && fitting.getKey() <= 2 * rounded) {
                MemorySegment buffer = fitting.getValue().removeLast();
                if (fitting.getValue().isEmpty()) {
                    idle.remove(fitting.getKey());
                }
                idleBytes -= buffer.byteSize();
                return buffer;
            }
        }
        return rounded >= MIN_MAPPED_SIZE && PosixMemory.isSupported()
                ? PosixMemory.allocate(rounded, Arena.ofAuto())
                : MemorySegment.ofBuffer(ByteBuffer.allocateDirect(Math.toIntExact(rounded)));
    }

    private static long rounded(long size) {
        if (size <= MIN_SIZE) {
            return MIN_SIZE;
        }
        long step = Long.highestOneBit(size - 1) >> 2;
        return (size + step - 1) / step * step;
    }

    /// @param buffer as it came from [#take]; null is passed over
    public synchronized void release(MemorySegment buffer) {
        if (buffer == null || idleBytes + buffer.byteSize() > maxIdleBytes) {
            return;
        }
        idleBytes += buffer.byteSize();
        idle.computeIfAbsent(buffer.byteSize(), size -> new ArrayDeque<>()).addLast(buffer);
    }
}
