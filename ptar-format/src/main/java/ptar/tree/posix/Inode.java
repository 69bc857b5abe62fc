package ptar.tree.posix;

import static ptar.tree.posix.Kernel.AT_FDCWD;
import static ptar.tree.posix.Kernel.AT_SYMLINK_NOFOLLOW;
import static ptar.tree.posix.Kernel.call;

import java.nio.file.FileSystemException;
import java.util.List;
import ptar.tree.Bytes;
import ptar.tree.SourceTree.Found;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

/// Something whose metadata is set: open itself, or (links and devices, which can't or shouldn't be opened) a name in
/// an open folder, never followed. Every method gives the kernel's answer, negative for an error.
///
/// @param fd of the thing, or of its folder
/// @param name in the folder, null if open itself
record Inode(int fd, Bytes name) {
    private boolean isOpen() {
        return name == null;
    }

    Found look(Bytes shown) throws FileSystemException {
        return isOpen() ? PosixTargetTree.PLAIN.look(fd, shown) : PosixTargetTree.PLAIN.look(fd, name, false, shown);
    }

    /// @param uid,gid -1 leaves one as it is
    long setOwner(long uid, long gid) throws FileSystemException {
        Scratch scratch = Scratch.get();
        return isOpen()
                ? call(scratch, Call.FCHOWN, fd, uid, gid)
                : call(scratch, Call.FCHOWNAT, fd, scratch.path(name), uid, gid, AT_SYMLINK_NOFOLLOW);
    }

    long setMode(int mode) throws FileSystemException {
        Scratch scratch = Scratch.get();
        if (isOpen()) {
            return call(scratch, Call.FCHMOD, fd, mode);
        }
        long result = call(scratch, Call.FCHMODAT2, fd, scratch.path(name), mode, AT_SYMLINK_NOFOLLOW);
        return result == -Errno.ENOSYS || result == -Errno.EPERM ? setModeThroughProc(mode) : result;
    }

    /// Before Linux 6.6 no call changes a mode without following links; opened as a mere path, there is none to follow.
    private long setModeThroughProc(int mode) throws FileSystemException {
        Scratch scratch = Scratch.get();
        int flags = Kernel.O_PATH | Kernel.O_NOFOLLOW | Kernel.O_CLOEXEC;
        long opened = call(scratch, Call.OPENAT, fd, scratch.path(name), flags, 0);
        if (opened < 0) {
            return opened;
        }
        long result = call(
                scratch, Call.FCHMODAT, AT_FDCWD, scratch.path(Bytes.of("/proc/self/fd/" + opened)), mode);
        Kernel.close((int) opened);
        return result;
    }

    long setXattr(Xattr xattr) throws FileSystemException {
        Scratch scratch = Scratch.get();
        int size = xattr.value().length();
        if (size > Scratch.BIG) {
            return -Errno.EINVAL;
        }
        scratch.put(Scratch.VALUE, xattr.value());
        long key = scratch.name(xattr.name());
        long value = scratch.at(Scratch.VALUE);
        return isOpen()
                ? call(scratch, Call.FSETXATTR, fd, key, value, size, 0)
                : call(scratch, Call.LSETXATTR, scratch.procPath(fd, name), key, value, size, 0);
    }

    long removeXattr(Bytes xattr) throws FileSystemException {
        Scratch scratch = Scratch.get();
        return isOpen()
                ? call(scratch, Call.FREMOVEXATTR, fd, scratch.name(xattr))
                : call(scratch, Call.LREMOVEXATTR, scratch.procPath(fd, name), scratch.name(xattr));
    }

    /// None where it can't say.
    List<Bytes> xattrNames() throws FileSystemException {
        return Inspector.xattrNames(fd, name);
    }

    /// @param access,modification null leaves one as it is
    long setTimes(Timestamp access, Timestamp modification) throws FileSystemException {
        Scratch scratch = Scratch.get();
        return isOpen()
                ? call(scratch, Call.UTIMENSAT, fd, 0, scratch.times(access, modification), 0)
                : call(
                        scratch, Call.UTIMENSAT, fd, scratch.path(name), scratch.times(access, modification),
                        AT_SYMLINK_NOFOLLOW);
    }
}
