package ptar.cli.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.cli.remote.FaultProxy;
import ptar.cli.remote.FaultProxy.Fault;
import ptar.cli.remote.RangeSourceContract;
import ptar.storage.RangeSource;
import ptar.storage.RangeSource.Range;
import ptar.storage.TransferStats;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class S3SourceTest implements RangeSourceContract {
    private static final byte[] CONTENT = RangeSourceContract.bytes(22 << 20);

    private static S3Server server;
    private static String bucket;

    private final TransferStats stats = new TransferStats();
    private FaultProxy network;
    private int keys;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.embedded();
        bucket = server.newBucket();
        server.put(bucket, "big", CONTENT);
    }

    @BeforeEach
    void connect() throws IOException {
        network = new FaultProxy(server.uri());
    }

    @AfterEach
    void disconnect() throws IOException {
        network.close();
    }

    @Override
    public RangeSource open(byte[] content) throws Exception {
        String key = "contract/" + keys++;
        server.put(bucket, key, content);
        return source(key);
    }

    private S3Source source(String key) throws IOException {
        return new S3Source(server.connect(throughNetwork(), stats), new Location.S3(bucket, key, null));
    }

    private RemoteOptions throughNetwork() {
        return S3Server.options(network.uri(), b -> b);
    }

    @Test
    void opensWithOneRequest() throws Exception {
        try (RangeSource source = source("big")) {
            source.readSuffix(256 << 10);
            assertEquals(1, network.requests().size());
            assertTrue(network.bytesToClient() <= 256 << 10);
            assertEquals(1, stats.snapshot().requests());
            assertEquals(256 << 10, stats.snapshot().bytesReceived());
        }
    }

    @Test
    void asksOnceForNearRangesAndAtOnceForFarOnes() throws Exception {
        network.latencyMillis(30);
        try (RangeSource source = source("big")) {
            source.readSuffix(1000);
            network.reset();
            source.readAll(
                    List.of(
                            new Range(0, MemorySegment.ofArray(new byte[10])),
                            new Range(1 << 20, MemorySegment.ofArray(new byte[10])),
                            new Range(5 << 20, MemorySegment.ofArray(new byte[10]))),
                    _ -> {});
            assertEquals(2, network.requests().size());
            assertEquals(2, network.mostInFlight());
        }
    }

    @Test
    void keepsSeveralRequestsInFlight() throws Exception {
        network.latencyMillis(50);
        try (RangeSource source = source("big")) {
            List<Range> ranges = new ArrayList<>();
            for (int i = 0; i < 17; i++) {
                // The gaps are too wide to be read over.
                ranges.add(new Range(1_300_000L * i, MemorySegment.ofArray(new byte[1 << 17])));
            }
            source.readAll(ranges, _ -> {});
            assertEquals(16, network.mostInFlight());
        }
    }

    @Test
    void goesOnWhereABodyWasCut() throws Exception {
        AtomicInteger cuts = new AtomicInteger(3);
        network.faults(r -> cuts.getAndDecrement() > 0 ? new Fault.CutAnswer(1 << 20) : Fault.NONE);
        try (RangeSource source = source("big")) {
            byte[] target = new byte[6 << 20];
            source.read(MemorySegment.ofArray(target), 1000);
            assertArrayEquals(Arrays.copyOfRange(CONTENT, 1000, 1000 + (6 << 20)), target);
            assertEquals(4, network.requests().size());
            // What was there before a cut is not fetched again, but for what lay in buffers.
            assertTrue(network.bytesToClient() < (6 << 20) + (1 << 19), () -> "fetched " + network.bytesToClient());
            assertEquals(3, stats.snapshot().retries());
        }
    }

    @Test
    void repeatsASuffixThatWasCut() throws Exception {
        network.faults(r -> r.number() == 1 ? new Fault.CutAnswer(100) : Fault.NONE);
        try (RangeSource source = source("big")) {
            assertEquals(CONTENT.length, source.readSuffix(1000).length());
            assertEquals(2, network.requests().size());
        }
    }

    @Test
    void givesUpOnABodyThatNeverComes() throws Exception {
        network.faults(_ -> new Fault.CutAnswer(0));
        try (RangeSource source = source("big")) {
            IOException failure =
                    assertThrows(IOException.class, () -> source.read(MemorySegment.ofArray(new byte[100]), 7));
            assertTrue(failure.getMessage().contains("connection lost at byte 7"), failure::getMessage);
        }
    }

    @Test
    void repeatsWhatTheServerRefusesForNow() throws Exception {
        for (Fault fault : List.of(Fault.error(500, "InternalError"), Fault.error(503, "SlowDown"), Fault.status(503),
                new Fault.LoseAnswer())) {
            network.reset().faults(r -> r.number() % 3 == 0 ? Fault.NONE : fault);
            try (RangeSource source = source("big")) {
                source.readSuffix(1000);
                byte[] target = new byte[1000];
                source.read(MemorySegment.ofArray(target), 5000);
                assertArrayEquals(Arrays.copyOfRange(CONTENT, 5000, 6000), target);
                assertEquals(6, network.requests().size());
            }
        }
    }

    @Test
    void refusesAnObjectThatWasReplaced() throws Exception {
        server.put(bucket, "replaced", RangeSourceContract.bytes(10_000));
        try (RangeSource source = source("replaced")) {
            source.readSuffix(100);
            server.put(bucket, "replaced", RangeSourceContract.bytes(10_001));
            IOException failure =
                    assertThrows(IOException.class, () -> source.read(MemorySegment.ofArray(new byte[10]), 0));
            assertEquals(
                    "s3://" + bucket + "/replaced: was replaced while it was read: start again",
                    failure.getMessage());
        }
    }

    @Test
    void refusesAnObjectThatWasReplacedWhileABodyWasCut() throws Exception {
        server.put(bucket, "replaced2", RangeSourceContract.bytes(1 << 20));
        network.faults(r -> {
            if (r.number() == 1) {
                return new Fault.CutAnswer(1000);
            }
            server.put(bucket, "replaced2", new byte[1 << 20]);
            return Fault.NONE;
        });
        try (RangeSource source = source("replaced2")) {
            IOException failure =
                    assertThrows(IOException.class, () -> source.read(MemorySegment.ofArray(new byte[10_000]), 0));
            assertTrue(failure.getMessage().contains("was replaced"), failure::getMessage);
        }
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        try (RangeSource source = source("nothing")) {
            NoSuchFileException failure = assertThrows(NoSuchFileException.class, () -> source.readSuffix(10));
            assertEquals("s3://" + bucket + "/nothing: no such object", failure.getMessage());
        }
        Location.S3 elsewhere = new Location.S3("no-such-bucket-at-all", "key", null);
        try (RangeSource source = new S3Source(server.connect(), elsewhere)) {
            NoSuchFileException failure = assertThrows(NoSuchFileException.class, () -> source.readSuffix(10));
            assertTrue(failure.getMessage().contains("no such bucket: check its name"), failure::getMessage);
        }
    }

    @Test
    void saysWhatIsWrongWithTheCredentials() throws Exception {
        var wrong = StaticCredentialsProvider.create(AwsBasicCredentials.create("ptar-test", "wrong"));
        var stranger = StaticCredentialsProvider.create(AwsBasicCredentials.create("stranger", "wrong"));
        for (var credentials : List.of(wrong, stranger)) {
            S3Connection s3 = S3Connection.open(server.options(), stats, credentials, S3Server.QUICKLY);
            try (RangeSource source = new S3Source(s3, new Location.S3(bucket, "big", null))) {
                AccessDeniedException failure =
                        assertThrows(AccessDeniedException.class, () -> source.readSuffix(10));
                assertTrue(failure.getMessage().contains("does not accept these credentials"), failure::getMessage);
            }
        }
    }

    @Test
    void saysWhatTheServerMeans() throws Exception {
        record Case(int status, String code, String headers, String said) {}
        List<Case> cases = List.of(
                new Case(403, "AccessDenied", "", "may not do s3:GetObject"),
                new Case(403, "RequestTimeTooSkewed", "", "clock is wrong"),
                new Case(403, "InvalidObjectState", "", "restore it first"),
                new Case(301, "PermanentRedirect", "x-amz-bucket-region: eu-west-1\r\n", "give --region eu-west-1"),
                new Case(400, "AuthorizationHeaderMalformed", "x-amz-bucket-region: eu-west-1\r\n",
                        "give --region eu-west-1"),
                new Case(400, "ExpiredToken", "", "log in again"),
                new Case(400, "SomethingElse", "", "GetObject failed: 400 SomethingElse, SomethingElse of the test"));
        for (Case c : cases) {
            network.reset().faults(_ -> {
                Fault.Answer answer = (Fault.Answer) Fault.error(c.status, c.code);
                return new Fault.Answer(answer.status(), answer.headers() + c.headers, answer.body());
            });
            try (RangeSource source = source("big")) {
                IOException failure = assertThrows(IOException.class, () -> source.readSuffix(10));
                assertTrue(failure.getMessage().contains(c.said), failure::getMessage);
                assertTrue(failure.getMessage().startsWith("s3://" + bucket + "/big: "), failure::getMessage);
                assertEquals(1, failure.getMessage().lines().count());
            }
        }
    }

    @Test
    void waitsForNewCredentials() throws Exception {
        network.faults(r -> r.number() <= 3 ? Fault.error(400, "ExpiredToken") : Fault.NONE);
        try (RangeSource source = source("big")) {
            assertEquals(CONTENT.length, source.readSuffix(10).length());
        }
    }

    @Test
    void saysThatNobodyListens() throws Exception {
        network.close();
        try (RangeSource source = source("big")) {
            IOException failure = assertThrows(IOException.class, () -> source.readSuffix(10));
            assertTrue(
                    failure.getMessage().endsWith("can't connect: check the network and --endpoint-url (6 attempts)"),
                    failure::getMessage);
        }
    }

    @Test
    void sendsWhoPaysAndWhichVersion() throws Exception {
        network.faults(_ -> Fault.error(403, "AccessDenied"));
        RemoteOptions options = S3Server.options(network.uri(), b -> b.requesterPays(true));
        try (RangeSource source =
                new S3Source(server.connect(options, stats), new Location.S3(bucket, "big", "v1"))) {
            assertThrows(AccessDeniedException.class, () -> source.readSuffix(10));
        }
        assertEquals("requester", network.requests().getFirst().headers().get("x-amz-request-payer"));
        assertTrue(network.requests().getFirst().target().contains("versionId=v1"));
    }

    @Test
    void signsNothingForPublicBuckets() throws Exception {
        network.faults(_ -> Fault.error(403, "AccessDenied"));
        RemoteOptions options = S3Server.options(network.uri(), b -> b.sign(false));
        try (RangeSource source = S3.openSource(new Location.S3(bucket, "big", null), options, stats)) {
            assertThrows(AccessDeniedException.class, () -> source.readSuffix(10));
        }
        assertEquals(null, network.requests().getFirst().headers().get("authorization"));
    }
}
