package ptar.tree.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
        MemorySegment memory = PosixMemory.allocate(3 * MIB, Arena.ofAuto());

        assertEquals(3 * MIB, memory.byteSize());
        assertEquals(-1, memory.mismatch(MemorySegment.ofArray(new byte[(int) (3 * MIB)])));
        memory.set(ValueLayout.JAVA_BYTE, 3 * MIB - 1, (byte) 7);
        assertEquals(7, memory.asByteBuffer().get((int) (3 * MIB - 1)));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 3 * MIB));
    }

    @Test
    void takesMemoryWhereItIsUsedOnly() throws IOException {
        long before = resident();
        MemorySegment memory = PosixMemory.allocate(512 * MIB, Arena.ofAuto());
        long unused = resident() - before;
        memory.asSlice(0, 64 * MIB).fill((byte) 1);
        long used = resident() - before;

        assertTrue(unused < 32 * MIB, "unused: " + unused);
        assertTrue(used >= 48 * MIB && used < 160 * MIB, "an eighth used: " + used);
    }

    @Test
    void goesBackToTheSystemWhenNothingRefersToIt() throws IOException, InterruptedException {
        long before = mapped();
        for (int i = 0; i < 4; i++) {
            PosixMemory.allocate(1024 * MIB, Arena.ofAuto());
        }
        for (int i = 0; i < 100 && mapped() - before > 512 * MIB; i++) {
            System.gc();
            Thread.sleep(50);
        }

        assertTrue(mapped() - before <= 512 * MIB, "still mapped: " + (mapped() - before));
    }

    @Test
    void goesBackToTheSystemWithItsArena() throws IOException {
        long before = mapped();
        MemorySegment memory;
        try (Arena arena = Arena.ofShared()) {
            memory = PosixMemory.allocate(4096 * MIB, arena);
            assertTrue(mapped() - before >= 4096 * MIB);
        }

        assertTrue(mapped() - before < 2048 * MIB, "still mapped: " + (mapped() - before));
        assertThrows(IllegalStateException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void moreThanThereIsIsRefused() {
        OutOfMemoryError refused =
                assertThrows(OutOfMemoryError.class, () -> PosixMemory.allocate(1L << 60, Arena.ofAuto()));

        assertEquals((1L << 60) + " bytes: Cannot allocate memory", refused.getMessage());
    }

    private static long mapped() throws IOException {
        return pages(0);
    }

    private static long resident() throws IOException {
        return pages(1);
    }

    /// proc(5), `/proc/pid/statm`, in pages of 4 KiB on x86-64.
    private static long pages(int field) throws IOException {
        long page = Kernel.ARM ? 0 : 4096;
        assumeTrue(page > 0, "pages may be of any length here");
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[field]) * page;
    }
}
