package ptar.error;

/// A bound, a checksum, a hash or a tag of the specification is broken, or the archive is cut short.
public final class CorruptArchiveException extends ArchiveException {
    private static final long serialVersionUID = 1;

    public CorruptArchiveException(String message) {
        super(message, null);
    }

    public CorruptArchiveException(String message, Throwable cause) {
        super(message, cause);
    }

    /// The same with the archive's name in front, where it was found by somebody who does not know it.
    public CorruptArchiveException in(String archive) {
        return getMessage().startsWith(archive + ": ")
                ? this
                : new CorruptArchiveException(archive + ": " + getMessage(), this);
    }
}
