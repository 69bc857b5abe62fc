package ptar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private static final long MIB = 1 << 20;

    private final BufferPool pool = new BufferPool(16 * MIB);

    @Test
    void freshBuffersAreHardlyLongerThanWanted() {
        for (long size = 1 << 16; size < 64 * MIB; size = size * 9 / 8 + 1) {
            long length = new BufferPool(0).take(size).byteSize();

            assertTrue(length >= size && length <= size + size / 4, size + ": " + length);
        }
    }

    @Test
    void shorterNeedsAreServedByIdleBuffersUpToTwiceAsLong() {
        MemorySegment buffer = pool.take(8 * MIB);
        pool.release(buffer);

        MemorySegment shorter = pool.take(4 * MIB);

        assertEquals(buffer.address(), shorter.address());
        assertEquals(buffer.byteSize(), shorter.byteSize());
    }

    @Test
    void muchShorterNeedsLeaveLongBuffersAlone() {
        MemorySegment buffer = pool.take(8 * MIB);
        pool.release(buffer);

        assertNotEquals(buffer.address(), pool.take(3 * MIB).address());
        assertEquals(buffer.address(), pool.take(8 * MIB).address());
    }

    @Test
    void theShortestThatFitsIsTaken() {
        MemorySegment four = pool.take(4 * MIB);
        MemorySegment five = pool.take(5 * MIB);
        pool.release(five);
        pool.release(four);

        assertEquals(four.address(), pool.take(4 * MIB).address());
        assertEquals(five.address(), pool.take(4 * MIB).address());
    }

    @Test
    void noBufferIsHandedOutTwice() {
        MemorySegment buffer = pool.take(4 * MIB);
        pool.release(buffer);

        assertEquals(buffer.address(), pool.take(4 * MIB).address());
        assertNotEquals(buffer.address(), pool.take(4 * MIB).address());
    }

    @Test
    void whatIsBeyondTheBoundIsNotKept() {
        MemorySegment kept = pool.take(12 * MIB);
        MemorySegment tooMuch = pool.take(12 * MIB);
        pool.release(kept);
        pool.release(tooMuch);

        assertEquals(kept.address(), pool.take(12 * MIB).address());
        assertNotEquals(tooMuch.address(), pool.take(12 * MIB).address());
    }

    @Test
    void whatIsNotKeptIsDiscardedAtOnce() {
        List<MemorySegment> discarded = new ArrayList<>();
        BufferPool own = new BufferPool(16 * MIB, size -> Arena.ofAuto().allocate(size), discarded::add);
        MemorySegment kept = own.take(12 * MIB);
        MemorySegment tooMuch = own.take(12 * MIB);

        own.release(kept);
        own.release(tooMuch);
        assertEquals(List.of(tooMuch), discarded);

        own.close();
        assertEquals(List.of(tooMuch, kept), discarded);

        MemorySegment late = own.take(MIB);
        own.release(late);
        assertEquals(List.of(tooMuch, kept, late), discarded);
    }
}
