package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.cli.Ptar.Outcome;
import ptar.cli.remote.FaultProxy;
import ptar.cli.remote.FaultProxy.Fault;
import ptar.cli.remote.WebServer;
import ptar.cli.s3.S3Server;

/// The command with archives that are somewhere else.
class RemoteIT {
    @TempDir
    private Path folder;

    private S3Server server;
    private String bucket;
    private FaultProxy network;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.embedded();
        bucket = server.newBucket();
        network = new FaultProxy(server.uri());
        Path tree = Files.createDirectories(folder.resolve("tree/sub"));
        Files.writeString(tree.resolve("small.txt"), "a small file\n");
        byte[] noise = new byte[12 << 20];
        new Random(1).nextBytes(noise);
        Files.write(tree.resolve("noise"), noise);
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
        assertEquals(0, server.unfinishedUploads(bucket));
    }

    private Ptar ptar() {
        return Ptar.in(folder).withS3At(network.uri());
    }

    private String url() {
        return "s3://" + bucket + "/a.ptar";
    }

    private static void assertDone(Outcome outcome) {
        assertEquals(0, outcome.exitCode(), outcome::err);
    }

    @Test
    void createsListsAndExtractsInS3() throws Exception {
        Outcome created = ptar().run("cvf", url(), "--stats", "tree");
        assertDone(created);
        assertEquals("tree/\ntree/sub/\ntree/sub/noise\ntree/sub/small.txt\n", created.out());
        assertTrue(created.err().contains("Network: "), created::err);

        network.reset();
        Outcome listed = ptar().run("tf", url());
        assertDone(listed);
        assertEquals(created.out(), listed.out());
        assertEquals(1, network.requests().size());

        network.reset();
        Files.createDirectories(folder.resolve("out"));
        Outcome one = ptar().run("xf", url(), "--stats", "-C", "out", "tree/sub/small.txt");
        assertDone(one);
        assertEquals("a small file\n", Files.readString(folder.resolve("out/tree/sub/small.txt")));
        assertTrue(network.requests().size() <= 3, () -> "requests: " + network.requests());

        assertDone(ptar().run("xf", url(), "-C", "out"));
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("tree/sub/noise")),
                Files.readAllBytes(folder.resolve("out/tree/sub/noise")));
    }

    @Test
    void keepsEncryptedArchivesInS3() throws Exception {
        assertDone(ptar().run("key", "new", "k"));
        assertDone(ptar().run("-cWf", url(), "--key-file=k", "tree"));
        network.reset();
        assertEquals("tree/\ntree/sub/\ntree/sub/noise\ntree/sub/small.txt\n",
                ptar().run("-tf", url(), "--key-file=k").out());
        assertEquals(1, network.requests().size());
        Files.createDirectories(folder.resolve("out"));
        assertDone(ptar().run("-xf", url(), "--key-file=k", "-C", "out"));
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("tree/sub/noise")),
                Files.readAllBytes(folder.resolve("out/tree/sub/noise")));

        byte[] archive = server.get(bucket, "a.ptar");
        Files.createDirectories(folder.resolve("none"));
        for (int length : new int[] {archive.length - 1, archive.length + 1, archive.length - (1 << 20)}) {
            server.put(bucket, "a.ptar", Arrays.copyOf(archive, length));
            Outcome refused = ptar().run("-xf", url(), "--key-file=k", "-C", "none");
            assertEquals(2, refused.exitCode());
            assertEquals(1, refused.err().lines().count(), refused::err);
            assertTrue(refused.err().startsWith("ptar: " + url() + ": "), refused::err);
            assertTrue(refused.err().contains(": nothing more is taken from an encrypted archive then"), refused::err);
            try (var files = Files.list(folder.resolve("none"))) {
                assertEquals(0, files.count());
            }
        }
    }

    /// A file repeats what another has and what it has itself, in blocks that have gone by: objects show nothing yet.
    @Test
    void extractsRepeatedContentFromAPipeIntoS3() throws Exception {
        byte[] noise = Files.readAllBytes(folder.resolve("tree/sub/noise"));
        Files.write(folder.resolve("tree/sub/noise"), noise, StandardOpenOption.APPEND);
        Files.copy(folder.resolve("tree/sub/noise"), folder.resolve("tree/sub/other"));
        assertDone(ptar().run("cf", "a.ptar", "--block-size=1M", "tree"));
        assertDone(ptar().run(folder.resolve("a.ptar"), "x", "-C", "s3://" + bucket + "/out/"));
        for (String name : new String[] {"noise", "other"}) {
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve("tree/sub/noise")),
                    server.get(bucket, "out/tree/sub/" + name));
        }
    }

    @Test
    void keepsAnArchiveThatIsThere() throws Exception {
        server.put(bucket, "a.ptar", new byte[] {1});
        Outcome refused = ptar().run("cf", url(), "tree");
        assertEquals(2, refused.exitCode());
        assertTrue(refused.err().contains("is there already: give --overwrite-archive to replace it"), refused::err);
        assertEquals(1, server.get(bucket, "a.ptar").length);
        assertDone(ptar().run("cf", url(), "--overwrite-archive", "-W", "tree"));
    }

    @Test
    void saysInOneLineWhatIsWrong() throws Exception {
        Outcome missing = ptar().run("tf", url());
        assertEquals(2, missing.exitCode());
        assertTrue(missing.err().startsWith("ptar: " + url() + ": "), missing::err);
        assertTrue(missing.err().contains("no such object\n"), missing::err);

        network.faults(_ -> Fault.error(403, "ExpiredToken"));
        network.faults(_ -> Fault.error(403, "AccessDenied"));
        Outcome denied = ptar().run("cf", url(), "tree");
        assertEquals(2, denied.exitCode());
        assertTrue(denied.err().contains("access denied: these credentials may not do s3:PutObject"), denied::err);

        Outcome tree = ptar().run("cf", "s3://bucket/", "tree");
        assertEquals(2, tree.exitCode());
        assertTrue(tree.err().contains("s3://bucket/key is needed"), tree::err);
    }

    @Test
    void archivesAndExtractsTreesInS3() throws Exception {
        server.put(bucket, "from/a/x.txt", "x\n".getBytes(StandardCharsets.UTF_8));
        server.put(bucket, "from/y.txt", "y\n".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 30; i++) {
            server.put(bucket, "many/" + i, ("object " + i).getBytes(StandardCharsets.UTF_8));
        }
        network.reset().latencyMillis(30);
        Outcome many = ptar().run("cf", "many.ptar", "--stats", "s3://" + bucket + "/many/");
        assertDone(many);
        assertTrue(many.err().contains("\nNetwork: 33 requests, 0 retries, 260 B received, "), many::err);
        assertTrue(network.mostInFlight() >= 4, () -> "in flight: " + network.mostInFlight());
        network.latencyMillis(0);

        assertDone(ptar().run("cf", "b.ptar", "s3://" + bucket + "/from/"));
        assertEquals("./\n./a/\n./a/x.txt\n./y.txt\n", ptar().run("tf", "b.ptar").out());
        assertDone(ptar().run("cf", "c.ptar", "-C", "s3://" + bucket + "/from", "a", "s3://" + bucket + "/from/y.txt"));
        assertEquals("a/\na/x.txt\ny.txt\n", ptar().run("tf", "c.ptar").out());

        assertDone(ptar().run("cf", "d.ptar", "tree"));
        Outcome extracted = ptar().run("xf", "d.ptar", "--stats", "-C", "s3://" + bucket + "/to/");
        assertDone(extracted);
        assertTrue(extracted.err().contains("\nNetwork: "), extracted::err);
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("tree/sub/noise")), server.get(bucket, "to/tree/sub/noise"));
        assertEquals("a small file\n", new String(
                server.get(bucket, "to/tree/sub/small.txt"), StandardCharsets.UTF_8));
        Outcome kept = ptar().run("xkf", "d.ptar", "-C", "s3://" + bucket + "/to/");
        assertEquals(2, kept.exitCode());
        assertTrue(kept.err().contains("tree/sub/small.txt: Cannot open: File exists"), kept::err);
    }

    @Test
    void readsFromAWebServer() throws Exception {
        assertDone(Ptar.in(folder).run("cf", "a.ptar", "tree"));
        byte[] archive = Files.readAllBytes(folder.resolve("a.ptar"));
        try (WebServer web = new WebServer()) {
            web.put("/a.ptar", archive);
            web.put("/whole.ptar", archive, WebServer.Habit.NO_RANGES);
            for (String path : new String[] {"/a.ptar?token=secret", "/whole.ptar?token=secret"}) {
                Outcome listed = Ptar.in(folder).run("tf", web.uri(path).toString());
                assertDone(listed);
                assertEquals("tree/\ntree/sub/\ntree/sub/noise\ntree/sub/small.txt\n", listed.out());
                Path out = Files.createDirectories(folder.resolve("out" + path.substring(1, 3)));
                Outcome extracted = Ptar.in(folder).run("xf", web.uri(path).toString(), "-C", out.toString());
                assertDone(extracted);
                assertArrayEquals(
                        Files.readAllBytes(folder.resolve("tree/sub/noise")),
                        Files.readAllBytes(out.resolve("tree/sub/noise")));
                assertTrue(!extracted.err().contains("secret"), extracted::err);
            }
            web.refuse("/a.ptar", 403);
            Outcome refused = Ptar.in(folder).run("tf", web.uri("/a.ptar?se=2020-01-01T00:00:00Z").toString());
            assertEquals(2, refused.exitCode());
            assertTrue(refused.err().contains("the link expired at 2020-01-01T00:00:00Z"), refused::err);
        }
    }

    @Test
    void listsAPipeOfNamesIntoS3() throws Exception {
        Path names = Files.write(folder.resolve("names"), "tree/sub/small.txt\n".getBytes(StandardCharsets.UTF_8));
        Outcome created = ptar().run(names, "cf", url(), "-T", "-");
        assertDone(created);
        assertEquals("tree/sub/small.txt\n", ptar().run("tf", url()).out());
    }
}
