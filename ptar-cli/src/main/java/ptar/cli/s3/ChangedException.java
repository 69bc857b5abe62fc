package ptar.cli.s3;

import java.nio.file.FileSystemException;

/// An object is not the one any more that was opened.
final class ChangedException extends FileSystemException {
    private static final long serialVersionUID = 1;

    ChangedException(String name, String reason) {
        super(name, null, reason);
    }
}
