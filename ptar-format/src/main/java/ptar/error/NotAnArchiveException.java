package ptar.error;

/// The magic is absent: another kind of file, an empty one, or too little of one to say.
public final class NotAnArchiveException extends ArchiveException {
    private static final long serialVersionUID = 1;

    public NotAnArchiveException(String message) {
        super(message, null);
    }
}
