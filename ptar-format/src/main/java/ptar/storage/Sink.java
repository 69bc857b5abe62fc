package ptar.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Where archive bytes are appended in order. Shows nothing under its name until [#commit]; what was there before stays
/// until then. One thread.
public interface Sink extends Closeable {
    /// For messages.
    String name();

    /// Appends all remaining bytes. The buffer is the caller's again on return.
    void write(ByteBuffer bytes) throws IOException;

    /// Makes what was written visible under the name, in one step.
    void commit() throws IOException;

    /// Without [#commit] before, throws away what was written: no trace is left.
    @Override
    void close() throws IOException;
}
