package ptar.tree.posix;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.FileFailure;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree.Found;

/// An open file to read.
final class PosixSourceFile implements SourceFile {
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;

    /// Linux reads and writes at most this much at once.
    static final long MAX_TRANSFER = 0x7fff_f000;

    private final Bytes path;
    private final Inspector inspector;
    private int fd;

    PosixSourceFile(int folder, Bytes name, boolean followLink, Bytes path, Inspector inspector) throws IOException {
        this.path = path;
        this.inspector = inspector;
        fd = (int) Errno.check(Inspector.open(folder, name, followLink, 0), path);
        boolean isFile = false;
        try {
            isFile = stat().metadata().type() == EntryType.FILE;
        } finally {
            if (!isFile) {
                close();
            }
        }
        if (!isFile) {
            throw FileFailure.notRegular(path.toString());
        }
    }

    @Override
    public long read(MemorySegment target, long offset) throws IOException {
        long address = nativeAddress(target);
        Scratch scratch = Scratch.get();
        long done = 0;
        try {
            while (done < target.byteSize()) {
                long want = Math.min(target.byteSize() - done, MAX_TRANSFER);
                long n = Errno.check(
                        Kernel.call(scratch, Call.PREAD, fd, address + done, want, offset + done), path);
                if (n == 0) {
                    break;
                }
                done += n;
            }
        } finally {
            Reference.reachabilityFence(target);
        }
        return done;
    }

    /// The kernel is handed a plain number, so that nobody but us can see that it means memory.
    static long nativeAddress(MemorySegment segment) {
        if (!segment.isNative() || !segment.scope().isAlive()) {
            throw new IllegalArgumentException("not live native memory: " + segment);
        }
        return segment.address();
    }

    @Override
    public Found stat() throws IOException {
        return inspector.look(fd, path);
    }

    @Override
    public Stretch nextData(long offset, long size) throws IOException {
        if (offset >= size) {
            return new Stretch(size, size);
        }
        Scratch scratch = Scratch.get();
        long start = Kernel.call(scratch, Call.LSEEK, fd, offset, SEEK_DATA);
        if (start == -Errno.ENXIO) {
            return new Stretch(size, size);
        }
        if (start == -Errno.EINVAL || start == -Errno.EOPNOTSUPP) {
            return new Stretch(offset, size);
        }
        Errno.check(start, path);
        if (start >= size) {
            return new Stretch(size, size);
        }
        long end = Errno.check(Kernel.call(scratch, Call.LSEEK, fd, start, SEEK_HOLE), path);
        return new Stretch(start, Math.min(end, size));
    }

    @Override
    public void close() {
        Kernel.close(fd);
        fd = -1;
    }
}
