package ptar.cli.s3;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import ptar.tree.posix.PosixMemory;

/// Native memory for parts that wait for the network, in slabs of 1 MiB: whoever wants one more than there may be
/// waits.
///
/// As byte buffers: their copies to and from arrays need no compiler to be fast, and an upload does 200,000 of 4 KB for
/// 400 MB.
///
/// Parts grow, so the bound does too: below two parts nothing could be filled while something is sent.
final class SlabPool implements AutoCloseable {
    static final int SLAB_LENGTH = 1 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private final Arena arena = Arena.ofShared();
    private long limit;
    private long allocated;
    private boolean ended;

    /// @param bytes most memory at once
    SlabPool(long bytes) {
        this.limit = Math.max(1, bytes / SLAB_LENGTH);
    }

    /// Makes sure that two parts of a length fit.
    void reserveFor(long partLength) {
        lock.lock();
        try {
            limit = Math.max(limit, 2 * ((partLength + SLAB_LENGTH - 1) / SLAB_LENGTH));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Takes a slab, waiting for one.
    ///
    /// @return null after [#end]
    ByteBuffer take() throws IOException {
        lock.lock();
        try {
            while (!ended && free.isEmpty() && allocated >= limit) {
                changed.await();
            }
            if (ended) {
                return null;
            }
            if (!free.isEmpty()) {
                return free.pop();
            }
            allocated++;
            MemorySegment slab = PosixMemory.isSupported()
                    ? PosixMemory.allocate(SLAB_LENGTH, arena)
                    : arena.allocate(SLAB_LENGTH, 64);
            return slab.asByteBuffer();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted");
        } finally {
            lock.unlock();
        }
    }

    void giveBack(List<ByteBuffer> slabs) {
        lock.lock();
        try {
            free.addAll(slabs);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// No slab is given out any more; those who wait are woken.
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    long allocatedBytes() {
        lock.lock();
        try {
            return allocated * SLAB_LENGTH;
        } finally {
            lock.unlock();
        }
    }

    /// Frees the memory. Nobody may be reading it.
    @Override
    public void close() {
        end();
        arena.close();
    }
}
