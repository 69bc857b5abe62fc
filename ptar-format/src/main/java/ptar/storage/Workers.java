package ptar.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The threads of a pipeline's stage. They are daemons: a command that has failed does not wait for them.
public final class Workers {
    private static final int STOP_SECONDS = 60;

    private Workers() {}

    /// A pool of `threads`, called `name-1` and so on, which the caller shuts down.
    ///
    /// `Thread.ofPlatform().name(prefix, 1)` counts by a var handle, whose classes are made at run time: 10 ms a start.
    public static ExecutorService start(int threads, String name) {
        AtomicInteger started = new AtomicInteger();
        return Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, name + "-" + started.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /// What a task brings, or what it failed with.
    public static <T> T await(Future<T> task) throws IOException {
        try {
            return task.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(interrupted);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException e -> throw e;
                case RuntimeException e -> throw e; // such as a listener's, which is told of the walk on another thread
                case Error e -> throw e;
                default -> throw new IllegalStateException(failed.getCause());
            }
        }
    }

    /// Stops pools, all of them even if one does not stop. What their threads use may be closed when this returns, but
    /// for an interrupt of the caller, which ends the wait.
    public static void stop(ExecutorService... pools) {
        for (ExecutorService pool : pools) {
            pool.shutdownNow();
        }
        try {
            for (ExecutorService pool : pools) {
                if (!pool.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("a thread does not stop");
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
