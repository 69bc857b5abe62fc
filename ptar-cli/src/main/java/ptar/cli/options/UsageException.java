package ptar.cli.options;

/// The command line makes no sense.
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    /// An option that is not known, lacks its argument, or can't be had: argp's number for it.
    public static final int OPTIONS = 64;
    /// A combination that makes no sense.
    public static final int COMBINATION = 2;

    private final int exitCode;

    public UsageException(int exitCode, String message) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
