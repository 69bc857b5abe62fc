package ptar.storage;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import ptar.storage.RangePlan.Request;
import ptar.storage.RangePlan.Wanted;
import ptar.storage.RangeSource.Range;
import ptar.storage.RangeSource.Receiver;

/// Reads ranges from a server: merges and splits them, keeps several requests in flight, counts the bytes of every
/// body, and asks for the rest of one that was cut. What HTTP and S3 have in common.
public final class RangeFetcher implements Closeable {
    /// What one protocol has to say.
    @FunctionalInterface
    public interface Remote {
        /// Asks for a range. Has done its own retries up to the answer's head; the body may end early or fail, and then
        /// the rest is asked for by another call. Closing the body early must not read it to its end.
        ///
        /// @param end the first byte behind the range
        InputStream open(long start, long end) throws IOException;
    }

    private static final int BUFFER_LENGTH = 128 << 10;

    private final Remote remote;
    private final String name;
    private final int parallel;
    private final Backoff backoff;
    private final TransferStats stats;
    private final Semaphore inFlight;
    private final Set<InputStream> bodies = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// @param name for messages
    /// @param parallel most requests in flight, over all calls
    public RangeFetcher(Remote remote, String name, int parallel, Backoff backoff, TransferStats stats) {
        this.remote = remote;
        this.name = name;
        this.parallel = parallel;
        this.backoff = backoff;
        this.stats = stats;
        this.inFlight = new Semaphore(parallel, true);
    }

    /// As [RangeSource#read].
    public void read(MemorySegment target, long offset) throws IOException {
        readAll(List.of(new Range(offset, target)), _ -> {});
    }

    /// As [RangeSource#readAll]. The first failure ends it: requests in flight are cut off, and no range is handed over
    /// after it has returned.
    public void readAll(List<Range> ranges, Receiver receiver) throws IOException {
        List<Wanted> wanted = new ArrayList<>(ranges.size());
        for (Range range : ranges) {
            if (range.target().byteSize() == 0) {
                receiver.arrived(range);
            } else {
                wanted.add(new Wanted(range));
            }
        }
        List<Request> requests = RangePlan.of(wanted, parallel);
        Batch batch = new Batch(receiver);
        if (requests.size() == 1) {
            batch.run(requests.getFirst());
        } else {
            runInParallel(requests, batch);
        }
        batch.throwFailure();
    }

    private void runInParallel(List<Request> requests, Batch batch) throws IOException {
        CountDownLatch done = new CountDownLatch(requests.size());
        for (Request request : requests) {
            Thread.ofVirtual().name("ptar-range-" + request.start()).start(() -> {
                try {
                    batch.run(request);
                } finally {
                    done.countDown();
                }
            });
        }
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                batch.fail(new InterruptedIOException("interrupted"));
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// One call's requests: they fail together.
    private final class Batch {
        private final Receiver receiver;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Set<InputStream> open = ConcurrentHashMap.newKeySet();

        Batch(Receiver receiver) {
            this.receiver = receiver;
        }

        void run(Request request) {
            if (failure.get() != null) {
                return;
            }
            try {
                inFlight.acquire();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                fail(new InterruptedIOException("interrupted"));
                return;
            }
            try {
                fetch(request);
            } catch (IOException | RuntimeException | Error e) {
                fail(e);
            } finally {
                inFlight.release();
            }
        }

        void fail(Throwable e) {
            if (failure.compareAndSet(null, e)) {
                open.forEach(RangeFetcher::closeQuietly);
            }
        }

        void throwFailure() throws IOException {
            switch (failure.get()) {
                case null -> { }
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException(e);
            }
        }

        private void fetch(Request request) throws IOException {
            byte[] buffer = new byte[(int) Math.min(BUFFER_LENGTH, request.end() - request.start())];
            long at = request.start();
            int failures = 0;
            while (at < request.end()) {
                if (closed) {
                    throw new FileSystemException(name, null, "closed");
                }
                InputStream body = remote.open(at, request.end());
                open.add(body);
                bodies.add(body);
                String fault = "the server ended the answer early";
                try {
                    int n = 0;
                    while (at < request.end() && failure.get() == null
                            && (n = body.read(buffer, 0, (int) Math.min(buffer.length, request.end() - at))) >= 0) {
                        stats.countReceived(n);
                        scatter(request, buffer, at, n);
                        at += n;
                        failures = n > 0 ? 0 : failures;
                    }
                } catch (BodyException e) {
                    throw e.failure();
                } catch (IOException e) {
                    fault = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
                } finally {
                    open.remove(body);
                    bodies.remove(body);
                    closeQuietly(body);
                }
                if (failure.get() != null) {
                    return;
                }
                if (at < request.end()) {
                    failures++;
                    if (failures >= backoff.attempts()) {
                        throw new FileSystemException(
                                name, null, "connection lost at byte " + at + " in " + failures + " attempts: "
                                        + fault);
                    }
                    stats.countRetry();
                    backoff.pause(failures);
                }
            }
        }

        /// Copies bytes that have arrived to all ranges that want them.
        private void scatter(Request request, byte[] buffer, long at, int length) throws IOException {
            for (Wanted part : request.parts()) {
                if (part.start() >= at + length) {
                    break;
                }
                long from = Math.max(at, part.start());
                long to = Math.min(at + length, part.end());
                if (from < to) {
                    MemorySegment.copy(
                            buffer, (int) (from - at), part.range.target(), ValueLayout.JAVA_BYTE, from - part.start(),
                            (int) (to - from));
                    if (part.missing.addAndGet(from - to) == 0) {
                        try {
                            receiver.arrived(part.range);
                        } catch (IOException e) {
                            throw new BodyException(e);
                        }
                    }
                }
            }
        }
    }

    /// Carries a receiver's failure past the handling of the connection's.
    private static final class BodyException extends IOException {
        private static final long serialVersionUID = 1;

        BodyException(IOException failure) {
            super(failure);
        }

        IOException failure() {
            return (IOException) getCause();
        }
    }

    private static void closeQuietly(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // What mattered has been read; what did not is asked for again.
        }
    }

    /// Cuts off all that is in flight.
    @Override
    public void close() {
        closed = true;
        bodies.forEach(RangeFetcher::closeQuietly);
    }
}
