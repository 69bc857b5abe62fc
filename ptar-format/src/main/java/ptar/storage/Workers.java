package ptar.storage;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// The threads of a pipeline's stage. They are daemons: a command that has failed does not wait for them.
public final class Workers {
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
}
