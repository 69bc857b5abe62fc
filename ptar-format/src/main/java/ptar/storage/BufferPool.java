package ptar.storage;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/// Native memory that is used again: fresh memory must be zeroed and paged in, which costs as much as decoding into it.
///
/// Thread-safe. Fresh buffers are rounded up by at most a quarter (at least 64 KiB); one that is used again is at most
/// twice as long as what was asked for, so that many lengths share few buffers. What is given back beyond
/// `maxIdleBytes` is not kept.
public final class BufferPool implements AutoCloseable {
    private static final long MIN_SIZE = 1 << 16;

    private final TreeMap<Long, Deque<MemorySegment>> idle = new TreeMap<>();
    private final LongFunction<MemorySegment> source;
    private final Consumer<MemorySegment> discard;
    private long maxIdleBytes;
    private long idleBytes;

    /// Of Java's direct memory: bounded by `-XX:MaxDirectMemorySize`, and left to the garbage collector.
    public BufferPool(long maxIdleBytes) {
        this(maxIdleBytes, BufferPool::direct, toTheCollector -> { });
    }

    /// @param source gives fresh memory of a size
    /// @param discard takes what is not kept; nobody uses it any more
    public BufferPool(long maxIdleBytes, LongFunction<MemorySegment> source, Consumer<MemorySegment> discard) {
        this.maxIdleBytes = maxIdleBytes;
        this.source = source;
        this.discard = discard;
    }

    private static MemorySegment direct(long size) {
        return MemorySegment.ofBuffer(ByteBuffer.allocateDirect(Math.toIntExact(size)));
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
        return source.apply(rounded);
    }

    private static long rounded(long size) {
        if (size <= MIN_SIZE) {
            return MIN_SIZE;
        }
        long step = Long.highestOneBit(size - 1) >> 2;
        return (size + step - 1) / step * step;
    }

    /// @param buffer as it came from [#take]; null is passed over
    public void release(MemorySegment buffer) {
        if (buffer != null && !keep(buffer)) {
            discard.accept(buffer);
        }
    }

    private synchronized boolean keep(MemorySegment buffer) {
        if (idleBytes + buffer.byteSize() > maxIdleBytes) {
            return false;
        }
        idleBytes += buffer.byteSize();
        idle.computeIfAbsent(buffer.byteSize(), size -> new ArrayDeque<>()).addLast(buffer);
        return true;
    }

    /// Keeps nothing, from now on.
    @Override
    public synchronized void close() {
        maxIdleBytes = 0;
        idle.values().forEach(buffers -> buffers.forEach(discard));
        idle.clear();
        idleBytes = 0;
    }
}
