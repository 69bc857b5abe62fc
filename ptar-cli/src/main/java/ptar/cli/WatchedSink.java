package ptar.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import ptar.storage.Sink;

/// Counts what is written, and tells a sink's failures from those of the trees that are read.
final class WatchedSink implements Sink {
    private final Sink sink;
    private final Checkpoints checkpoints;
    /// Written by one thread.
    private volatile long bytes;
    private volatile Commit commit = Commit.NOT_YET;

    private enum Commit { NOT_YET, UNDER_WAY, DONE, FAILED }

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

    long bytes() {
        return bytes;
    }

    /// What is watched.
    Sink sink() {
        return sink;
    }

    @Override
    public void commit() {
        Commit end = Commit.FAILED;
        commit = Commit.UNDER_WAY;
        try {
            sink.commit();
            end = Commit.DONE;
        } catch (IOException e) {
            commit = end;
            throw failed("Cannot close", e);
        } finally {
            commit = end;
        }
    }

    /// Whether all of it is under its name; asked by another thread, after the sink was closed. Waits for a commit that
    /// has begun.
    boolean isCommitted() {
        while (commit == Commit.UNDER_WAY) {
            Interruption.pause(10);
        }
        return commit == Commit.DONE;
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
