package ptar.error;

/// A sealed archive is not what was sealed, or is cut short: however little of it that is, nothing more is taken from
/// it by its index. Spec §13.1.
public final class BrokenSealException extends ArchiveException {
    private static final long serialVersionUID = 1;

    public BrokenSealException(String message, Throwable cause) {
        super(message, cause);
    }
}
