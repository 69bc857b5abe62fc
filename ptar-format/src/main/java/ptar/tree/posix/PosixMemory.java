package ptar.tree.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Native memory by `mmap`. A page of it takes time and memory when it is used for the first time, where what Java
/// allocates is written full of zeros at once.
///
/// Neither counted nor bounded by Java: for those who know how much they take, and say when they need it no more.
public final class PosixMemory {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_DONTNEED = 4;

    /// Of one's own: a thread that cleans up loses its thread-locals after every buffer.
    private static final Scratch FOR_UNMAP = new Scratch();

    private PosixMemory() {}

    private static final class Linked {
        static final boolean IS = PosixSourceTree.isSupported() && isLinked();

        private static boolean isLinked() {
            try {
                Kernel.close(-1);
                return true;
            } catch (LinkageError refused) {
                return false;
            }
        }
    }

    /// Whether there is such a system call here, and Java lets it be called.
    public static boolean isSupported() {
        return Linked.IS;
    }

    /// Zeros; unmapped when nothing refers to it any more.
    ///
    /// @param size at least 1
    /// @throws OutOfMemoryError if the system gives none
    public static MemorySegment allocate(long size) {
        return allocate(size, Arena.ofAuto());
    }

    /// As above, for as long as an arena lives, which must not have been closed.
    @SuppressWarnings("restricted")
    public static MemorySegment allocate(long size, Arena arena) {
        long address = Kernel.call(Scratch.get(), Call.MMAP, 0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
        if (address < 0) {
            throw new OutOfMemoryError(size + " bytes: " + Errno.text((int) -address));
        }
        return MemorySegment.ofAddress(address).reinterpret(size, arena, PosixMemory::unmap);
    }

    /// Gives the memory back and keeps the addresses: it reads as zeros now, and may be written again.
    public static void discard(MemorySegment memory) {
        Kernel.call(Scratch.get(), Call.MADVISE, memory.address(), memory.byteSize(), MADV_DONTNEED);
    }

    private static void unmap(MemorySegment memory) {
        synchronized (FOR_UNMAP) {
            Kernel.call(FOR_UNMAP, Call.MUNMAP, memory.address(), memory.byteSize());
        }
    }
}
