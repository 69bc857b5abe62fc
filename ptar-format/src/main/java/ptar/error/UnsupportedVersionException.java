package ptar.error;

/// A sound archive that needs a newer reader: another major version, suite, feature bit, frame type.
public final class UnsupportedVersionException extends ArchiveException {
    private static final long serialVersionUID = 1;

    public UnsupportedVersionException(String message) {
        super(message, null);
    }
}
