package ptar.tree.posix;

import static ptar.tree.posix.Kernel.call;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import ptar.tree.Bytes;
import ptar.tree.Metadata;
import ptar.tree.TargetTree.Problems;
import ptar.tree.TargetTree.Restore;
import ptar.tree.TargetTree.TargetFile;

/// A file being written.
final class PosixTargetFile implements TargetFile {
    private final Bytes path;
    private final boolean mayHaveInherited;
    private final int umask;
    private int fd;
    private long written;

    /// @param mayHaveInherited a default ACL of its folder
    PosixTargetFile(int fd, Bytes path, boolean mayHaveInherited, int umask) {
        this.fd = fd;
        this.path = path;
        this.mayHaveInherited = mayHaveInherited;
        this.umask = umask;
    }

    @Override
    public void write(MemorySegment source, long offset) throws IOException {
        long address = PosixSourceFile.nativeAddress(source);
        Scratch scratch = Scratch.get();
        try {
            for (long done = 0; done < source.byteSize(); ) {
                long left = Math.min(source.byteSize() - done, PosixSourceFile.MAX_TRANSFER);
                done += Errno.check(call(scratch, Call.PWRITE, fd, address + done, left, offset + done), path);
            }
        } finally {
            Reference.reachabilityFence(source);
        }
        written = Math.max(written, offset + source.byteSize());
    }

    @Override
    public void finish(long size, Metadata metadata, Restore what, Problems problems) throws IOException {
        if (size != written) {
            Errno.check(call(Scratch.get(), Call.FTRUNCATE, fd, size), path);
            written = size;
        }
        new Restoration(new Inode(fd, null), path, metadata, what, problems, umask).run(mayHaveInherited);
    }

    @Override
    public void close() {
        Kernel.close(fd);
        fd = -1;
    }
}
