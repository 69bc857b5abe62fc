package ptar.tree.posix;

import java.nio.file.FileSystemException;
import ptar.tree.Bytes;
import ptar.tree.FileFailure;

/// Error numbers (the same on both architectures) as exceptions with libc's text in English, whatever the locale.
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int ENXIO = 6;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int EXDEV = 18;
    static final int ENOTDIR = 20;
    static final int EISDIR = 21;
    static final int EINVAL = 22;
    static final int ERANGE = 34;
    static final int ENAMETOOLONG = 36;
    static final int ENOSYS = 38;
    static final int ENOTEMPTY = 39;
    static final int ELOOP = 40;
    static final int ENODATA = 61;
    static final int EOPNOTSUPP = 95;

    private Errno() {}

    /// @param result of a call: passed on unless negative
    static long check(long result, Bytes path) throws FileSystemException {
        if (result < 0) {
            throw exception((int) -result, path);
        }
        return result;
    }

    static FileSystemException exception(int errno, Bytes path) {
        return exception(errno, path, null);
    }

    static FileSystemException exception(int errno, Bytes path, Bytes otherPath) {
        String file = path.isEmpty() ? "." : path.toString();
        String other = otherPath == null ? null : otherPath.toString();
        return switch (errno) {
            case EPERM -> FileFailure.notPermitted(file, other);
            case EACCES -> FileFailure.permissionDenied(file, other);
            case ENOENT -> FileFailure.noSuchFile(file, other);
            case EEXIST -> FileFailure.exists(file, other);
            case ENOTDIR -> FileFailure.notFolder(file);
            case ENOTEMPTY -> FileFailure.notEmpty(file);
            case ELOOP -> FileFailure.loop(file);
            case EXDEV -> FileFailure.leadsOut(file);
            case EOPNOTSUPP -> FileFailure.notSupported(file);
            default -> new FileSystemException(file, other, text(errno));
        };
    }

    static String text(int errno) {
        return switch (errno) {
            case 5 -> "Input/output error";
            case ENXIO -> "No such device or address";
            case 7 -> "Argument list too long";
            case 9 -> "Bad file descriptor";
            case EAGAIN -> "Resource temporarily unavailable";
            case 12 -> "Cannot allocate memory";
            case 14 -> "Bad address";
            case 16 -> "Device or resource busy";
            case 19 -> "No such device";
            case EISDIR -> "Is a directory";
            case EINVAL -> "Invalid argument";
            case 23 -> "Too many open files in system";
            case 24 -> "Too many open files";
            case 25 -> "Inappropriate ioctl for device";
            case 26 -> "Text file busy";
            case 27 -> "File too large";
            case 28 -> "No space left on device";
            case 29 -> "Illegal seek";
            case 30 -> "Read-only file system";
            case 31 -> "Too many links";
            case ERANGE -> "Numerical result out of range";
            case ENAMETOOLONG -> "File name too long";
            case ENOSYS -> "Function not implemented";
            case ENODATA -> "No data available";
            case 75 -> "Value too large for defined data type";
            case 110 -> "Connection timed out";
            case 116 -> "Stale file handle";
            case 117 -> "Structure needs cleaning";
            case 121 -> "Remote I/O error";
            case 122 -> "Disk quota exceeded";
            case 126 -> "Required key not available";
            default -> "Error " + errno;
        };
    }
}
