package ptar.tree;

import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// Makes the exceptions of trees: the JDK's classes, always with the reason that people know from Unix tools. (The
/// JDK's own file systems leave it out where the class says it all.)
public final class FileFailure {
    private FileFailure() {}

    public static FileSystemException permissionDenied(String file, String other) {
        return new AccessDeniedException(file, other, "Permission denied");
    }

    public static FileSystemException notPermitted(String file, String other) {
        return new AccessDeniedException(file, other, "Operation not permitted");
    }

    public static FileSystemException noSuchFile(String file, String other) {
        return new NoSuchFileException(file, other, "No such file or directory");
    }

    public static FileSystemException exists(String file, String other) {
        return new FileAlreadyExistsException(file, other, "File exists");
    }

    public static FileSystemException notFolder(String file) {
        return new NotFolder(file);
    }

    public static FileSystemException notEmpty(String file) {
        return new NotEmpty(file);
    }

    public static FileSystemException loop(String file) {
        return new Loop(file);
    }

    public static FileSystemException leadsOut(String file) {
        return new FileSystemException(file, null, "Invalid cross-device link");
    }

    /// @param spelling of what is there; null if it can't be told
    public static FileSystemException otherSpelling(String file, Bytes spelling) {
        return new FileSystemException(
                file, null, "File exists under another spelling" + (spelling == null ? "" : ": '" + spelling + "'"));
    }

    public static FileSystemException notSupported(String file) {
        return new FileSystemException(file, null, "Operation not supported");
    }

    public static FileSystemException notRegular(String file) {
        return new FileSystemException(file, null, "Not a regular file");
    }

    private static final class NotFolder extends NotDirectoryException {
        private static final long serialVersionUID = 1;

        NotFolder(String file) {
            super(file);
        }

        @Override
        public String getReason() {
            return "Not a directory";
        }
    }

    private static final class NotEmpty extends DirectoryNotEmptyException {
        private static final long serialVersionUID = 1;

        NotEmpty(String file) {
            super(file);
        }

        @Override
        public String getReason() {
            return "Directory not empty";
        }
    }

    private static final class Loop extends FileSystemLoopException {
        private static final long serialVersionUID = 1;

        Loop(String file) {
            super(file);
        }

        @Override
        public String getReason() {
            return "Too many levels of symbolic links";
        }
    }
}
