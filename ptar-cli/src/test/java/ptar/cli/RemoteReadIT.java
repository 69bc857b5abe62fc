package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.cli.Ptar.Outcome;
import ptar.cli.remote.FaultProxy;
import ptar.cli.remote.ManyFiles;
import ptar.cli.remote.WebServer;
import ptar.cli.s3.S3Server;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.layout.Extent;
import ptar.read.ArchiveReader;
import ptar.read.KeyFinder;
import ptar.storage.FileSource;
import ptar.tree.EntryPath;

/// What reading from far away costs, counted at a proxy that makes every request wait for 50 ms.
/// `-Dptar.large=true` takes an archive of a million entries in place of 100,000.
class RemoteReadIT {
    private static final int ENTRIES = Boolean.getBoolean("ptar.large") ? 1_000_000 : 100_000;
    private static final int WANTED = ENTRIES / 2 + 7;
    private static final int WANTED_SIZE = 10_000;
    private static final int LATENCY_MILLIS = 50;

    /// What one read brings at the end of an archive.
    private static final int SUFFIX = 512 << 10;

    /// What is read is whole segments.
    private static final int SEGMENT = 64 << 10;

    /// The most that the specification allows.
    private static final int LEAF = 64 << 10;

    @TempDir
    private static Path folder;

    private static S3Server server;
    private static WebServer web;
    private static String bucket;

    /// An archive that lies in S3 and on a web server.
    private record Far(String url, FaultProxy network) {}

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.embedded();
        bucket = server.newBucket();
        web = new WebServer();
        ManyFiles.archive(folder.resolve("many.ptar"), ENTRIES, 100_000_000 / ENTRIES, WANTED, WANTED_SIZE);
        ManyFiles.archive(folder.resolve("few.ptar"), 100, 1000, 50, 1000);
        Path tree = Files.createDirectories(folder.resolve("tree"));
        byte[] noise = new byte[120 << 20];
        new Random(3).nextBytes(noise);
        Files.write(tree.resolve("noise"), noise);
        Outcome created = Ptar.in(folder).run("cf", "noise.ptar", "tree");
        assertEquals(0, created.exitCode(), created::err);
        for (String name : List.of("many.ptar", "few.ptar", "noise.ptar")) {
            byte[] archive = Files.readAllBytes(folder.resolve(name));
            server.put(bucket, name, archive);
            web.put("/" + name, archive);
        }
    }

    @AfterAll
    static void stop() {
        web.close();
    }

    private static List<Far> places(String name) throws IOException {
        FaultProxy toS3 = new FaultProxy(server.uri()).latencyMillis(LATENCY_MILLIS);
        FaultProxy toWeb = new FaultProxy(web.uri("")).latencyMillis(LATENCY_MILLIS);
        return List.of(
                new Far("s3://" + bucket + "/" + name, toS3), new Far(toWeb.uri() + "/" + name, toWeb));
    }

    private static Outcome run(Far far, String... arguments) throws Exception {
        Ptar ptar = Ptar.in(folder);
        if (far.url.startsWith("s3:")) {
            ptar.withS3At(far.network.uri());
        }
        Outcome outcome = ptar.run(arguments);
        assertEquals(0, outcome.exitCode(), outcome::err);
        return outcome;
    }

    @Test
    void takesOneFileOutOfManyByThreeRequests() throws Exception {
        String name = ManyFiles.nameOf(WANTED);
        long block = storedLengthOfBlock(folder.resolve("many.ptar"), name);
        for (Far far : places("many.ptar")) {
            try (FaultProxy network = far.network) {
                Path out = Files.createTempDirectory(folder, "out");
                long started = System.nanoTime();
                run(far, "xf", far.url, "-C", out.toString(), name);
                long millis = (System.nanoTime() - started) / 1_000_000;
                assertArrayEquals(ManyFiles.contentOf(WANTED, WANTED_SIZE), Files.readAllBytes(out.resolve(name)));
                String cost = far.url + ": " + network.requests().size() + " requests, " + network.bytesToClient()
                        + " bytes for a block of " + block + ", " + millis + " ms";
                assertTrue(network.requests().size() <= 3, cost);
                assertTrue(network.bytesToClient() <= segments(block) + segments(LEAF) + SUFFIX, cost);
            }
        }
    }

    /// Those that so many bytes lie in, wherever they begin.
    private static long segments(long bytes) {
        return (bytes + SEGMENT - 2) / SEGMENT * SEGMENT + SEGMENT;
    }

    private static long storedLengthOfBlock(Path archive, String name) throws IOException {
        try (ArchiveReader reader = ArchiveReader.open(new FileSource(archive), KeyFinder.PLAIN)) {
            Entry entry = reader.entries(EntryPath.of(name), EntryCursor.Damage.FATAL).next();
            return ((Extent.Data) entry.extents().getFirst()).block().pointer().storedLength();
        }
    }

    @Test
    void listsASmallArchiveByOneRequest() throws Exception {
        for (Far far : places("few.ptar")) {
            try (FaultProxy network = far.network) {
                List<String> expected = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    expected.add(ManyFiles.nameOf(i) + (i == 0 ? "/" : ""));
                }
                assertEquals(expected, run(far, "tf", far.url).out().lines().toList());
                assertEquals(1, network.requests().size(), () -> far.url + ": " + network.requests());
            }
        }
    }

    @Test
    void keepsFourRangesInFlight() throws Exception {
        for (Far far : places("noise.ptar")) {
            try (FaultProxy network = far.network.bytesPerSecond(20_000_000)) {
                Path out = Files.createTempDirectory(folder, "out");
                run(far, "xf", far.url, "-C", out.toString());
                assertEquals(-1, Files.mismatch(folder.resolve("tree/noise"), out.resolve("tree/noise")));
                String flight = far.url + ": " + network.requests().size() + " requests, at most "
                        + network.mostInFlight() + " in flight, share of time with 4: " + network.shareOfTimeWith(4);
                assertTrue(network.mostInFlight() >= 4, flight);
                // 0.8 to 0.9 on a quiet machine; less where decoding waits for a processor.
                assertTrue(network.shareOfTimeWith(4) > 0.2, flight);
            }
        }
    }
}
