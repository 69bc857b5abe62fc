package ptar.storage;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// What a transport has done, for `--stats` and `-vvv`. Shared by all that talk to the network in one command.
/// Thread-safe.
public final class TransferStats {
    private final LongAdder requests = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder bytesSent = new LongAdder();
    private final LongAdder bytesReceived = new LongAdder();
    private final long startNanos = System.nanoTime();
    private final Consumer<String> trace;

    public TransferStats() {
        this(null);
    }

    /// @param trace takes a line for each request, from any thread; null for none
    public TransferStats(Consumer<String> trace) {
        this.trace = trace;
    }

    /// A request is on its way, the first or a repeated one.
    public void countRequest() {
        requests.increment();
    }

    /// A request is repeated, or a body is asked for again from where it was cut.
    public void countRetry() {
        retries.increment();
    }

    public void countSent(long bytes) {
        bytesSent.add(bytes);
    }

    public void countReceived(long bytes) {
        bytesReceived.add(bytes);
    }

    /// Whether lines are wanted: saves the work of building them.
    public boolean isTraced() {
        return trace != null;
    }

    public void trace(String line) {
        if (trace != null) {
            trace.accept(line);
        }
    }

    public Snapshot snapshot() {
        return new Snapshot(
                requests.sum(), retries.sum(), bytesSent.sum(), bytesReceived.sum(),
                Duration.ofNanos(System.nanoTime() - startNanos));
    }

    /// @param requests all of them, repeated ones too
    /// @param retries those that were repeated
    /// @param bytesSent,bytesReceived of bodies, without heads and TLS
    /// @param elapsed since the first location was opened
    public record Snapshot(long requests, long retries, long bytesSent, long bytesReceived, Duration elapsed) {
        /// One line: `12 requests, 1 retry, 3.4 MiB received, 0 B sent, 1.2 s`.
        @Override
        public String toString() {
            return requests + (requests == 1 ? " request, " : " requests, ") + retries
                    + (retries == 1 ? " retry, " : " retries, ") + inUnits(bytesReceived) + " received, "
                    + inUnits(bytesSent) + " sent, "
                    + String.format(Locale.ROOT, "%.1f s", elapsed.toMillis() / 1000.0);
        }

        private static String inUnits(long bytes) {
            if (bytes < 1024) {
                return bytes + " B";
            }
            int power = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
            double inUnit = bytes / (double) (1L << 10 * power);
            return String.format(Locale.ROOT, "%.1f %ciB", inUnit, "KMGTPE".charAt(power - 1));
        }
    }
}
