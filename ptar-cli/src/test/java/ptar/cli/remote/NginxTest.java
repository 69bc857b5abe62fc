package ptar.cli.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.cli.Locations;
import ptar.cli.location.RemoteOptions;
import ptar.storage.RangeSource;
import ptar.storage.RangesIgnoredException;
import ptar.storage.TransferStats;

/// A real web server, over TLS.
class NginxTest implements RangeSourceContract {
    @TempDir
    private static Path folder;

    private static ServerProcess nginx;
    private static int port;
    private int files;

    @BeforeAll
    static void start() throws Exception {
        Path program = ServerProcess.find("nginx");
        assumeTrue(program != null, "nginx is not installed: run .ci/install-remote-test-servers");
        makeCertificate();
        Files.createDirectories(folder.resolve("files"));
        port = ServerProcess.freePort();
        Path config = Files.writeString(folder.resolve("nginx.conf"), """
                daemon off;
                pid %1$s/pid;
                error_log stderr crit;
                events {}
                http {
                  access_log off;
                  client_body_temp_path %1$s/t1; proxy_temp_path %1$s/t2; fastcgi_temp_path %1$s/t3;
                  uwsgi_temp_path %1$s/t4; scgi_temp_path %1$s/t5;
                  server {
                    listen 127.0.0.1:%2$d ssl;
                    ssl_certificate %1$s/certificate.pem;
                    ssl_certificate_key %1$s/key.pem;
                    root %1$s;
                    location /files/ { }
                    location /whole/ { alias %1$s/files/; max_ranges 0; }
                    location /moved/ { rewrite ^/moved/(.*)$ /files/$1 redirect; }
                    location /away/ { return 302 http://127.0.0.1:%2$d/files/; }
                    location /closed/ { return 403; }
                  }
                }
                %3$s
                """.formatted(folder, port, isRoot() ? "user root;" : ""));
        nginx = ServerProcess.start(
                port, List.of(program.toString(), "-p", folder.toString(), "-e", "stderr", "-c", config.toString()));
    }

    @AfterAll
    static void stop() throws IOException {
        if (nginx != null) {
            nginx.close();
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static void makeCertificate() throws Exception {
        Path store = folder.resolve("store");
        Process keytool = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/keytool", "-genkeypair", "-keyalg", "EC", "-alias", "test",
                "-dname", "CN=test", "-ext", "san=ip:127.0.0.1", "-storepass", "password", "-keystore",
                store.toString()).redirectErrorStream(true).start();
        assertEquals(0, keytool.waitFor(), () -> "keytool");
        KeyStore keys = KeyStore.getInstance(store.toFile(), "password".toCharArray());
        pem("certificate.pem", "CERTIFICATE", keys.getCertificate("test").getEncoded());
        pem("key.pem", "PRIVATE KEY", keys.getKey("test", "password".toCharArray()).getEncoded());
    }

    private static void pem(String file, String label, byte[] der) throws IOException {
        Files.writeString(folder.resolve(file), "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n");
    }

    private static RangeSource source(String path, TransferStats stats) throws IOException {
        RemoteOptions options = RemoteOptions.builder().caBundle(folder.resolve("certificate.pem")).build();
        return Locations.openSource(Locations.parse("https://127.0.0.1:" + port + path), options, stats);
    }

    private Path put(byte[] content) throws IOException {
        return Files.write(folder.resolve("files/" + files++ + "-" + content.length), content);
    }

    @Override
    public RangeSource open(byte[] content) throws Exception {
        return source("/files/" + put(content).getFileName(), new TransferStats());
    }

    @Test
    void followsRedirects() throws Exception {
        byte[] content = RangeSourceContract.bytes(1000);
        try (RangeSource source = source("/moved/" + put(content).getFileName(), new TransferStats())) {
            assertEquals(1000, source.readSuffix(10).length());
        }
    }

    @Test
    void refusesToLeaveTls() throws Exception {
        try (RangeSource source = source("/away/x", new TransferStats())) {
            IOException failure = assertThrows(IOException.class, () -> source.readSuffix(10));
            assertTrue(failure.getMessage().contains("from https to http"), failure::getMessage);
        }
    }

    @Test
    void streamsWhatHasNoRanges() throws Exception {
        byte[] content = RangeSourceContract.bytes(3 << 20);
        TransferStats stats = new TransferStats();
        try (RangeSource source = source("/whole/" + put(content).getFileName(), stats)) {
            var ignored = assertThrows(RangesIgnoredException.class, () -> source.readSuffix(1 << 20));
            try (InputStream stream = ignored.stream()) {
                assertArrayEquals(content, stream.readAllBytes());
            }
            assertEquals(1, stats.snapshot().requests());
        }
    }

    @Test
    void noticesThatTheFileWasReplaced() throws Exception {
        Path file = put(RangeSourceContract.bytes(10_000));
        try (RangeSource source = source("/files/" + file.getFileName(), new TransferStats())) {
            source.readSuffix(10);
            Files.write(file, RangeSourceContract.bytes(10_001));
            IOException failure = assertThrows(
                    IOException.class, () -> source.read(MemorySegment.ofArray(new byte[10]), 0));
            assertTrue(failure.getMessage().contains("was replaced"), failure::getMessage);
        }
    }

    @Test
    void trustsNobodyItDoesNotKnow() throws Exception {
        URI uri = URI.create("https://127.0.0.1:" + port + "/files/x");
        try (RangeSource source =
                Locations.openSource(Locations.parse(uri.toString()), RemoteOptions.DEFAULT, new TransferStats())) {
            IOException failure = assertThrows(IOException.class, () -> source.readSuffix(10));
            assertTrue(failure.getMessage().startsWith(uri + ": TLS: "), failure::getMessage);
        }
    }

    @Test
    void readsNothingTwice() throws Exception {
        byte[] content = RangeSourceContract.bytes(5 << 20);
        TransferStats stats = new TransferStats();
        try (RangeSource source = source("/files/" + put(content).getFileName(), stats)) {
            source.readSuffix(1000);
            byte[] target = new byte[4 << 20];
            source.read(MemorySegment.ofArray(target), 1000);
            assertArrayEquals(Arrays.copyOfRange(content, 1000, 1000 + (4 << 20)), target);
            assertEquals(1000 + (4 << 20), stats.snapshot().bytesReceived());
        }
    }
}
