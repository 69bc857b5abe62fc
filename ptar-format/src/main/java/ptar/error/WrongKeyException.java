package ptar.error;

/// No key slot opens with what was given, or the header is damaged: the two can't be told apart, and must not be.
public final class WrongKeyException extends ArchiveException {
    private static final long serialVersionUID = 1;

    public WrongKeyException(String message) {
        super(message, null);
    }
}
