package ptar.storage;

import java.nio.file.FileSystemException;

/// What is far away is not any more what was opened.
public final class ChangedException extends FileSystemException {
    private static final long serialVersionUID = 1;

    public ChangedException(String name, String reason) {
        super(name, null, reason);
    }
}
