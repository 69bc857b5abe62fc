package ptar.tree.posix;

import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import ptar.tree.Bytes;

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
        String reason = text(errno);
        return switch (errno) {
            case EPERM, EACCES -> new AccessDeniedException(file, other, reason);
            case ENOENT -> new NoSuchFileException(file, other, reason);
            case EEXIST -> new FileAlreadyExistsException(file, other, reason);
            case ENOTDIR -> new NotFolder(file, reason);
            case ENOTEMPTY -> new NotEmpty(file, reason);
            case ELOOP -> new Loop(file, reason);
            default -> new FileSystemException(file, other, reason);
        };
    }

    private static String text(int errno) {
        return switch (errno) {
            case EPERM -> "Operation not permitted";
            case ENOENT -> "No such file or directory";
            case 5 -> "Input/output error";
            case ENXIO -> "No such device or address";
            case 7 -> "Argument list too long";
            case 9 -> "Bad file descriptor";
            case EAGAIN -> "Resource temporarily unavailable";
            case 12 -> "Cannot allocate memory";
            case EACCES -> "Permission denied";
            case 14 -> "Bad address";
            case 16 -> "Device or resource busy";
            case EEXIST -> "File exists";
            case EXDEV -> "Invalid cross-device link";
            case 19 -> "No such device";
            case ENOTDIR -> "Not a directory";
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
            case 34 -> "Numerical result out of range";
            case ENAMETOOLONG -> "File name too long";
            case ENOSYS -> "Function not implemented";
            case ENOTEMPTY -> "Directory not empty";
            case ELOOP -> "Too many levels of symbolic links";
            case ENODATA -> "No data available";
            case 75 -> "Value too large for defined data type";
            case EOPNOTSUPP -> "Operation not supported";
            case 110 -> "Connection timed out";
            case 116 -> "Stale file handle";
            case 117 -> "Structure needs cleaning";
            case 121 -> "Remote I/O error";
            case 122 -> "Disk quota exceeded";
            case 126 -> "Required key not available";
            default -> "Error " + errno;
        };
    }

    // The JDK's own have no reason.

    private static final class NotFolder extends NotDirectoryException {
        private static final long serialVersionUID = 1;
        private final String reason;

        NotFolder(String file, String reason) {
            super(file);
            this.reason = reason;
        }

        @Override
        public String getReason() {
            return reason;
        }
    }

    private static final class NotEmpty extends DirectoryNotEmptyException {
        private static final long serialVersionUID = 1;
        private final String reason;

        NotEmpty(String file, String reason) {
            super(file);
            this.reason = reason;
        }

        @Override
        public String getReason() {
            return reason;
        }
    }

    private static final class Loop extends FileSystemLoopException {
        private static final long serialVersionUID = 1;
        private final String reason;

        Loop(String file, String reason) {
            super(file);
            this.reason = reason;
        }

        @Override
        public String getReason() {
            return reason;
        }
    }
}
