package ptar.tree.posix;

import static ptar.tree.posix.Kernel.call;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.FileSystemException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import ptar.tree.Bytes;
import ptar.tree.Metadata;
import ptar.tree.SourceTree.Found;
import ptar.tree.SourceTree.Wanted;
import ptar.tree.TargetTree.Problems;
import ptar.tree.TargetTree.Restore;
import ptar.tree.TargetTree.TargetFile;

/// A file being written. It may be closed between two writes: see [OpenFiles].
final class PosixTargetFile implements TargetFile {
    private static final int PARKED = -2;
    private static final int CLOSED = -1;

    private static final Inspector IDENTITY = new Inspector(new Wanted(false, false, false, true, false));

    private final Bytes path;
    private final boolean mayHaveInherited;
    private final int umask;
    private final OpenFiles openFiles;
    private final ReentrantLock lock = new ReentrantLock();
    private int fd;
    private long written;

    /// What was parked, so that nothing else is written to that has its name by now. Inode numbers are used again.
    private Found parked;

    /// @param mayHaveInherited a default ACL of its folder
    PosixTargetFile(int fd, Bytes path, boolean mayHaveInherited, int umask, OpenFiles openFiles) {
        this.fd = fd;
        this.path = path;
        this.mayHaveInherited = mayHaveInherited;
        this.umask = umask;
        this.openFiles = openFiles;
        openFiles.use(this);
    }

    @Override
    public void write(MemorySegment source, long offset) throws IOException {
        long address = PosixSourceFile.nativeAddress(source);
        lock.lock();
        try {
            reopen();
            Scratch scratch = Scratch.get();
            for (long done = 0; done < source.byteSize(); ) {
                long left = Math.min(source.byteSize() - done, PosixSourceFile.MAX_TRANSFER);
                done += Errno.check(call(scratch, Call.PWRITE, fd, address + done, left, offset + done), path);
            }
            written = Math.max(written, offset + source.byteSize());
        } finally {
            lock.unlock();
            Reference.reachabilityFence(source);
        }
    }

    @Override
    public void finish(long size, Metadata metadata, Restore what, Problems problems) throws IOException {
        lock.lock();
        try {
            reopen();
            if (size != written) {
                Errno.check(call(Scratch.get(), Call.FTRUNCATE, fd, size), path);
                written = size;
            }
            new Restoration(new Inode(fd, null), path, metadata, what, problems, umask).run(mayHaveInherited);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void force() throws IOException {
        lock.lock();
        try {
            reopen();
            Errno.check(call(Scratch.get(), Call.SYNCFS, fd, 0), path);
        } finally {
            lock.unlock();
        }
    }

    /// Closes the file until it is needed.
    ///
    /// @return false if it is in use
    boolean park() {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            parked = IDENTITY.look(fd, path);
            Kernel.close(fd);
            fd = PARKED;
            return true;
        } catch (FileSystemException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void reopen() throws IOException {
        if (fd != PARKED) {
            return;
        }
        fd = openFiles.open(path);
        Found found = IDENTITY.look(fd, path);
        if (found.device() != parked.device() || found.inode() != parked.inode()
                || !Objects.equals(found.metadata().birthTime(), parked.metadata().birthTime())) {
            Kernel.close(fd);
            fd = CLOSED;
            throw Errno.exception(Errno.ENOENT, path);
        }
        openFiles.use(this);
    }

    @Override
    public void close() {
        openFiles.forget(this);
        lock.lock();
        try {
            Kernel.close(fd);
            fd = CLOSED;
        } finally {
            lock.unlock();
        }
    }
}
