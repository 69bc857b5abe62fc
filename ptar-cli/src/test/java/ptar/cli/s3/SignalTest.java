package ptar.cli.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ptar.cli.location.Location;
import ptar.cli.remote.FaultProxy;
import ptar.cli.remote.FaultProxy.Fault;
import ptar.storage.TransferStats;

/// A program that is ended from outside while it uploads.
class SignalTest {
    private S3Server server;
    private String bucket;
    private FaultProxy network;

    @BeforeEach
    void connect() throws Exception {
        server = S3Server.embedded();
        bucket = server.newBucket();
        network = new FaultProxy(server.uri());
    }

    @AfterEach
    void disconnect() throws IOException {
        network.close();
    }

    /// Uploads without end, or a few parts.
    ///
    /// @param args endpoint, bucket, whether to commit after three parts
    public static void main(String[] args) throws IOException {
        S3Connection s3 = S3Connection.open(
                S3Server.options(URI.create(args[0]), b -> b), new TransferStats(), S3Server.CREDENTIALS,
                S3Server.QUICKLY);
        try (S3Sink sink = new S3Sink(s3, new Location.S3(args[1], "key", null))) {
            ByteBuffer part = ByteBuffer.allocate(8 << 20);
            boolean ends = Boolean.parseBoolean(args[2]);
            for (int i = 0; !ends || i < 3; i++) {
                sink.write(part.clear());
            }
            sink.commit();
        }
    }

    private Process start(boolean commits) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), SignalTest.class.getName(), network.uri().toString(), bucket,
                Boolean.toString(commits)));
        return new ProcessBuilder(command).inheritIO().start();
    }

    private void waitFor(String method, String part, int count) throws InterruptedException {
        for (int i = 0; i < 600 && network.count(method, part) < count; i++) {
            Thread.sleep(50);
        }
        assertTrue(network.count(method, part) >= count, () -> "requests: " + network.requests());
    }

    @Test
    void leavesNothing() throws Exception {
        network.bytesPerSecond(10 << 20);
        Process process = start(false);
        waitFor("PUT", "partNumber=4", 1);
        process.destroy();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertTrue(process.exitValue() != 0, "exit code");
        assertEquals(0, server.unfinishedUploads(bucket));
        assertNull(server.get(bucket, "key"));
    }

    @Test
    void letsACompletionThrough() throws Exception {
        network.faults(r -> {
            if (r.is("POST", "uploadId")) {
                try {
                    Thread.sleep(1500);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return Fault.NONE;
        });
        Process process = start(true);
        waitFor("POST", "uploadId", 1);
        process.destroy();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, server.unfinishedUploads(bucket));
        assertEquals(24 << 20, server.get(bucket, "key").length);
    }
}
