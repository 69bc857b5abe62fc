package ptar.tree.posix;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import ptar.foreign.ForeignCall;

/// Linux by system calls, through libc's `syscall`, and the few functions of libc that are none.
final class Kernel {
    static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_REMOVEDIR = 0x200;
    static final int AT_NO_AUTOMOUNT = 0x800;
    static final int AT_EMPTY_PATH = 0x1000;

    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_CREAT = 0100;
    static final int O_EXCL = 0200;
    static final int O_NOCTTY = 0400;
    static final int O_NONBLOCK = 04000;
    static final int O_DIRECTORY = ARM ? 040000 : 0200000;
    static final int O_NOFOLLOW = ARM ? 0100000 : 0400000;
    static final int O_NOATIME = 01000000;
    static final int O_CLOEXEC = 02000000;
    static final int O_PATH = 010000000;

    static final long RESOLVE_NO_MAGICLINKS = 2;
    static final long RESOLVE_BENEATH = 8;

    private static final MemorySegment SYSCALL = function("syscall");

    private Kernel() {}

    /// Repeats a call that a signal broke off.
    ///
    /// @return what the call gave, or the negative error number
    static long call(Scratch scratch, Call call, long a, long b, long c, long d, long e, long f) {
        long result;
        do {
            result = invoke(SYSCALL, scratch, call.number, a, b, c, d, e, f);
            if (result != -1) {
                return result;
            }
            result = -scratch.errno();
        } while (result == -Errno.EINTR);
        return result;
    }

    static long call(Scratch scratch, Call call, long a, long b, long c, long d, long e) {
        return call(scratch, call, a, b, c, d, e, 0);
    }

    static long call(Scratch scratch, Call call, long a, long b, long c, long d) {
        return call(scratch, call, a, b, c, d, 0, 0);
    }

    static long call(Scratch scratch, Call call, long a, long b, long c) {
        return call(scratch, call, a, b, c, 0, 0, 0);
    }

    static long call(Scratch scratch, Call call, long a, long b) {
        return call(scratch, call, a, b, 0, 0, 0, 0);
    }

    /// Not repeated on EINTR: Linux has closed the descriptor by then, and its number may be someone else's.
    static void close(int fd) {
        if (fd >= 0) {
            invoke(SYSCALL, Scratch.get(), Call.CLOSE.number, fd, 0, 0, 0, 0, 0);
        }
    }

    static MemorySegment function(String name) {
        return ForeignCall.find(Linker.nativeLinker().defaultLookup(), "libc", name);
    }

    static long invoke(
            MemorySegment function, Scratch scratch, long a, long b, long c, long d, long e, long f, long g) {
        return ForeignCall.call(function, scratch.segment, a, b, c, d, e, f, g);
    }
}
