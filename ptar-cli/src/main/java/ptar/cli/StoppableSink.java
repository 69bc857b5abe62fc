package ptar.cli;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The archive of a command that a signal may stop at any moment: before there is one, while it is opened, and while it
/// is written. Then nothing is opened any more, and what has been is thrown away.
final class StoppableSink implements Closeable {
    /// A fifo that nobody reads is never open, and nothing has to be undone then.
    private static final int MILLIS_TO_OPEN = 1000;

    private final ReentrantLock opening = new ReentrantLock();
    private volatile boolean isStopped;
    private volatile WatchedSink sink;

    /// Does not return if a signal has come.
    WatchedSink open(Supplier<WatchedSink> archive) {
        opening.lock();
        try {
            if (!isStopped) {
                sink = archive.get();
                return sink;
            }
        } finally {
            opening.unlock();
        }
        Interruption.awaitEnd();
        throw new IllegalStateException("stopped without a signal");
    }

    /// Whether all of it is under its name.
    boolean isCommitted() {
        return sink != null && sink.isCommitted();
    }

    /// For the signal's thread.
    @Override
    public void close() throws IOException {
        isStopped = true;
        try {
            if (opening.tryLock(MILLIS_TO_OPEN, TimeUnit.MILLISECONDS)) {
                opening.unlock();
            }
        } catch (InterruptedException atOnce) {
            Thread.currentThread().interrupt();
        }
        if (sink != null) {
            sink.close();
        }
    }
}
