package ptar.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import ptar.storage.Sink;

/// Counts what is written, and tells a sink's failures from those of the trees that are read.
final class WatchedSink implements Sink {
    private final Sink sink;
    private final Checkpoints checkpoints;
    private long bytes;

    WatchedSink(Sink sink, Checkpoints checkpoints) {
        this.sink = sink;
        this.checkpoints = checkpoints;
    }

    @Override
    public String name() {
        return sink.name();
    }

    @Override
    public void write(ByteBuffer source) {
        bytes += source.remaining();
        try {
            sink.write(source);
        } catch (IOException e) {
            throw failed("Cannot write", e);
        }
        checkpoints.reached(bytes);
    }

    @Override
    public void commit() {
        try {
            sink.commit();
        } catch (IOException e) {
            throw failed("Cannot close", e);
        }
    }

    private RuntimeException failed(String what, IOException e) {
        Interruption.awaitEnd();
        return Failure.isBrokenPipe(e) ? new OutputClosed()
                : new Fatal(sink.name() + ": " + what + ": " + Failure.reason(e), e);
    }

    @Override
    public void close() throws IOException {
        sink.close();
    }
}
