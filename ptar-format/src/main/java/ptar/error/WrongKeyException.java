package ptar.error;

/// No key slot opens with what was given, or the header is damaged: the two can't be told apart, and must not be, so
/// there is one message for both.
public final class WrongKeyException extends ArchiveException {
    private static final long serialVersionUID = 1;

    /// @param archive its name
    public WrongKeyException(String archive) {
        this(archive, null);
    }

    /// @param cause which field of the header breaks its bounds: for those who look into a damaged archive
    public WrongKeyException(String archive, Throwable cause) {
        super(archive + ": no key fits, or the header is damaged", cause);
    }
}
