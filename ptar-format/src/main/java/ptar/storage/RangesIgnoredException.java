package ptar.storage;

import java.io.IOException;
import java.io.InputStream;

/// A web server that answers a request for a range with everything: what it has can be read from its start only, in one
/// pass. Carries that answer, so that it need not be asked for again.
public final class RangesIgnoredException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient InputStream stream;

    RangesIgnoredException(String name, InputStream stream) {
        super(name + ": the server does not do ranges, so it can only be read from start to end");
        this.stream = stream;
    }

    /// All bytes from the first on. The caller's to close; stays open when the source is closed.
    public InputStream stream() {
        return stream;
    }
}
