package ptar.cli.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ptar.cli.remote.FaultProxy.Fault;
import ptar.cli.remote.WebServer.Habit;
import ptar.storage.Backoff;
import ptar.storage.HttpSource;
import ptar.storage.RangeSource;
import ptar.storage.RangeSource.Range;
import ptar.storage.RangesIgnoredException;
import ptar.storage.TransferStats;

class HttpSourceTest implements RangeSourceContract {
    private static final Backoff QUICKLY = new Backoff(6, Duration.ofMillis(1), Duration.ofMillis(20));
    private static final byte[] CONTENT = RangeSourceContract.bytes(18 << 20);

    private static WebServer server;

    private final TransferStats stats = new TransferStats();
    private FaultProxy network;
    private int files;

    @BeforeAll
    static void start() throws Exception {
        server = new WebServer();
        server.put("/big", CONTENT);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() throws IOException {
        network = new FaultProxy(server.uri("/"));
    }

    @AfterEach
    void disconnect() throws IOException {
        network.close();
    }

    @Override
    public RangeSource open(byte[] content) {
        String path = "/contract/" + files++;
        server.put(path, content);
        return source(path);
    }

    private HttpSource source(String path) {
        return source(network.uri().resolve(path), Map.of());
    }

    private HttpSource source(URI uri, Map<String, String> environment) {
        return new HttpSource(
                uri,
                new HttpSource.Options(null, environment, QUICKLY, Duration.ofSeconds(5), Duration.ofSeconds(2), 8),
                stats);
    }

    private static byte[] read(RangeSource source, int offset, int length) throws IOException {
        byte[] target = new byte[length];
        source.read(MemorySegment.ofArray(target), offset);
        return target;
    }

    @Test
    void opensWithOneRequest() throws Exception {
        try (RangeSource source = source("/big")) {
            source.readSuffix(256 << 10);
            assertEquals(1, network.requests().size());
            assertEquals(256 << 10, stats.snapshot().bytesReceived());
        }
    }

    @Test
    void keepsSeveralRequestsInFlight() throws Exception {
        network.latencyMillis(50);
        try (RangeSource source = source("/big")) {
            List<Range> ranges = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                ranges.add(new Range((long) i << 21, MemorySegment.ofArray(new byte[1 << 18])));
            }
            source.readAll(ranges, _ -> {});
            assertEquals(8, network.mostInFlight());
        }
    }

    @ParameterizedTest
    @EnumSource(value = Habit.class, names = {"NO_SUFFIXES", "WEAK_ETAGS", "NO_ETAGS"})
    void getsOnWithServersThatCouldDoBetter(Habit habit) throws Exception {
        server.put("/odd", CONTENT, habit);
        try (RangeSource source = source("/odd")) {
            RangeSource.Suffix suffix = source.readSuffix(1000);
            assertEquals(CONTENT.length, suffix.length());
            byte[] end = new byte[1000];
            suffix.bytes().get(end);
            assertArrayEquals(Arrays.copyOfRange(CONTENT, CONTENT.length - 1000, CONTENT.length), end);
            assertArrayEquals(Arrays.copyOfRange(CONTENT, 100, 300), read(source, 100, 200));
            server.put("/odd", new byte[CONTENT.length], habit);
            IOException failure = assertThrows(IOException.class, () -> read(source, 100, 200));
            assertTrue(failure.getMessage().contains("was replaced while it was read"), failure::getMessage);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Habit.class, names = {"NO_RANGES", "NO_LENGTH"})
    void handsOverTheWholeStreamOfAServerWithoutRanges(Habit more) throws Exception {
        byte[] content = Arrays.copyOf(CONTENT, 3 << 20);
        server.put("/stream", content, Habit.NO_RANGES, more);
        try (RangeSource source = source("/stream")) {
            RangesIgnoredException ignored =
                    assertThrows(RangesIgnoredException.class, () -> source.readSuffix(1 << 20));
            assertEquals(
                    network.uri() + "/stream: the server does not do ranges, so it can only be read from start to end",
                    ignored.getMessage());
            try (InputStream stream = ignored.stream()) {
                assertArrayEquals(content, stream.readAllBytes());
            }
            assertEquals(1, network.requests().size(), "not asked for twice");
        }
    }

    @Test
    void readsAShortFileOfAServerWithoutRanges() throws Exception {
        server.put("/short", new byte[] {1, 2, 3}, Habit.NO_RANGES);
        try (RangeSource source = source("/short")) {
            assertEquals(3, source.readSuffix(1000).bytes().remaining());
        }
    }

    @Test
    void noticesThatAStreamWasCut() throws Exception {
        server.put("/stream", CONTENT, Habit.NO_RANGES);
        network.faults(_ -> new Fault.CutAnswer(2 << 20));
        try (RangeSource source = source("/stream")) {
            var ignored = assertThrows(RangesIgnoredException.class, () -> source.readSuffix(1 << 20));
            try (InputStream stream = ignored.stream()) {
                IOException failure = assertThrows(IOException.class, stream::readAllBytes);
                assertTrue(failure.getMessage().contains("connection lost at byte "), failure::getMessage);
            }
        }
    }

    @Test
    void goesOnWhereABodyWasCut() throws Exception {
        AtomicInteger cuts = new AtomicInteger(3);
        network.faults(_ -> cuts.getAndDecrement() > 0 ? new Fault.CutAnswer(1 << 20) : Fault.NONE);
        try (RangeSource source = source("/big")) {
            assertArrayEquals(Arrays.copyOfRange(CONTENT, 1000, 1000 + (6 << 20)), read(source, 1000, 6 << 20));
            assertEquals(4, network.requests().size());
            assertEquals(3, stats.snapshot().retries());
        }
    }

    @Test
    void repeatsWhatFailsForNow() throws Exception {
        for (Fault fault : List.of(
                Fault.status(500), Fault.status(503), Fault.status(429), new Fault.LoseAnswer(), new Fault.CutAnswer(5),
                new Fault.Answer(503, "Retry-After: 0\r\n", ""))) {
            network.reset().faults(r -> r.number() % 3 == 0 ? Fault.NONE : fault);
            try (RangeSource source = source("/big")) {
                source.readSuffix(1000);
                assertArrayEquals(Arrays.copyOfRange(CONTENT, 5000, 6000), read(source, 5000, 1000));
                if (!(fault instanceof Fault.CutAnswer)) {
                    assertEquals(6, network.requests().size(), fault::toString);
                }
            }
        }
    }

    @Test
    void waitsForNoByteForever() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        var socket = silent.accept();
                        socket.getInputStream().read(new byte[10_000]);
                        socket.getOutputStream().write(("HTTP/1.1 206 x\r\nContent-Range: bytes 0-9/10\r\n"
                                + "Content-Length: 10\r\n\r\nabc").getBytes(StandardCharsets.UTF_8));
                    }
                } catch (IOException e) {
                    // The test is over.
                }
            });
            HttpSource.Options options = new HttpSource.Options(
                    null, Map.of(), new Backoff(2, Duration.ZERO, Duration.ZERO), Duration.ofSeconds(1),
                    Duration.ofMillis(100), 8);
            URI uri = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");
            try (RangeSource source = new HttpSource(uri, options, stats)) {
                assertThrows(IOException.class, () -> source.readSuffix(10));
                assertThrows(IOException.class, () -> read(source, 0, 10));
            }
        }
    }

    @Test
    void followsARedirectOnceAndRemembersIt() throws Exception {
        server.redirect("/moved", "/there?token=secret");
        server.put("/there", CONTENT);
        try (RangeSource source = source("/moved")) {
            source.readSuffix(100);
            read(source, 0, 10);
            read(source, 100, 10);
            assertEquals(
                    List.of("/moved", "/there?token=secret", "/there?token=secret", "/there?token=secret"),
                    network.requests().stream().map(FaultProxy.Request::target).toList());
            // The place has expired: the first URL knows a new one.
            server.put("/there2", CONTENT);
            server.redirect("/moved", "/there2");
            server.refuse("/there", 403);
            IOException failure = assertThrows(IOException.class, () -> read(source, 0, 10));
            assertTrue(failure.getMessage().contains("was replaced"), failure::getMessage);
            server.allow("/there");
            assertEquals("/there2", network.requests().getLast().target());
        }
    }

    @Test
    void refusesRedirectsThatLeadNowhere() throws Exception {
        record Case(String location, String said) {}
        for (Case c : List.of(
                new Case("/loop", "more than 10 redirects"), new Case("ftp://host/", "not on the web"),
                new Case("http://", "not on the web"), new Case("::", "not on the web"))) {
            server.redirect("/loop", c.location);
            try (RangeSource source = source("/loop")) {
                IOException failure = assertThrows(IOException.class, () -> source.readSuffix(10));
                assertTrue(failure.getMessage().contains(c.said), failure::getMessage);
            }
        }
    }

    @Test
    void sendsPasswordsToTheirServerOnly() throws Exception {
        server.put("/mine", new byte[100]);
        try (WebServer other = new WebServer()) {
            other.put("/theirs", new byte[100]);
            server.redirect("/out", other.uri("/theirs").toString());
            String withUser = server.uri("/").toString().replace("http://", "http://me:p%40ss@");
            try (RangeSource source = source(URI.create(withUser).resolve("/mine"), Map.of())) {
                source.readSuffix(10);
                assertTrue(server.authorizations().contains("Basic bWU6cEBzcw=="), "me:p@ss");
                assertFalse(source.name().contains("p%40ss"));
            }
            try (RangeSource source = source(URI.create(withUser).resolve("/out"), Map.of())) {
                source.readSuffix(10);
                assertEquals(List.of(), other.authorizations());
            }
        }
    }

    @Test
    void saysWhatIsWrongWithoutSecrets() throws Exception {
        server.refuse("/secret", 403);
        record Case(int status, Class<? extends IOException> type, String said) {}
        for (Case c : List.of(
                new Case(403, AccessDeniedException.class, "403 Forbidden: the link expired at 2020-01-01T00:10:00Z"),
                new Case(401, AccessDeniedException.class, "give a user and a password"),
                new Case(404, NoSuchFileException.class, "404 Not Found"),
                new Case(418, IOException.class, "the server answers 418"),
                new Case(500, IOException.class, "the server answers 500 Internal Server Error (6 attempts)"))) {
            server.refuse("/secret", c.status);
            try (RangeSource source =
                    source("/secret?X-Amz-Date=20200101T000000Z&X-Amz-Expires=600&X-Amz-Signature=secret")) {
                IOException failure = assertThrows(c.type, () -> source.readSuffix(10));
                assertTrue(failure.getMessage().contains(c.said), failure::getMessage);
                assertTrue(failure.getMessage().startsWith(network.uri() + "/secret?…: "), failure::getMessage);
                for (Throwable t = failure; t != null; t = t.getCause()) {
                    assertFalse(String.valueOf(t.getMessage()).contains("Signature"), t::toString);
                }
            }
        }
    }

    @Test
    void saysThatNobodyListensOrIsKnown() throws Exception {
        network.close();
        try (RangeSource source = source("/big")) {
            IOException failure = assertThrows(IOException.class, () -> source.readSuffix(10));
            assertTrue(failure.getMessage().endsWith("can't connect (6 attempts)"), failure::getMessage);
        }
        try (RangeSource source = source(URI.create("http://no-such-host.invalid/a"), Map.of())) {
            IOException failure = assertThrows(IOException.class, () -> source.readSuffix(10));
            assertTrue(failure.getMessage().contains("host not found"), failure::getMessage);
        }
    }

    @Test
    void refusesWhatTheServerCompresses() throws Exception {
        server.put("/packed", CONTENT, Habit.COMPRESSES);
        try (RangeSource source = source("/packed")) {
            IOException failure = assertThrows(IOException.class, () -> source.readSuffix(10));
            assertTrue(failure.getMessage().contains("compressed (gzip)"), failure::getMessage);
        }
    }

    @Test
    void goesThroughTheProxyOfTheEnvironment() throws Exception {
        // To a proxy, a request for http:// is a request with another first line: any server can be one.
        try (WebServer proxy = new WebServer()) {
            proxy.put("/a", new byte[50]);
            URI far = URI.create("http://far-away.invalid/a");
            Map<String, String> environment = Map.of("http_proxy", proxy.uri("").toString());
            try (RangeSource source = source(far, environment)) {
                assertEquals(50, source.readSuffix(10).length());
            }
            Map<String, String> exempt = Map.of("http_proxy", proxy.uri("").toString(), "no_proxy", "far-away.invalid");
            try (RangeSource source = source(far, exempt)) {
                assertThrows(IOException.class, () -> source.readSuffix(10));
            }
            proxy.refuse("/a", 407);
            try (RangeSource source = source(far, environment)) {
                IOException failure = assertThrows(IOException.class, () -> source.readSuffix(10));
                assertTrue(failure.getMessage().contains("407"), failure::getMessage);
            }
        }
    }

    @Test
    void refusesAnObjectThatWasReplaced() throws Exception {
        server.put("/replaced", RangeSourceContract.bytes(10_000));
        try (RangeSource source = source("/replaced")) {
            source.readSuffix(100);
            server.put("/replaced", RangeSourceContract.bytes(10_001));
            IOException failure = assertThrows(IOException.class, () -> read(source, 0, 10));
            assertEquals(
                    network.uri() + "/replaced: was replaced while it was read: start again",
                    failure.getMessage());
        }
    }
}
