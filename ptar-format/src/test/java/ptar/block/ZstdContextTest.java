package ptar.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.github.luben.zstd.Zstd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import ptar.block.ZstdContext.Parameter;

final class ZstdContextTest {
    @Test
    void aValueOutOfRangeIsRefused() {
        try (ZstdContext context = new ZstdContext()) {
            assertEquals("zstd, WINDOW_LOG 99: Parameter is out of bound", assertThrows(
                    IllegalStateException.class, () -> context.set(Parameter.WINDOW_LOG, 99)).getMessage());
        }
    }

    @Test
    void refusesWhatIsNotNative() {
        try (Arena arena = Arena.ofConfined(); ZstdContext context = new ZstdContext()) {
            MemorySegment target = arena.allocate(1000);
            MemorySegment heap = MemorySegment.ofArray(new byte[10]);
            assertThrows(IllegalArgumentException.class, () -> context.compress(heap, target));
            assertThrows(IllegalArgumentException.class, () -> context.compress(target, heap));
            assertThrows(IllegalArgumentException.class, () -> context.compress(target, target.asReadOnly()));
        }
    }

    @Test
    void closedTwiceIsClosed() {
        ZstdContext context = new ZstdContext();
        context.close();
        context.close();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment some = arena.allocate(1000);
            assertThrows(IllegalStateException.class, () -> context.compress(some, some));
            assertThrows(IllegalStateException.class, () -> context.set(Parameter.COMPRESSION_LEVEL, 3));
        }
    }

    @Test
    void memoryThatLibzstdDoesNotGetIsWhatUsersAreToldOf() {
        assertThrows(OutOfMemoryError.class, () -> ZstdContext.check(-Zstd.errMemoryAllocation(), "a frame of", 1));
    }
}
