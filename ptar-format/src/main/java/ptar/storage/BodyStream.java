package ptar.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The body of an answer as a stream that does not wait forever: the JDK's own stream has no time-out, and a server or
/// a firewall that goes silent in the middle would hang the reader.
final class BodyStream extends InputStream implements BodySubscriber<InputStream> {
    private static final Event END = new Event(List.of(), null);

    /// One thing the client has said: bytes, the end, or a failure.
    private record Event(List<ByteBuffer> buffers, Throwable failure) {}

    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final long timeoutMillis;
    private Flow.Subscription subscription;
    private volatile boolean closed;
    private List<ByteBuffer> buffers = List.of();
    private int next;
    private boolean ended;

    BodyStream(Duration timeout) {
        this.timeoutMillis = timeout.toMillis();
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> arrived) {
        events.add(new Event(arrived, null));
    }

    @Override
    public void onError(Throwable failure) {
        events.add(new Event(List.of(), failure));
    }

    @Override
    public void onComplete() {
        events.add(END);
    }

    @Override
    public int read(byte[] target, int position, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (true) {
            while (next < buffers.size()) {
                ByteBuffer buffer = buffers.get(next);
                if (buffer.hasRemaining()) {
                    int n = Math.min(length, buffer.remaining());
                    buffer.get(target, position, n);
                    return n;
                }
                next++;
            }
            if (ended) {
                return -1;
            }
            takeEvent();
        }
    }

    private void takeEvent() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        Event event;
        try {
            event = events.poll(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        if (event == null) {
            close();
            throw new HttpTimeoutException("no byte for " + timeoutMillis / 1000 + " seconds");
        }
        if (event.failure != null) {
            throw new IOException(event.failure.getMessage(), event.failure);
        }
        if (event == END) {
            ended = true;
            if (closed) {
                throw new IOException("closed");
            }
            return;
        }
        buffers = event.buffers;
        next = 0;
        synchronized (this) {
            subscription.request(1);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /// May be called from any thread: a reader that waits is woken.
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (subscription != null && !ended) {
                subscription.cancel();
            }
        }
        events.add(END);
    }
}
