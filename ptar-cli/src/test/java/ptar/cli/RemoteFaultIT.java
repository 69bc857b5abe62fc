package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import ptar.cli.Ptar.Outcome;
import ptar.cli.remote.FaultProxy;
import ptar.cli.remote.FaultProxy.Fault;
import ptar.cli.remote.FaultProxy.Request;
import ptar.cli.remote.WebServer;
import ptar.cli.s3.S3Server;

/// Whatever the network and the server do: afterwards the whole archive is there and the exit code is 0, or nothing is
/// there and it is 2.
class RemoteFaultIT {
    private static final long SEED = Long.getLong("ptar.seed", System.nanoTime());

    @TempDir
    private static Path folder;

    private static S3Server server;
    private static WebServer web;
    private static byte[] archive;

    private String bucket;
    private FaultProxy network;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.embedded();
        web = new WebServer();
        Path tree = Files.createDirectories(folder.resolve("tree"));
        byte[] noise = new byte[5 << 20];
        for (int i = 0; i < 4; i++) {
            new Random(i).nextBytes(noise);
            Files.write(tree.resolve("noise" + i), noise);
        }
        assertEquals(0, Ptar.in(folder).run("cf", "local.ptar", "--block-size=4M", "tree").exitCode());
        archive = Files.readAllBytes(folder.resolve("local.ptar"));
    }

    @AfterAll
    static void stop() {
        web.close();
    }

    @BeforeEach
    void connect() throws IOException {
        bucket = server.newBucket();
        network = new FaultProxy(server.uri());
    }

    @AfterEach
    void disconnect() throws IOException {
        network.close();
    }

    private Ptar ptar() {
        return Ptar.in(folder).withS3At(network.uri()).with("AWS_MAX_ATTEMPTS", "3");
    }

    private String url() {
        return "s3://" + bucket + "/a.ptar";
    }

    private Outcome create() throws Exception {
        return ptar().run("cf", url(), "--block-size=4M", "tree");
    }

    private void assertWhole(Outcome created, Object fault) {
        assertEquals(0, created.exitCode(), () -> fault + ": " + created.err());
        assertArrayEquals(archive, server.get(bucket, "a.ptar"), fault::toString);
        assertEquals(0, server.unfinishedUploads(bucket), fault::toString);
    }

    private void assertNothing(Outcome created, Object fault) {
        assertEquals(2, created.exitCode(), () -> fault + ": " + created.err());
        assertTrue(created.err().startsWith("ptar: " + url() + ": "), () -> fault + ": " + created.err());
        assertNull(server.get(bucket, "a.ptar"), fault::toString);
        assertEquals(0, server.unfinishedUploads(bucket), fault::toString);
    }

    private static List<Fault> passing() {
        return List.of(
                Fault.error(500, "InternalError"), Fault.error(503, "SlowDown"), Fault.status(503),
                new Fault.CutRequest(3), new Fault.CutRequest(1_000_000), new Fault.CutAnswer(10),
                new Fault.LoseAnswer());
    }

    /// A request by what it asks for, however often it is sent; what goes on where an answer was cut, by its end.
    private static String nameOf(Request request) {
        String range = request.headers().getOrDefault("range", "");
        return request.method() + " " + request.target() + " " + range.substring(range.indexOf('-') + 1);
    }

    private static FaultProxy.Faults firstTimes(Fault fault) {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        return r -> seen.add(nameOf(r)) ? fault : Fault.NONE;
    }

    @ParameterizedTest
    @MethodSource("passing")
    void createsAllTheSameWhenEveryRequestFailsOnce(Fault fault) throws Exception {
        network.faults(firstTimes(fault));
        assertWhole(create(), fault);
        assertTrue(network.requests().size() > 8, () -> "requests: " + network.requests());
    }

    @ParameterizedTest
    @MethodSource("passing")
    void extractsAllTheSameWhenEveryRequestFailsOnce(Fault fault) throws Exception {
        server.put(bucket, "a.ptar", archive);
        web.put("/a.ptar", archive);
        try (FaultProxy toWeb = new FaultProxy(web.uri(""))) {
            for (String from : List.of(url(), toWeb.uri() + "/a.ptar")) {
                network.faults(firstTimes(fault));
                toWeb.faults(firstTimes(fault));
                Path out = Files.createTempDirectory(folder, "out");
                Outcome extracted = ptar().run("xf", from, "-C", out.toString());
                assertEquals(0, extracted.exitCode(), () -> from + ": " + fault + ": " + extracted.err());
                assertExtracted(out, 4);
            }
        }
    }

    /// All files that are there are whole.
    private static void assertExtracted(Path out, int count) throws IOException {
        Path tree = out.resolve("tree");
        try (Stream<Path> files = Files.exists(tree) ? Files.list(tree) : Stream.empty()) {
            List<Path> all = files.toList();
            assertTrue(all.size() >= count, all::toString);
            for (Path file : all) {
                Path original = folder.resolve("tree").resolve(file.getFileName());
                assertEquals(-1, Files.mismatch(original, file), all::toString);
            }
        }
    }

    /// @param method,part of the request that always fails
    @ParameterizedTest
    @CsvSource({"HEAD, a.ptar", "POST, uploads", "PUT, partNumber=1", "PUT, partNumber=3", "POST, uploadId="})
    void leavesNothingWhenARequestFailsForGood(String method, String part) throws Exception {
        for (Fault fault : List.of(Fault.error(500, "InternalError"), Fault.error(503, "SlowDown"))) {
            network.reset().faults(r -> r.is(method, part) ? fault : Fault.NONE);
            assertNothing(create(), method + " " + part + ": " + fault);
            assertTrue(network.count(method, part) >= 3, () -> "requests: " + network.requests());
        }
    }

    /// The connection of every request that carries bytes dies at the same byte of it.
    @Test
    void leavesNothingWhereverItIsCut() throws Exception {
        Random random = new Random(SEED);
        for (int i = 0; i < 4; i++) {
            long at = i == 0 ? 0 : random.nextLong(5 << 20); // parts of 5 MiB
            network.faults(r -> r.is("PUT", "partNumber=2") ? new Fault.CutRequest(at) : Fault.NONE);
            assertNothing(create(), "cut at " + at + ", -Dptar.seed=" + SEED);
        }
    }

    @Test
    void leavesNoPartOfAFileWhereverItIsCut() throws Exception {
        server.put(bucket, "a.ptar", archive);
        Random random = new Random(SEED);
        for (int i = 0; i < 3; i++) {
            int from = 2 + random.nextInt(4);
            long at = random.nextLong(4 << 20);
            network.reset().faults(r -> r.number() >= from ? new Fault.CutAnswer(at) : Fault.NONE);
            Path out = Files.createTempDirectory(folder, "out");
            Outcome extracted = ptar().run("xf", url(), "-C", out.toString());
            String where = "request " + from + " cut at " + at + ", -Dptar.seed=" + SEED;
            // A cut answer goes on where it ended, so what is cut late enough each time comes through.
            assertTrue(extracted.exitCode() == 2 || at > 0, () -> where + ": " + extracted.err());
            assertExtracted(out, extracted.exitCode() == 0 ? 4 : 0);
        }
        network.reset().faults(r -> r.number() > 2 ? new Fault.CutAnswer(0) : Fault.NONE);
        Path out = Files.createTempDirectory(folder, "out");
        Outcome extracted = ptar().run("xf", url(), "-C", out.toString());
        assertEquals(2, extracted.exitCode());
        assertTrue(extracted.err().contains("connection lost at byte "), extracted::err);
        assertExtracted(out, 0);
    }

    @Test
    void findsWhatIsThereWhenTheLastAnswerIsLost() throws Exception {
        network.faults(r -> r.is("POST", "uploadId=") ? new Fault.LoseAnswer() : Fault.NONE);
        assertWhole(create(), "lost answer");
    }

    @Test
    void saysThatItCanNotKnowWhenNobodyMayLook() throws Exception {
        AtomicInteger heads = new AtomicInteger();
        network.faults(r -> r.is("POST", "uploadId=") ? new Fault.LoseAnswer()
                : r.method().equals("HEAD") && heads.incrementAndGet() > 1 ? Fault.status(403) : Fault.NONE);
        Outcome created = create();
        assertEquals(2, created.exitCode());
        assertTrue(created.err().contains("whether it is there all the same can't be seen"), created::err);
        assertEquals(0, server.unfinishedUploads(bucket));
    }

    @Test
    void refusesAnArchiveThatIsReplacedMeanwhile() throws Exception {
        server.put(bucket, "a.ptar", archive);
        web.put("/b.ptar", archive);
        byte[] other = archive.clone();
        other[100]++;
        try (FaultProxy toWeb = new FaultProxy(web.uri(""))) {
            network.faults(r -> {
                if (r.number() == 3) {
                    server.put(bucket, "a.ptar", other);
                }
                return Fault.NONE;
            });
            toWeb.faults(r -> {
                if (r.number() == 3) {
                    web.put("/b.ptar", other);
                }
                return Fault.NONE;
            });
            for (String from : List.of(url(), toWeb.uri() + "/b.ptar")) {
                Path out = Files.createTempDirectory(folder, "out");
                Outcome extracted = ptar().run("xf", from, "-C", out.toString());
                assertEquals(2, extracted.exitCode(), extracted::err);
                assertTrue(extracted.err().contains("was replaced while it was read"), extracted::err);
                assertExtracted(out, 0);
            }
        }
    }

    @Test
    void goesOnWithNewCredentials() throws Exception {
        AtomicInteger expired = new AtomicInteger();
        network.faults(r -> r.is("PUT", "partNumber") && expired.incrementAndGet() <= 2
                ? Fault.error(400, "ExpiredToken") : Fault.NONE);
        assertWhole(create(), "expired for a while");
    }

    /// With credentials that are good for nothing any more, nobody can remove the parts: how to do it is said.
    @Test
    void saysWhatIsLeftWhenCredentialsExpire() throws Exception {
        network.faults(r -> r.number() > 4 ? Fault.error(400, "ExpiredToken") : Fault.NONE);
        Outcome created = create();
        assertEquals(2, created.exitCode());
        assertTrue(created.err().contains("the credentials have expired: log in again"), created::err);
        assertTrue(created.err().contains("remove them with aws s3api abort-multipart-upload --bucket '" + bucket
                + "' --key 'a.ptar' --upload-id '"), created::err);
        assertNull(server.get(bucket, "a.ptar"));

        server.put(bucket, "a.ptar", archive);
        network.reset().faults(r -> r.number() > 2 ? Fault.error(400, "ExpiredToken") : Fault.NONE);
        Path out = Files.createTempDirectory(folder, "out");
        Outcome extracted = ptar().run("xf", url(), "-C", out.toString());
        assertEquals(2, extracted.exitCode());
        assertTrue(extracted.err().contains("the credentials have expired: log in again"), extracted::err);
        assertExtracted(out, 0);
    }

    /// @param part of the request that is under way when the signal comes
    /// @param exitCode 0 where the archive is complete before the signal can stop it
    @ParameterizedTest
    @CsvSource({
        "HEAD, a.ptar, TERM, 143", "POST, uploads, INT, 130", "PUT, partNumber=1, TERM, 143",
        "PUT, partNumber=3, HUP, 129", "POST, uploadId=, TERM, 0"
    })
    void leavesNothingWhenASignalComes(String method, String part, String signal, int exitCode) throws Exception {
        network.faults(r -> {
            if (r.is(method, part)) {
                Interruption.pause(1500);
            }
            return Fault.NONE;
        });
        Process process = ptar().start("cf", url(), "--block-size=4M", "tree");
        for (int i = 0; i < 1000 && network.count(method, part) == 0; i++) {
            Thread.sleep(10);
        }
        assertEquals(1, network.count(method, part), () -> "requests: " + network.requests());
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        String said = new String(process.getErrorStream().readAllBytes());
        assertFalse(said.contains("Exception"), said);
        assertEquals(exitCode, process.exitValue(), said);
        assertEquals(exitCode == 0, server.get(bucket, "a.ptar") != null, said);
        assertEquals(0, server.unfinishedUploads(bucket), said);
        if (exitCode == 0) {
            assertArrayEquals(archive, server.get(bucket, "a.ptar"));
        }
    }

    @Test
    void saysThatNobodyListens() throws Exception {
        network.close();
        for (String[] command : new String[][] {{"cf", url(), "tree"}, {"tf", url()}, {"xf", url()}}) {
            Outcome down = ptar().run(command);
            assertEquals(2, down.exitCode());
            assertTrue(
                    down.err().contains("can't connect: check the network and --endpoint-url (3 attempts)"), down::err);
        }
        assertNull(server.get(bucket, "a.ptar"));
    }
}
