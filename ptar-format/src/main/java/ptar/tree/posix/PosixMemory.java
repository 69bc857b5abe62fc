package ptar.tree.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Native memory by `mmap`. A page of it takes time and memory when it is used for the first time, where what Java
/// allocates is written full of zeros at once.
public final class PosixMemory {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    private PosixMemory() {}

    public static boolean isSupported() {
        return PosixSourceTree.isSupported();
    }

    /// Zeros. Not counted by `-XX:MaxDirectMemorySize`.
    ///
    /// @param arena says who may use it, and for how long
    /// @throws OutOfMemoryError if the system gives none
    @SuppressWarnings("restricted")
    public static MemorySegment allocate(long size, Arena arena) {
        long address = Kernel.call(Scratch.get(), Call.MMAP, 0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
        if (address < 0) {
            throw new OutOfMemoryError(size + " bytes: " + Errno.text((int) -address));
        }
        return MemorySegment.ofAddress(address).reinterpret(size, arena, PosixMemory::unmap);
    }

    private static void unmap(MemorySegment memory) {
        Kernel.call(Scratch.get(), Call.MUNMAP, memory.address(), memory.byteSize());
    }
}
