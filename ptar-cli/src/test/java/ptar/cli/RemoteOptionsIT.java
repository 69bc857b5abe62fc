package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.cli.Ptar.Outcome;
import ptar.cli.remote.FaultProxy;
import ptar.cli.remote.FaultProxy.Fault;
import ptar.cli.remote.WebServer;
import ptar.cli.s3.S3Server;

/// What options and variables say about a server, seen in the requests that leave.
class RemoteOptionsIT {
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
        Files.writeString(folder.resolve("file"), "content\n");
        Files.createDirectory(folder.resolve(".aws"));
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
    }

    private Ptar ptar() {
        return Ptar.in(folder).with("HOME", folder.toString()).with("AWS_EC2_METADATA_DISABLED", "true");
    }

    private Ptar ptarWithKey() {
        return ptar().with("AWS_ACCESS_KEY_ID", "ptar-test").with("AWS_SECRET_ACCESS_KEY", "not-a-secret");
    }

    /// Of the request that is refused.
    private Map<String, String> headersOfLast() {
        return network.requests().getLast().headers();
    }

    private void refuse() {
        network.reset().faults(r -> r.method().equals("HEAD") ? Fault.status(404) : Fault.error(403, "AccessDenied"));
    }

    @Test
    void sendsHowTheObjectIsToBeKept() throws Exception {
        Files.writeString(folder.resolve(".aws/config"), """
                [profile far]
                aws_access_key_id = key-of-the-profile
                aws_secret_access_key = not-a-secret
                region = eu-north-1
                endpoint_url = %s
                """.formatted(network.uri()));
        refuse();
        Outcome outcome = ptarWithKey().run(
                "cf", "s3://" + bucket + "/a.ptar", "--profile=far", "--storage-class=GLACIER_IR", "--sse=aws:kms",
                "--sse-kms-key-id=key-1", "--s3-tag=team=blue", "--s3-tag=cost=7", "--requester-pays", "file");
        assertEquals(2, outcome.exitCode());
        Map<String, String> headers = headersOfLast();
        assertEquals("GLACIER_IR", headers.get("x-amz-storage-class"));
        assertEquals("aws:kms", headers.get("x-amz-server-side-encryption"));
        assertEquals("key-1", headers.get("x-amz-server-side-encryption-aws-kms-key-id"));
        assertEquals("requester", headers.get("x-amz-request-payer"));
        assertTrue(headers.get("x-amz-tagging").matches("team=blue&cost=7|cost=7&team=blue"), headers::toString);
        assertTrue(headers.get("authorization").contains("Credential=key-of-the-profile/"), headers::toString);
        assertTrue(headers.get("authorization").contains("/eu-north-1/s3/"), headers::toString);
        assertEquals("/" + bucket + "/a.ptar", network.requests().getLast().target());
    }

    @Test
    void readsWithoutCredentialsAVersion() throws Exception {
        refuse();
        Outcome outcome = ptar().run(
                "tf", "s3://" + bucket + "/a.ptar?versionId=v1", "--endpoint-url", network.uri().toString(),
                "--region=xx-west-9", "--no-sign-request", "--requester-pays");
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("may not do s3:GetObjectVersion"), outcome::err);
        assertFalse(headersOfLast().containsKey("authorization"));
        assertEquals("requester", headersOfLast().get("x-amz-request-payer"));
        assertEquals("/" + bucket + "/a.ptar?versionId=v1", network.requests().getLast().target());
    }

    /// By way of a proxy that has every name.
    @Test
    void asksThroughTheProxyThatTheEnvironmentNames() throws Exception {
        refuse();
        Outcome viaS3 = ptarWithKey().with("http_proxy", network.uri().toString()).run(
                "tf", "s3://" + bucket + "/a.ptar", "--endpoint-url=http://s3.example.test", "--s3-path-style=no");
        assertEquals(2, viaS3.exitCode());
        assertEquals(bucket + ".s3.example.test", headersOfLast().get("host"), viaS3::err);
        network.reset();
        Outcome viaWeb = ptar().with("http_proxy", network.uri().toString())
                .run("tf", "http://www.example.test/a.ptar?token=secret");
        assertTrue(viaWeb.err().startsWith("ptar: http://www.example.test/a.ptar?…: "), viaWeb::err);
        assertEquals("www.example.test", headersOfLast().get("host"));
        assertEquals(1, network.requests().size());
        network.reset();
        Outcome notThere = ptar().with("http_proxy", network.uri().toString()).with("no_proxy", "localhost,127.0.0.1")
                .run("tf", "http://127.0.0.1:1/a.ptar");
        assertEquals(2, notThere.exitCode());
        assertEquals(0, network.requests().size());
    }

    @Test
    void saysWhatToDoInOneLine() throws Exception {
        record Case(Fault fault, String said) {}
        Case[] cases = {
            new Case(Fault.error(403, "AccessDenied"), "access denied: these credentials may not do s3:GetObject"),
            new Case(Fault.error(404, "NoSuchBucket"), "no such bucket: check its name, --region and --endpoint-url"),
            new Case(new Fault.Answer(301, "x-amz-bucket-region: eu-west-3\r\n", ""), "give --region eu-west-3"),
            new Case(Fault.error(403, "InvalidObjectState"), "restore it first (aws s3api restore-object)"),
            new Case(Fault.error(403, "SignatureDoesNotMatch"), "the server does not accept these credentials"),
        };
        for (Case c : cases) {
            network.faults(_ -> c.fault);
            Outcome outcome = ptarWithKey().run(
                    "tf", "s3://" + bucket + "/a.ptar", "--endpoint-url=" + network.uri(), "--region=us-east-1");
            assertEquals(2, outcome.exitCode());
            String first = outcome.err().lines().findFirst().orElseThrow();
            assertTrue(first.startsWith("ptar: s3://" + bucket + "/a.ptar: ") && first.contains(c.said), outcome::err);
            assertEquals(2, outcome.err().lines().count(), outcome::err);
        }
        Outcome nobody = ptar().run("tf", "s3://" + bucket + "/a.ptar", "--endpoint-url=" + network.uri());
        assertTrue(nobody.err().contains("no credentials: set AWS_ACCESS_KEY_ID and"), nobody::err);
        Outcome noProfile = ptar().run("tf", "s3://" + bucket + "/a.ptar", "--profile=nobody");
        assertTrue(noProfile.err().contains("no credentials for this profile: check --profile"), noProfile::err);
        for (String typo : new String[] {"localhost:9000:1", "ftp://host", "http://"}) {
            Outcome wrong = ptarWithKey().run("tf", "s3://" + bucket + "/a.ptar", "--endpoint-url=" + typo);
            assertEquals(2, wrong.exitCode());
            assertTrue(wrong.err().contains("--endpoint-url is not of the form https://host:port"), wrong::err);
        }
    }

    @Test
    void saysWhichSettingIsWrong() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken"), "[profile x\n");
        record Case(String variable, String value, String said) {}
        for (Case c : new Case[] {
            new Case("AWS_ENDPOINT_URL", "not a url", "environment variable AWS_ENDPOINT_URL"),
            new Case("AWS_CONFIG_FILE", broken.toString(), "~/.aws/config, ~/.aws/credentials): Profile definition"),
            new Case("AWS_CA_BUNDLE", "/nowhere/ca.pem", "/nowhere/ca.pem, which should hold certificates to trust,"),
        }) {
            for (String[] command : new String[][] {
                {"tf", "s3://" + bucket + "/a.ptar"}, {"cf", "s3://" + bucket + "/a.ptar", "file"}
            }) {
                Outcome outcome = ptarWithKey().with(c.variable, c.value).run(command);
                assertEquals(2, outcome.exitCode());
                assertTrue(
                        outcome.err().startsWith("ptar: s3://" + bucket + "/a.ptar: Cannot ")
                                && outcome.err().contains(c.said),
                        outcome::err);
            }
        }
    }

    /// Which would take longer than most commands do.
    @Test
    void loadsNothingOfAmazonsForLocalArchives() throws Exception {
        Path log = folder.resolve("classes");
        Ptar ptar = Ptar.in(folder).with("PTAR_JAVA_OPTS", "-Xlog:class+load:file=" + log);
        for (String[] command : new String[][] {{"cf", "a.ptar", "file"}, {"tf", "a.ptar"}, {"xf", "a.ptar"}}) {
            assertEquals(0, ptar.run(command).exitCode());
            List<String> classes = Files.readAllLines(log);
            assertTrue(classes.stream().anyMatch(line -> line.contains("ptar.cli.Main ")));
            assertEquals(List.of(), classes.stream().filter(
                    line -> line.contains("amazon") || line.contains("ptar.cli.s3") || line.contains("java.net.http"))
                    .toList());
        }
    }

    @Test
    void cutsPartsAsGiven() throws Exception {
        byte[] noise = new byte[12 << 20];
        new java.util.Random(1).nextBytes(noise);
        Files.write(folder.resolve("noise"), noise);
        Outcome outcome = Ptar.in(folder).withS3At(network.uri())
                .run("cf", "s3://" + bucket + "/a.ptar", "--s3-part-size=5M", "noise");
        assertEquals(0, outcome.exitCode(), outcome::err);
        assertEquals(3, network.count("PUT", "partNumber"));
        assertEquals("5242880", network.requests().stream().filter(r -> r.is("PUT", "partNumber=1")).findFirst()
                .orElseThrow().headers().get("content-length"));
        network.reset();
        assertEquals(0, Ptar.in(folder).withS3At(network.uri())
                .run("cf", "s3://" + bucket + "/b.ptar", "--expected-size=1T", "noise").exitCode());
        assertEquals(0, network.count("PUT", "partNumber"), "parts for 1 TiB are longer than this");
    }

    /// Cloudflare's R2, which is known by its name: the proxy answers in its place.
    @Test
    void sendsEqualPartsWhereTheyAreWanted() throws Exception {
        byte[] noise = new byte[12 << 20];
        new java.util.Random(1).nextBytes(noise);
        Files.write(folder.resolve("noise"), noise);
        network.faults(r -> switch (r.method()) {
            case "HEAD" -> Fault.status(404);
            case "POST" -> new Fault.Answer(200, "", r.target().contains("uploads")
                    ? "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
                    : "<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>");
            default -> new Fault.Answer(200, "ETag: \"1\"\r\n", "");
        });
        Outcome outcome = ptarWithKey().with("http_proxy", network.uri().toString()).with("AWS_REGION", "auto").run(
                "cf", "s3://" + bucket + "/a.ptar", "--endpoint-url=http://me.r2.cloudflarestorage.com", "noise");
        assertEquals(0, outcome.exitCode(), outcome::err);
        // What fits into the first one of 64 MiB is the last.
        assertEquals(1, network.count("PUT", "partNumber"));
    }

    @Test
    void streamsFromAServerThatIgnoresRanges() throws Exception {
        byte[] noise = new byte[2 << 20];
        new java.util.Random(1).nextBytes(noise);
        Files.write(folder.resolve("noise"), noise);
        assertEquals(0, Ptar.in(folder).run("cf", "a.ptar", "noise").exitCode());
        try (WebServer web = new WebServer()) {
            web.put("/a.ptar", Files.readAllBytes(folder.resolve("a.ptar")), WebServer.Habit.NO_RANGES);
            Outcome listed = ptar().run("tf", web.uri("/a.ptar?token=secret").toString());
            assertEquals(0, listed.exitCode(), listed::err);
            assertEquals("noise\n", listed.out());
            assertEquals(
                    "ptar: " + web.uri("/a.ptar")
                            + "?…: the server does not do ranges, so it can only be read from start to end\n",
                    listed.err());
        }
    }

    @Test
    void refusesWhatAServerSaysOfOtherBytes() throws Exception {
        byte[] noise = new byte[2 << 20];
        new java.util.Random(1).nextBytes(noise);
        Files.write(folder.resolve("noise"), noise);
        assertEquals(0, Ptar.in(folder).run("cf", "a.ptar", "noise").exitCode());
        record Case(WebServer.Habit habit, String said) {}
        try (WebServer web = new WebServer()) {
            for (Case c : new Case[] {
                new Case(WebServer.Habit.SAYS_OTHER_RANGES, "the server sent bytes "),
                new Case(WebServer.Habit.SAYS_LONGER, "ends before byte "),
            }) {
                web.put("/a.ptar", Files.readAllBytes(folder.resolve("a.ptar")), c.habit);
                Outcome outcome = ptar().run("tf", web.uri("/a.ptar?token=secret").toString());
                assertEquals(2, outcome.exitCode());
                String first = outcome.err().lines().findFirst().orElseThrow();
                assertTrue(
                        first.startsWith("ptar: " + web.uri("/a.ptar") + "?…: ") && first.contains(c.said),
                        outcome::err);
                assertEquals(2, outcome.err().lines().count(), outcome::err);
                assertFalse(outcome.err().contains("secret"), outcome::err);
            }
        }
    }
}
