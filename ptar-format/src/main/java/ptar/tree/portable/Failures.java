package ptar.tree.portable;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import ptar.tree.Bytes;
import ptar.tree.FileFailure;

/// Gives the JDK's exceptions the reason that they leave out, and the name as it was given.
final class Failures {
    private Failures() {}

    interface Call<T> {
        T run() throws IOException;
    }

    static <T> T named(Bytes path, Call<T> call) throws FileSystemException {
        try {
            return call.run();
        } catch (IOException | UnsupportedOperationException | SecurityException e) {
            throw of(path, e);
        }
    }

    static FileSystemException of(Bytes path, Exception cause) {
        String file = path.isEmpty() ? "." : path.toString();
        FileSystemException failure = switch (cause) {
            case NoSuchFileException _ -> FileFailure.noSuchFile(file, null);
            case AccessDeniedException _ -> FileFailure.permissionDenied(file, null);
            case FileAlreadyExistsException _ -> FileFailure.exists(file, null);
            case NotDirectoryException _ -> FileFailure.notFolder(file);
            case DirectoryNotEmptyException _ -> FileFailure.notEmpty(file);
            case FileSystemLoopException _ -> FileFailure.loop(file);
            case NotLinkException _ -> new FileSystemException(file, null, "Invalid argument");
            case UnsupportedOperationException _ -> FileFailure.notSupported(file);
            case SecurityException _ -> FileFailure.notPermitted(file, null);
            case FileSystemException e when e.getReason() != null -> byReason(file, e.getReason());
            default -> new FileSystemException(file, null, String.valueOf(cause.getMessage()));
        };
        failure.initCause(cause);
        return failure;
    }

    /// Some the JDK tells by their text only, and not by text alone.
    private static FileSystemException byReason(String file, String reason) {
        if (reason.equals("Not a directory")) {
            return FileFailure.notFolder(file);
        }
        if (reason.startsWith("Too many levels of symbolic links")) {
            return FileFailure.loop(file);
        }
        return new FileSystemException(file, null, reason);
    }
}
