package ptar.error;

import java.io.IOException;

/// What can be wrong with an archive, as one closed family. Messages read *what, where, expected, found*, in one line.
public abstract sealed class ArchiveException extends IOException
        permits NotAnArchiveException, UnsupportedVersionException, WrongKeyException, CorruptArchiveException,
                BrokenSealException {
    private static final long serialVersionUID = 1;

    ArchiveException(String message, Throwable cause) {
        super(message, cause);
    }
}
