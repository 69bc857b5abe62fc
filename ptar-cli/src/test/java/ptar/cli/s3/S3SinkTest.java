package ptar.cli.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.cli.remote.FaultProxy;
import ptar.cli.remote.FaultProxy.Fault;
import ptar.cli.remote.RangeSourceContract;
import ptar.storage.Sink;
import ptar.storage.TransferStats;

class S3SinkTest {
    /// Three parts of 5 MiB and a rest.
    private static final byte[] CONTENT = RangeSourceContract.bytes((19 << 20) + 123);

    private static S3Server server;
    private static String bucket;

    private final TransferStats stats = new TransferStats();
    private final String key = "archives/" + System.nanoTime() + ".ptar";
    private FaultProxy network;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.embedded();
        bucket = server.newBucket();
    }

    @BeforeEach
    void connect() throws IOException {
        network = new FaultProxy(server.uri());
    }

    @AfterEach
    void disconnect() throws IOException {
        network.close();
        assertEquals(0, server.unfinishedUploads(bucket), "uploads left behind");
    }

    private Sink open(UnaryOperator<RemoteOptions.Builder> more) throws IOException {
        RemoteOptions options = S3Server.options(network.uri(), more);
        return new S3Sink(server.connect(options, stats), new Location.S3(bucket, key, null));
    }

    private Sink open() throws IOException {
        return open(b -> b);
    }

    private static void write(Sink sink, byte[] content) throws IOException {
        for (int at = 0; at < content.length; at += 1_000_003) {
            sink.write(ByteBuffer.wrap(content, at, Math.min(1_000_003, content.length - at)));
        }
    }

    private void writeAll(byte[] content) throws IOException {
        try (Sink sink = open()) {
            write(sink, content);
            sink.commit();
        }
    }

    @Test
    void writesAShortArchiveInOneRequest() throws Exception {
        byte[] content = Arrays.copyOf(CONTENT, 100_000);
        writeAll(content);
        assertArrayEquals(content, server.get(bucket, key));
        assertEquals(2, network.requests().size(), "HEAD and PUT");
        FaultProxy.Request put = network.requests().getLast();
        assertEquals("*", put.headers().get("if-none-match"));
        assertTrue(put.headers().containsKey("x-amz-checksum-crc32c"));
        assertEquals("100000", put.headers().get("content-length"));
    }

    @Test
    void writesAnEmptyArchive() throws Exception {
        writeAll(new byte[0]);
        assertArrayEquals(new byte[0], server.get(bucket, key));
    }

    @Test
    void writesPartsAndShowsThemTogether() throws Exception {
        try (Sink sink = open()) {
            write(sink, CONTENT);
            assertNull(server.get(bucket, key));
            sink.commit();
            assertArrayEquals(CONTENT, server.get(bucket, key));
        }
        assertEquals(4, network.count("PUT", "partNumber"));
        assertTrue(network.requests().stream().filter(r -> r.method().equals("PUT"))
                .allMatch(r -> r.headers().containsKey("x-amz-checksum-crc32c")));
        assertTrue(stats.snapshot().bytesSent() >= CONTENT.length);
    }

    @Test
    void sendsPartsAtOnceAndCutsTheRestForAll() throws Exception {
        network.latencyMillis(100);
        byte[] content = RangeSourceContract.bytes(5 << 20);
        try (Sink sink = open()) {
            sink.write(ByteBuffer.wrap(content));
            sink.write(ByteBuffer.wrap(content));
            sink.write(ByteBuffer.wrap(content, 0, (5 << 20) - 1));
            sink.write(ByteBuffer.wrap(content, (5 << 20) - 1, 1));
            sink.commit();
        }
        assertEquals(3, network.count("PUT", "partNumber"));
        assertTrue(network.mostInFlight() >= 3, () -> "at once: " + network.mostInFlight());
        assertEquals(15 << 20, server.get(bucket, key).length);
    }

    /// As a signal gives it up: its hook can't wait for a connection, and nothing may begin behind it.
    @Test
    void givesUpBeforeTheConnectionIsThereAndBeginsNothingThen() throws Exception {
        RemoteOptions options = S3Server.options(network.uri(), b -> b.overwrite(true));
        CompletableFuture<Void> isUp = new CompletableFuture<>();
        Sink sink = S3Sink.opening(
                () -> {
                    isUp.join();
                    return server.connect(options, stats);
                },
                options, new Location.S3(bucket, key, null));
        FutureTask<Void> writing = new FutureTask<>(() -> {
            write(sink, CONTENT);
            return null;
        });
        Thread writer = Thread.ofPlatform().start(writing);
        while (writer.isAlive() && writer.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        assertTimeoutPreemptively(Duration.ofSeconds(20), sink::close);
        isUp.complete(null);
        ExecutionException failed = assertThrows(ExecutionException.class, writing::get);
        assertEquals(sink.name() + ": given up", failed.getCause().getMessage());
        assertEquals(0, network.requests().size());
    }

    @Test
    void takesBuffersOfAllKinds() throws Exception {
        ByteBuffer direct = ByteBuffer.allocateDirect(CONTENT.length).put(CONTENT).flip();
        try (Sink sink = open()) {
            sink.write(direct.slice(0, 10).asReadOnlyBuffer());
            direct.position(10);
            sink.write(direct);
            assertEquals(0, direct.remaining());
            sink.write(ByteBuffer.allocate(0));
            sink.commit();
        }
        assertArrayEquals(CONTENT, server.get(bucket, key));
    }

    @Test
    void leavesNothingWithoutCommit() throws Exception {
        try (Sink sink = open()) {
            write(sink, CONTENT);
        }
        assertNull(server.get(bucket, key));
        assertTrue(network.count("DELETE", "uploadId") >= 1); // again for a part that came meanwhile
    }

    @Test
    void keepsMemoryBounded() throws Exception {
        network.bytesPerSecond(40 << 20);
        RemoteOptions options = S3Server.options(network.uri(), b -> b.partSize(5 << 20).bufferBytes(12 << 20));
        try (S3Sink sink = new S3Sink(server.connect(options, stats), new Location.S3(bucket, key, null))) {
            for (int i = 0; i < 3; i++) {
                write(sink, CONTENT);
            }
            assertTrue(sink.bufferedBytes() <= 12 << 20, () -> "buffers: " + sink.bufferedBytes());
            sink.commit();
        }
        assertEquals(3L * CONTENT.length, server.get(bucket, key).length);
    }

    @Test
    void refusesAKeyThatIsTaken() throws Exception {
        server.put(bucket, key, new byte[] {1});
        try (Sink sink = open()) {
            FileAlreadyExistsException failure = assertThrows(FileAlreadyExistsException.class, () -> {
                write(sink, CONTENT);
                sink.commit();
            });
            assertEquals(
                    "s3://" + bucket + "/" + key + ": is there already: give --overwrite-archive to replace it",
                    failure.getMessage());
        }
        assertArrayEquals(new byte[] {1}, server.get(bucket, key));
    }

    @Test
    void refusesAKeyThatWasTakenMeanwhile() throws Exception {
        for (byte[] content : List.of(CONTENT, new byte[10])) {
            server.client().deleteObject(r -> r.bucket(bucket).key(key));
            try (Sink sink = open()) {
                write(sink, content);
                while (network.count("HEAD", key) < 1) {
                    Thread.sleep(5);
                }
                Thread.sleep(50);
                server.put(bucket, key, new byte[] {1});
                assertThrows(FileAlreadyExistsException.class, sink::commit);
            }
            assertArrayEquals(new byte[] {1}, server.get(bucket, key));
            network.reset();
        }
    }

    @Test
    void replacesAnArchiveWhenAllowed() throws Exception {
        server.put(bucket, key, new byte[] {1});
        try (Sink sink = open(b -> b.overwrite(true))) {
            write(sink, CONTENT);
            assertArrayEquals(new byte[] {1}, server.get(bucket, key));
            sink.commit();
        }
        assertArrayEquals(CONTENT, server.get(bucket, key));
    }

    @Test
    void saysThatThereIsNoBucket() throws Exception {
        RemoteOptions options = S3Server.options(network.uri(), b -> b);
        for (int length : new int[] {10, CONTENT.length}) {
            try (Sink sink = new S3Sink(
                    server.connect(options, stats), new Location.S3("no-such-bucket-here", "key", null))) {
                NoSuchFileException failure = assertThrows(NoSuchFileException.class, () -> {
                    write(sink, Arrays.copyOf(CONTENT, length));
                    sink.commit();
                });
                assertTrue(failure.getMessage().contains("no such bucket"), failure::getMessage);
            }
        }
    }

    @Test
    void sendsWhatTheObjectIsToBe() throws Exception {
        network.faults(r -> r.method().equals("HEAD") ? Fault.status(404) : Fault.error(403, "AccessDenied"));
        for (int length : new int[] {10, CONTENT.length}) {
            network.reset();
            try (Sink sink = open(b -> b.storageClass("STANDARD_IA").sse("aws:kms").sseKmsKeyId("key-1")
                    .tag("a", "b c").requesterPays(true))) {
                assertThrows(IOException.class, () -> {
                    write(sink, Arrays.copyOf(CONTENT, length));
                    sink.commit();
                });
            }
            var headers = network.requests().stream().filter(r -> !r.method().equals("HEAD")).findFirst()
                    .orElseThrow().headers();
            assertEquals("STANDARD_IA", headers.get("x-amz-storage-class"));
            assertEquals("aws:kms", headers.get("x-amz-server-side-encryption"));
            assertEquals("key-1", headers.get("x-amz-server-side-encryption-aws-kms-key-id"));
            assertEquals("a=b%20c", headers.get("x-amz-tagging").replace("+", "%20"));
            assertEquals("requester", headers.get("x-amz-request-payer"));
        }
    }

    @Test
    void endsWellWhateverIsRefusedForNow() throws Exception {
        for (Fault fault : List.of(
                Fault.error(500, "InternalError"), Fault.error(503, "SlowDown"), Fault.status(503),
                new Fault.CutRequest(3), new Fault.LoseAnswer())) {
            AtomicInteger seen = new AtomicInteger();
            network.reset().faults(_ -> seen.getAndIncrement() % 2 == 0 ? fault : Fault.NONE);
            server.client().deleteObject(r -> r.bucket(bucket).key(key));
            writeAll(CONTENT);
            assertArrayEquals(CONTENT, server.get(bucket, key), fault::toString);
            assertEquals(0, server.unfinishedUploads(bucket), fault::toString);
        }
    }

    @Test
    void findsOutWhetherALostAnswerWasAYes() throws Exception {
        for (byte[] content : List.of(CONTENT, Arrays.copyOf(CONTENT, 1000))) {
            for (boolean overwrite : new boolean[] {true, false}) {
                server.client().deleteObject(r -> r.bucket(bucket).key(key));
                AtomicInteger lost = new AtomicInteger();
                network.faults(r -> isLast(r) && lost.getAndIncrement() == 0 ? new Fault.LoseAnswer() : Fault.NONE);
                try (Sink sink = open(b -> b.overwrite(overwrite))) {
                    write(sink, content);
                    sink.commit();
                }
                assertArrayEquals(content, server.get(bucket, key));
                // And when every answer to it is lost.
                server.client().deleteObject(r -> r.bucket(bucket).key(key));
                network.faults(r -> isLast(r) ? new Fault.LoseAnswer() : Fault.NONE);
                try (Sink sink = open(b -> b.overwrite(overwrite))) {
                    write(sink, content);
                    sink.commit();
                }
                assertArrayEquals(content, server.get(bucket, key));
            }
        }
    }

    private static boolean isLast(FaultProxy.Request r) {
        return r.is("POST", "uploadId") || r.is("PUT", "") && !r.target().contains("partNumber");
    }

    @Test
    void tellsALostAnswerFromSomebodyElsesObject() throws Exception {
        network.faults(r -> {
            if (isLast(r)) {
                server.put(bucket, key, new byte[CONTENT.length]);
            }
            return Fault.NONE;
        });
        try (Sink sink = open()) {
            write(sink, CONTENT);
            assertThrows(FileAlreadyExistsException.class, sink::commit);
        }
        assertArrayEquals(new byte[CONTENT.length], server.get(bucket, key));
    }

    @Test
    void leavesNothingWhenAPartCanNotBeSent() throws Exception {
        for (Fault fault : List.of(Fault.error(403, "AccessDenied"), Fault.error(503, "SlowDown"),
                new Fault.CutRequest(1000), Fault.error(400, "ExpiredToken"))) {
            network.reset().faults(r -> r.target().contains("partNumber=2") ? fault : Fault.NONE);
            try (Sink sink = open()) {
                assertThrows(IOException.class, () -> {
                    write(sink, CONTENT);
                    sink.commit();
                });
                assertThrows(IOException.class, () -> sink.write(ByteBuffer.allocate(1)), "stays failed");
            }
            assertNull(server.get(bucket, key));
            assertEquals(0, server.unfinishedUploads(bucket), fault::toString);
        }
    }

    @Test
    void leavesNothingWhenItCanNotBeCompleted() throws Exception {
        for (Fault fault : List.of(Fault.error(403, "AccessDenied"), Fault.error(500, "InternalError"),
                new Fault.CutRequest(3))) {
            network.reset().faults(r -> isLast(r) ? fault : Fault.NONE);
            try (Sink sink = open()) {
                write(sink, CONTENT);
                assertThrows(IOException.class, sink::commit);
            }
            assertNull(server.get(bucket, key));
            assertEquals(0, server.unfinishedUploads(bucket), fault::toString);
        }
    }

    @Test
    void saysWhatIsLeftWhenItCanNotBeRemoved() throws Exception {
        network.faults(r -> r.method().equals("DELETE") ? Fault.error(400, "ExpiredToken") : Fault.NONE);
        Sink sink = open();
        write(sink, CONTENT);
        IOException failure = assertThrows(IOException.class, sink::close);
        assertTrue(failure.getMessage().contains("parts of an unfinished upload are left"),
                failure::getMessage);
        assertTrue(failure.getMessage().contains("log in again"), failure::getMessage);
        abortAll();
    }

    @Test
    void saysWhatIsLeftWhenItMayNotBeRemoved() throws Exception {
        network.faults(r -> r.method().equals("DELETE") ? Fault.error(403, "AccessDenied") : Fault.NONE);
        Sink sink = open();
        write(sink, CONTENT);
        IOException failure = assertThrows(IOException.class, sink::close);
        assertTrue(failure.getMessage().contains("parts of an unfinished upload are left"),
                failure::getMessage);
        abortAll();
    }

    private void abortAll() {
        server.client().listMultipartUploads(r -> r.bucket(bucket)).uploads().forEach(u -> server.client()
                .abortMultipartUpload(r -> r.bucket(bucket).key(u.key()).uploadId(u.uploadId())));
    }

    @Test
    void saysThatNobodyListens() throws Exception {
        network.close();
        try (Sink sink = open()) {
            IOException failure = assertThrows(IOException.class, () -> {
                write(sink, CONTENT);
                sink.commit();
            });
            assertTrue(failure.getMessage().contains("can't connect"), failure::getMessage);
        }
    }

    @Test
    void doesWithoutWhatAServerDoesNotKnow() throws Exception {
        for (int length : new int[] {1000, CONTENT.length}) {
            network.reset().faults(r -> r.headers().containsKey("if-none-match")
                    || r.headers().containsKey("x-amz-checksum-crc32c")
                    || r.headers().containsKey("x-amz-checksum-algorithm")
                    ? Fault.error(501, "NotImplemented") : Fault.NONE);
            server.client().deleteObject(r -> r.bucket(bucket).key(key));
            writeAll(Arrays.copyOf(CONTENT, length));
            assertEquals(length, server.get(bucket, key).length);
        }
    }
}
