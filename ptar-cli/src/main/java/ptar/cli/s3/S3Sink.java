package ptar.cli.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.storage.Sink;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/// Writes an object in S3: what is written goes up in parts while more is written, and shows under its key when all of
/// it is there. An archive that fits the first part goes up in one request.
///
/// Memory is bounded by a pool that the writer waits for. What is asked of the server is in [NewObject], [Uploads] and
/// [PartSender]; here is in which order, and what becomes of it after a failure or a signal.
final class S3Sink implements Sink {
    private static final String ARCHIVE_TYPE = "application/vnd.ptar";

    /// Opened while the first files are read: the SDK takes a while to load.
    private final CompletableFuture<S3Connection> connection;
    private final Location.S3 object;
    private final RemoteOptions options;
    private final SlabPool pool;
    private final ObjectDescription description;
    private final boolean ownsConnection;
    /// Completes with whether the key is taken already.
    private final CompletableFuture<Boolean> taken;
    private final AtomicReference<IOException> failure = new AtomicReference<>();
    private final Thread hook = new Thread(this::abortOnSignal, "ptar-s3-abort");
    private PartSchedule schedule;
    private Part filling;
    private long length;
    /// Null until the first part is full; so are the next two.
    private volatile CompletableFuture<Uploads.Created> upload;
    private volatile Uploads uploads;
    private volatile PartSender sender;
    private volatile State state = State.OPEN;
    private volatile boolean committed;
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean aborted;

    private enum State { OPEN, SENDING_REST, COMPLETING, ENDED }

    /// An archive. The sink closes the connection.
    S3Sink(S3Connection s3, Location.S3 object) {
        this(CompletableFuture.completedFuture(s3), s3.options(), object, true, ARCHIVE_TYPE);
    }

    /// One of many objects over a connection that stays open.
    static S3Sink sharing(S3Connection s3, Location.S3 object) {
        return new S3Sink(
                CompletableFuture.completedFuture(s3), s3.options(), object, false, "application/octet-stream");
    }

    /// An archive, over a connection that is opened in the background; should that fail, the next call says so.
    static S3Sink opening(Request<S3Connection> connection, RemoteOptions options, Location.S3 object) {
        CompletableFuture<S3Connection> opened = new CompletableFuture<>();
        // No virtual thread: it loads classes, which would hold up all others where there is one processor.
        Thread.ofPlatform().daemon().name("ptar-s3-open").start(() -> {
            try {
                opened.complete(connection.send());
            } catch (IOException | RuntimeException | Error e) {
                opened.completeExceptionally(e);
            }
        });
        return new S3Sink(opened, options, object, true, ARCHIVE_TYPE);
    }

    private S3Sink(
            CompletableFuture<S3Connection> connection, RemoteOptions options, Location.S3 object,
            boolean ownsConnection, String contentType) {
        this.connection = connection;
        this.object = object;
        this.ownsConnection = ownsConnection;
        this.description = new ObjectDescription(options, object, contentType);
        this.options = options;
        this.schedule = PartSchedule.of(options.partSize(), options.expectedSize(), false);
        this.pool = new SlabPool(Math.min(options.bufferBytes(), Runtime.getRuntime().maxMemory() / 2));
        this.taken = options.overwrite() ? CompletableFuture.completedFuture(false)
                : inBackground(() -> newObject().isThere());
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// Waits for the connection.
    private NewObject newObject() throws IOException {
        return new NewObject(await(connection), object, description);
    }

    @Override
    public String name() {
        return object.name();
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        requireOpen();
        length += bytes.remaining();
        while (bytes.hasRemaining()) {
            throwFailure();
            if (filling == null) {
                int parts = sender == null ? 0 : sender.parts();
                if (parts == PartSchedule.MAX_PARTS) {
                    throw S3Errors.failure(name(), "longer than " + parts + " parts: give --expected-size");
                }
                long capacity = schedule.lengthOf(parts + 1);
                pool.reserveFor(capacity);
                filling = new Part(pool, capacity);
            }
            if (!filling.fill(bytes)) {
                throwFailure();
                throw new IOException(name() + ": closed");
            }
            if (filling.isFull()) {
                begin();
            }
            // Once more: a server that wants longer parts is known as such only now.
            if (filling.isFull()) {
                sender.send(filling, 1);
                filling = null;
            }
        }
    }

    /// What the object is to carry besides: to be said before its content.
    void describe(String type, Map<String, String> moreMetadata, Map<String, String> moreTags) {
        description.add(type, moreMetadata, moreTags);
    }

    /// Memory taken so far, for tests.
    long bufferedBytes() {
        return pool.allocatedBytes();
    }

    @Override
    public void commit() throws IOException {
        requireOpen();
        throwFailure();
        state = State.SENDING_REST;
        try {
            if (upload == null) {
                beginCompletion();
                requireFree();
                newObject().put(filling == null ? new Part(pool, 0) : filling, length);
            } else {
                sendRest();
                sender.await();
                beginCompletion();
                requireFree();
                String id = upload.resultNow().id();
                newObject().complete(id, allSent(), length);
                uploads.removeStrays(id);
            }
            committed = true;
            state = State.ENDED;
        } finally {
            if (state != State.ENDED) {
                state = State.OPEN;
                fail(new IOException(name() + ": not completed"));
            }
        }
    }

    /// From here on a signal waits for the server's answer: either all is there, or nothing.
    private synchronized void beginCompletion() throws IOException {
        throwFailure();
        state = State.COMPLETING;
    }

    private void requireOpen() throws IOException {
        if (closed.get()) {
            throw new IOException(name() + ": closed"); // by a signal
        }
        if (state != State.OPEN) {
            throw new IllegalStateException(name() + " is " + state);
        }
    }

    private void throwFailure() throws IOException {
        if (taken.isDone()) {
            requireFree();
        }
        IOException first = failure.get();
        if (first != null) {
            // A fresh one each time: the writer's stack, and no exception suppressing itself in try-with-resources.
            throw S3Errors.copyOf(first);
        }
    }

    private void requireFree() throws IOException {
        if (await(taken)) {
            throw NewObject.alreadyThere(object);
        }
    }

    private <T> T await(CompletableFuture<T> result) throws IOException {
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            throw S3Errors.copyOf(asIOException(e.getCause()));
        }
    }

    /// Cuts what is left into parts that all connections share, so that the end does not wait for one.
    private void sendRest() {
        Part rest = filling;
        filling = null;
        if (rest == null) {
            return;
        }
        int pieces = schedule.fixed() > 0 && !schedule.grows() ? 1
                : Math.clamp(rest.length() / PartSchedule.MIN_PART, 1, options.parallel());
        sender.send(rest, Math.min(pieces, PartSchedule.MAX_PARTS - sender.parts()));
    }

    private List<CompletedPart> allSent() {
        List<CompletedPart> all = sender.sent();
        if (all.size() != sender.parts()) {
            throw new IllegalStateException(all.size() + " of " + sender.parts() + " parts were sent");
        }
        return all;
    }

    /// When the first part is full.
    private void begin() throws IOException {
        if (upload == null) {
            begin(await(connection)); // waited for here: a signal waits for what is synchronised
        }
    }

    private synchronized void begin(S3Connection s3) throws IOException {
        throwFailure(); // behind a signal nobody would abort it
        uploads = new Uploads(s3, object);
        upload = inBackground(() -> newObject().begin(uploads));
        sender = new PartSender(s3, object, upload, this::fail);
        if (s3.wantsEqualParts()) {
            schedule = PartSchedule.of(options.partSize(), options.expectedSize(), true);
            pool.reserveFor(schedule.lengthOf(1));
            filling.grow(schedule.lengthOf(1));
        }
    }

    private void fail(IOException e) {
        failure.compareAndSet(null, e);
        pool.end();
        PartSender sending = sender;
        if (sending != null) {
            sending.stop();
        }
    }

    /// Something that can fail as requests do.
    @FunctionalInterface
    interface Request<T> {
        T send() throws IOException;
    }

    private <T> CompletableFuture<T> inBackground(Request<T> request) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual().name("ptar-s3").start(() -> {
            try {
                result.complete(request.send());
            } catch (IOException | RuntimeException | Error e) {
                fail(asIOException(e)); // first: who waits for the result looks there
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private IOException asIOException(Throwable e) {
        return switch (e) {
            case CompletionException c when c.getCause() != null -> asIOException(c.getCause());
            case IOException io -> io;
            case SdkException sdk -> S3Errors.translate(sdk, name(), "PutObject");
            case IllegalArgumentException said -> S3Errors.failure(name(), said.getMessage());
            default -> new IOException(name() + ": " + e, e);
        };
    }

    @Override
    public void close() throws IOException {
        if (closed.getAndSet(true)) {
            return;
        }
        awaitCompletion();
        state = State.ENDED;
        try {
            if (!committed) {
                abort("given up");
            }
        } finally {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The hook is running: it has found nothing to do, or has done it.
            }
            if (sender == null || sender.isIdle()) {
                pool.close();
            }
            if (ownsConnection) {
                connection.thenAccept(S3Connection::close);
            }
        }
    }

    /// Stops all senders and removes what they have sent. Safe to call twice, and at the same time.
    private synchronized void abort(String why) throws IOException {
        if (aborted) {
            return;
        }
        aborted = true;
        fail(new IOException(name() + ": " + why));
        if (upload == null) {
            return;
        }
        try {
            sender.cutOff();
            String begun = null;
            try {
                begun = upload.get().id();
            } catch (ExecutionException e) {
                // No id, but perhaps an upload whose answer was lost.
            }
            uploads.abort(begun);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /// Lets a completion under way in another thread through.
    private void awaitCompletion() {
        try {
            for (int i = 0; i < 300 && state == State.COMPLETING; i++) {
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// SIGTERM, SIGINT and SIGHUP end the program by way of this hook.
    private void abortOnSignal() {
        try {
            boolean isCompleting = state == State.COMPLETING;
            awaitCompletion();
            if (!committed) {
                abort("ended by a signal");
            } else if (isCompleting) {
                System.err.println("ptar: " + name() + ": was completed before the signal could stop it");
            }
        } catch (IOException e) {
            System.err.println("ptar: " + e.getMessage());
        }
    }
}
