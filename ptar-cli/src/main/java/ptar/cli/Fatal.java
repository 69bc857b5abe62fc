package ptar.cli;

/// Ends the command at once: nothing more can be done. Its message has been written for the user.
final class Fatal extends RuntimeException {
    private static final long serialVersionUID = 1;

    Fatal(String message, Throwable cause) {
        super(message, cause, true, false);
    }

    Fatal(String message) {
        this(message, null);
    }
}
