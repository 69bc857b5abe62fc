package ptar.cli;

/// Nobody reads our standard output any more (`ptar t … | head`). As other programs are killed by SIGPIPE then, the
/// command ends without a word.
final class OutputClosed extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// What a shell sees of a program killed by SIGPIPE.
    static final int EXIT_CODE = 128 + 13;

    OutputClosed() {
        super(null, null, false, false);
    }
}
