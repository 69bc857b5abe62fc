package ptar.tree.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PosixMemoryTest {
    private static final long MIB = 1 << 20;

    @BeforeEach
    void onLinux() {
        assumeTrue(PosixMemory.isSupported(), "no system calls here");
    }

    @Test
    void isZeroAndCanBeWrittenToItsEnd() {
        MemorySegment memory = PosixMemory.allocate(3 * MIB);

        assertEquals(3 * MIB, memory.byteSize());
        assertEquals(-1, memory.mismatch(MemorySegment.ofArray(new byte[(int) (3 * MIB)])));
        memory.set(ValueLayout.JAVA_BYTE, 3 * MIB - 1, (byte) 7);
        assertEquals(7, memory.asByteBuffer().get((int) (3 * MIB - 1)));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 3 * MIB));
    }

    @Test
    void takesMemoryWhereItIsUsedAndUntilItIsDiscarded() throws IOException {
        MemorySegment memory = PosixMemory.allocate(256 * MIB);
        long unused = residentAround(memory.address());
        memory.asSlice(64 * MIB, 32 * MIB).fill((byte) 1);
        long used = residentAround(memory.address()) - unused;
        PosixMemory.discard(memory);
        long left = residentAround(memory.address()) - unused;

        assertTrue(used >= 32 * MIB && used < 48 * MIB, "an eighth used: " + used);
        assertTrue(left < 8 * MIB, "discarded: " + left);
        assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, 64 * MIB));
        memory.set(ValueLayout.JAVA_BYTE, 64 * MIB, (byte) 2);
        assertEquals(2, memory.get(ValueLayout.JAVA_BYTE, 64 * MIB));
    }

    @Test
    void isUnmappedWithItsArena() throws IOException {
        MemorySegment memory;
        try (Arena arena = Arena.ofShared()) {
            memory = PosixMemory.allocate(MIB, arena);
            assertTrue(isMapped(memory.address()));
        }

        assertTrue(!isMapped(memory.address()));
        assertThrows(IllegalStateException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void isUnmappedWhenNothingRefersToIt() throws IOException, InterruptedException {
        MemorySegment memory = PosixMemory.allocate(MIB);
        long address = memory.address();
        assertTrue(isMapped(address));
        Reference.reachabilityFence(memory);
        memory = null;
        for (int i = 0; i < 100 && isMapped(address); i++) {
            System.gc();
            Thread.sleep(50);
        }

        assertTrue(!isMapped(address));
    }

    @Test
    void moreThanThereIsIsRefused() {
        OutOfMemoryError refused =
                assertThrows(OutOfMemoryError.class, () -> PosixMemory.allocate(1L << 60));

        assertEquals((1L << 60) + " bytes: Cannot allocate memory", refused.getMessage());
    }

    private static boolean isMapped(long address) throws IOException {
        return residentAround(address) >= 0;
    }

    /// Bytes in memory of the mapping that an address lies in, with its neighbours of the same kind; -1 if in none.
    /// proc(5), `/proc/pid/smaps`.
    private static long residentAround(long address) throws IOException {
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                String[] range = line.split(" ")[0].split("-");
                inside = Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
                        && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
            } else if (inside && line.startsWith("Rss:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return -1;
    }
}
