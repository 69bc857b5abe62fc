package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.cli.Ptar.Outcome;
import ptar.cli.remote.FaultProxy;
import ptar.cli.remote.TunnelProxy;
import ptar.cli.s3.CredentialServer;
import ptar.cli.s3.S3Server;

/// All places where credentials may come from, each by an upload that the server accepts; and TLS through a proxy.
class CredentialsIT {
    @TempDir
    private static Path folder;

    private static S3Server server;
    private static SSLContext tls;

    private String bucket;
    private FaultProxy network;
    private CredentialServer giver;

    @BeforeAll
    static void start() throws Exception {
        Process keytool = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/keytool", "-genkeypair", "-keyalg", "EC", "-alias", "test",
                "-dname", "CN=test", "-ext", "san=dns:s3.example.test,dns:www.example.test,ip:127.0.0.1", "-storepass",
                "password", "-keystore", folder.resolve("store").toString()).redirectErrorStream(true).start();
        assertEquals(0, keytool.waitFor(), "keytool");
        KeyStore keys = KeyStore.getInstance(folder.resolve("store").toFile(), "password".toCharArray());
        Files.writeString(folder.resolve("ca.pem"), "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getCertificate("test").getEncoded())
                + "\n-----END CERTIFICATE-----\n");
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "password".toCharArray());
        tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), null, null);
        server = S3Server.withTls(folder.resolve("store"), "password");
        Files.writeString(folder.resolve("file"), "content\n");
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop();
    }

    @BeforeEach
    void connect() throws Exception {
        bucket = server.newBucket();
        network = new FaultProxy(server.uri());
        giver = new CredentialServer(null);
        Files.createDirectories(folder.resolve(".aws/sso/cache"));
        Files.deleteIfExists(folder.resolve(".aws/config"));
    }

    @AfterEach
    void disconnect() throws IOException {
        network.close();
        giver.close();
    }

    /// Nobody has credentials, but who is told to.
    private Ptar ptar() {
        return Ptar.in(folder).with("HOME", folder.toString()).with("AWS_ENDPOINT_URL_S3", network.uri().toString())
                .with("AWS_REGION", "us-east-1").with("AWS_EC2_METADATA_DISABLED", "true");
    }

    private Outcome create(Ptar ptar, String... more) throws Exception {
        String[] command = new String[more.length + 3];
        command[0] = "cf";
        command[1] = "s3://" + bucket + "/a.ptar";
        command[2] = "file";
        System.arraycopy(more, 0, command, 3, more.length);
        return ptar.run(command);
    }

    private void assertCreatedWith(String token, Outcome created) {
        assertEquals(0, created.exitCode(), () -> created.err() + giver.requests());
        Map<String, String> headers = network.requests().getLast().headers();
        assertTrue(headers.get("authorization").contains("Credential=ptar-test/"), headers::toString);
        assertEquals(token, headers.get("x-amz-security-token"));
        assertTrue(server.get(bucket, "a.ptar").length > 0);
    }

    @Test
    void asksTheMachineForItsRole() throws Exception {
        assertCreatedWith("from-machine", create(ptar().with("AWS_EC2_METADATA_DISABLED", "false")
                .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", giver.url())));
        assertTrue(giver.requests().getFirst().startsWith("PUT /latest/api/token"), giver.requests()::toString);
    }

    @Test
    void asksTheContainerForItsRole() throws Exception {
        assertCreatedWith("from-machine", create(ptar()
                .with("AWS_CONTAINER_CREDENTIALS_FULL_URI", giver.url() + "/container")
                .with("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer container")));
    }

    @Test
    void assumesARoleByAWebIdentity() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "web-token");
        assertCreatedWith("from-web-identity", create(ptar().with("AWS_ENDPOINT_URL_STS", giver.url())
                .with("AWS_WEB_IDENTITY_TOKEN_FILE", token.toString())
                .with("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/test")
                .with("AWS_ROLE_SESSION_NAME", "test")));
    }

    private void configure(String config) throws IOException {
        Files.writeString(folder.resolve(".aws/config"), config);
    }

    @Test
    void assumesTheRoleOfAProfile() throws Exception {
        configure("""
                [profile far]
                role_arn = arn:aws:iam::123456789012:role/test
                source_profile = near
                [profile near]
                aws_access_key_id = somebody
                aws_secret_access_key = secret
                """);
        assertCreatedWith("from-role", create(ptar().with("AWS_ENDPOINT_URL_STS", giver.url()), "--profile=far"));
    }

    /// Who gives out roles shows a certificate that only the bundle knows.
    @Test
    void trustsTheSameForRolesAsForObjects() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "web-token");
        try (CredentialServer overTls = new CredentialServer(tls)) {
            Ptar ptar = ptar().with("AWS_ENDPOINT_URL_STS", overTls.url()).with("AWS_CA_BUNDLE", "")
                    .with("AWS_WEB_IDENTITY_TOKEN_FILE", token.toString())
                    .with("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/test").with("AWS_MAX_ATTEMPTS", "1");
            Outcome stranger = create(ptar);
            assertEquals(2, stranger.exitCode());
            assertEquals(List.of(), overTls.requests());
            assertCreatedWith("from-web-identity", create(ptar, "--ca-bundle=" + folder.resolve("ca.pem")));
        }
    }

    @Test
    void runsTheProgramOfAProfile() throws Exception {
        Path program = Files.writeString(folder.resolve("give"), """
                #!/bin/sh
                echo '{"Version": 1, "AccessKeyId": "ptar-test", "SecretAccessKey": "not-a-secret",
                       "SessionToken": "from-program"}'
                """);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        configure("[profile far]\ncredential_process = " + program + "\n");
        assertCreatedWith("from-program", create(ptar(), "--profile=far"));
    }

    private void signOn(Instant until) throws Exception {
        configure("""
                [profile far]
                sso_session = company
                sso_account_id = 123456789012
                sso_role_name = test
                [sso-session company]
                sso_region = us-east-1
                sso_start_url = https://company.example.test/start
                """);
        String name = HexFormat.of().formatHex(
                MessageDigest.getInstance("SHA-1").digest("company".getBytes(StandardCharsets.UTF_8)));
        Files.writeString(folder.resolve(".aws/sso/cache/" + name + ".json"), """
                {"startUrl": "https://company.example.test/start", "region": "us-east-1", "accessToken": "sso-token",
                 "expiresAt": "%s"}""".formatted(until.truncatedTo(ChronoUnit.SECONDS)));
    }

    @Test
    void signsOnOnceForAll() throws Exception {
        signOn(Instant.now().plus(1, ChronoUnit.HOURS));
        assertCreatedWith("from-sso", create(ptar().with("AWS_ENDPOINT_URL_SSO", giver.url()), "--profile=far"));
    }

    @Test
    void saysThatTheSignOnHasExpired() throws Exception {
        signOn(Instant.now().minus(1, ChronoUnit.HOURS));
        Outcome expired = create(ptar().with("AWS_ENDPOINT_URL_SSO", giver.url()), "--profile=far");
        assertEquals(2, expired.exitCode());
        assertTrue(expired.err().contains("the single sign-on has expired: run aws sso login"), expired::err);
        Files.delete(Files.list(folder.resolve(".aws/sso/cache")).findFirst().orElseThrow());
        Outcome never = create(ptar().with("AWS_ENDPOINT_URL_SSO", giver.url()), "--profile=far");
        assertEquals(2, never.exitCode());
        assertTrue(never.err().contains("run aws sso login"), never::err);
        assertEquals(List.of(), giver.requests());
    }

    /// The names are known to the proxy only, and the certificate is signed by nobody.
    @Test
    void goesThroughAProxyByTls() throws Exception {
        for (String login : new String[] {null, "user:word"}) {
            try (TunnelProxy proxy = new TunnelProxy(server.tlsPort(), login)) {
                Ptar ptar = Ptar.in(folder).withS3At(server.uri()).with("https_proxy", proxy.url())
                        .with("AWS_ENDPOINT_URL", "https://s3.example.test").with("AWS_MAX_ATTEMPTS", "1");
                Outcome stranger = create(ptar.with("AWS_CA_BUNDLE", "").with("SSL_CERT_FILE", ""));
                assertEquals(2, stranger.exitCode());
                assertTrue(stranger.err().contains(": TLS: "), stranger::err);
                Path notOne = folder.resolve("ca.pem");
                Outcome noStore = create(ptar.with("PTAR_JAVA_OPTS", "-Djavax.net.ssl.trustStore=" + notOne));
                assertTrue(noStore.err().contains(notOne + ": not the certificates that Java trusts"), noStore::err);
                ptar.with("PTAR_JAVA_OPTS", "");
                Outcome created = create(ptar, "--overwrite-archive", "--ca-bundle=" + folder.resolve("ca.pem"));
                assertEquals(0, created.exitCode(), created::err);
                ptar.with("AWS_CA_BUNDLE", folder.resolve("ca.pem").toString());
                assertEquals("file\n", ptar.run("tf", "s3://" + bucket + "/a.ptar").out());
                assertTrue(proxy.tunnels().contains("s3.example.test:443"), proxy.tunnels()::toString);

                String link = server.presigned(bucket, "a.ptar", "https://www.example.test");
                Outcome listed = ptar.run("tf", link);
                assertEquals("file\n", listed.out(), listed::err);
                assertEquals("www.example.test:443", proxy.tunnels().getLast());
                int before = proxy.tunnels().size();
                Outcome direct = ptar.with("no_proxy", "example.test").run("tf", link);
                assertEquals(2, direct.exitCode());
                assertFalse(direct.err().contains("X-Amz-Signature"), direct::err);
                assertTrue(direct.err().contains("host not found"), direct::err);
                assertEquals(before, proxy.tunnels().size());
            }
        }
    }

    /// The certificate is trusted, and it is for other names: whoever shows it may have it from anywhere.
    @Test
    void refusesACertificateForAnotherName() throws Exception {
        try (TunnelProxy proxy = new TunnelProxy(server.tlsPort(), null)) {
            Ptar ptar = byTls("https://other.example.test").with("https_proxy", proxy.url());
            for (Outcome refused : List.of(create(ptar), ptar.run("tf", "https://other.example.test/a.ptar"))) {
                assertEquals(2, refused.exitCode());
                // Behind TLS: one that nobody trusts is told of without a name.
                assertTrue(refused.err().matches("(?s).*: TLS: .*other\\.example\\.test.*"), refused::err);
            }
            assertEquals("other.example.test:443", proxy.tunnels().getLast());
        }
    }

    private Ptar byTls(String endpoint) {
        return Ptar.in(folder).withS3At(server.uri()).with("AWS_ENDPOINT_URL", endpoint)
                .with("AWS_MAX_ATTEMPTS", "1").with("AWS_CA_BUNDLE", folder.resolve("ca.pem").toString());
    }
}
