package ptar.storage;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How often a request is tried, and how long is waited between: exponential with full jitter, so that many clients
/// that failed together don't come back together (Brooker, "Exponential Backoff and Jitter", 2015).
///
/// @param attempts of one request, the first included
public record Backoff(int attempts, Duration base, Duration cap) {
    /// About 12 seconds in all, at most 25: a server that restarts is waited for, one that is gone is not waited for
    /// long.
    public static final Backoff DEFAULT = new Backoff(9, Duration.ofMillis(100), Duration.ofSeconds(20));

    public Backoff {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts out of range: " + attempts);
        }
    }

    /// Waits after the n-th failure in a row, n from 1.
    ///
    /// @param atLeast what the server asked for, zero if nothing; more than the cap is cut to it
    public void pause(int failures, Duration atLeast) throws InterruptedIOException {
        long ceiling = Math.min(cap.toMillis(), base.toMillis() << Math.min(failures - 1, 20));
        long jittered = ThreadLocalRandom.current().nextLong(ceiling + 1);
        try {
            Thread.sleep(Math.max(jittered, Math.min(atLeast.toMillis(), cap.toMillis())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    public void pause(int failures) throws InterruptedIOException {
        pause(failures, Duration.ZERO);
    }
}
