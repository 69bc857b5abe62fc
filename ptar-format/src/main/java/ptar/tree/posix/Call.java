package ptar.tree.posix;

import java.util.List;

/// The system calls in use, by their numbers on x86-64 and on aarch64.
enum Call {
    CLOSE(3, 57),
    LSEEK(8, 62),
    MMAP(9, 222),
    MUNMAP(11, 215),
    IOCTL(16, 29),
    PREAD(17, 67),
    PWRITE(18, 68),
    MADVISE(28, 233),
    FTRUNCATE(77, 46),
    FCHMOD(91, 52),
    FCHOWN(93, 55),
    UMASK(95, 166),
    GETEUID(107, 175),
    SETXATTR(188, 5),
    LSETXATTR(189, 6),
    FSETXATTR(190, 7),
    GETXATTR(191, 8),
    LGETXATTR(192, 9),
    LISTXATTR(194, 11),
    LLISTXATTR(195, 12),
    FLISTXATTR(196, 13),
    LREMOVEXATTR(198, 15),
    FREMOVEXATTR(199, 16),
    GETDENTS64(217, 61),
    EXIT_GROUP(231, 94),
    OPENAT(257, 56),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    FCHOWNAT(260, 54),
    UNLINKAT(263, 35),
    LINKAT(265, 37),
    SYMLINKAT(266, 36),
    READLINKAT(267, 78),
    FCHMODAT(268, 53),
    UTIMENSAT(280, 88),
    SYNCFS(306, 267),
    RENAMEAT2(316, 276),
    STATX(332, 291),
    OPENAT2(437, 437),
    FCHMODAT2(452, 452),
    GETXATTRAT(464, 464),
    LISTXATTRAT(465, 465);

    final long number;

    /// For trying out what stands in for calls that older kernels don't have:
    /// `-Dptar.missingCalls=OPENAT2,FCHMODAT2,LISTXATTRAT,GETXATTRAT`.
    Call(int onX86, int onArm) {
        boolean isMissing = List.of(System.getProperty("ptar.missingCalls", "").split(",")).contains(name());
        number = isMissing ? -1 : Kernel.ARM ? onArm : onX86;
    }
}
