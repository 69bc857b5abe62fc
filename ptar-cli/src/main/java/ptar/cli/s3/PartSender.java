package ptar.cli.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import ptar.cli.location.Location;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/// Sends the parts of an upload, several at once, and gives their memory back when the server has them.
final class PartSender {
    private static final Duration STOP = Duration.ofSeconds(10);

    private final S3Connection s3;
    private final Location.S3 object;
    private final Future<Uploads.Created> upload;
    private final Consumer<IOException> onFailure;
    private final Semaphore inFlight;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final ConcurrentSkipListMap<Integer, CompletedPart> sent = new ConcurrentSkipListMap<>();
    private int parts;
    private volatile boolean stopped;

    /// @param upload parts wait until it has begun; who begins it tells of its failure
    /// @param onFailure told from any thread
    PartSender(S3Connection s3, Location.S3 object, Future<Uploads.Created> upload, Consumer<IOException> onFailure) {
        this.s3 = s3;
        this.object = object;
        this.upload = upload;
        this.onFailure = onFailure;
        this.inFlight = new Semaphore(s3.options().parallel());
    }

    /// How many parts have been handed over.
    int parts() {
        return parts;
    }

    /// Sends a part, or cut into several.
    void send(Part part, int pieces) {
        AtomicInteger left = new AtomicInteger(pieces);
        for (int i = 0; i < pieces; i++) {
            long from = part.length() * i / pieces;
            long to = part.length() * (i + 1) / pieces;
            int number = ++parts;
            Thread thread = Thread.ofVirtual().name("ptar-part-" + number).unstarted(() -> {
                try {
                    send(number, part, from, to);
                    if (left.decrementAndGet() == 0) {
                        part.release();
                    }
                } catch (IOException e) {
                    onFailure.accept(e);
                } catch (RuntimeException | Error e) {
                    onFailure.accept(new IOException(object.name() + ": " + e, e));
                } finally {
                    threads.remove(Thread.currentThread());
                }
            });
            threads.add(thread);
            thread.start();
        }
    }

    private void send(int number, Part part, long from, long to) throws IOException {
        try {
            inFlight.acquire();
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted");
        }
        try {
            if (stopped) {
                return;
            }
            Uploads.Created begun = upload.get();
            String crc = begun.checksums() ? part.checksum(from, to) : null;
            String etag = s3.call(object, "PutObject", () -> s3.client().uploadPart(
                    r -> r.bucket(object.bucket()).key(object.key()).uploadId(begun.id()).partNumber(number)
                            .contentLength(to - from).checksumCRC32C(crc).requestPayer(s3.requestPayer()),
                    RequestBody.fromContentProvider(
                            () -> part.stream(from, to), to - from, "application/octet-stream")))
                    .eTag();
            sent.put(number, CompletedPart.builder().partNumber(number).eTag(etag).checksumCRC32C(crc).build());
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException told) {
            stopped = true;
        } finally {
            inFlight.release();
        }
    }

    /// Waits until all parts are sent, or have failed.
    void await() throws IOException {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /// All parts that the server has, in order.
    List<CompletedPart> sent() {
        return List.copyOf(sent.values());
    }

    /// Sends no more. Safe to call from any thread.
    void stop() {
        stopped = true;
    }

    /// Cuts off what is on its way.
    void cutOff() throws InterruptedException {
        stop();
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            thread.join(STOP);
        }
    }

    /// Whether no thread reads a part's memory.
    boolean isIdle() {
        return threads.isEmpty();
    }
}
