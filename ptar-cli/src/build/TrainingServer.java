import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/// Plays a web server and a bucket for the training run, so that what talks to them goes into the AOT cache too: has
/// one object, which every path names, and takes all that is written. It runs in another JVM than the training, whose
/// cache is for clients.
final class TrainingServer implements Closeable {
    private static final String CREATED = "<InitiateMultipartUploadResult><UploadId>1</UploadId>"
            + "</InitiateMultipartUploadResult>";
    private static final String COMPLETED = "<CompleteMultipartUploadResult><ETag>\"1\"</ETag>"
            + "</CompleteMultipartUploadResult>";

    private static final String USUAL = """
            Date: Sun, 22 Nov 2026 12:34:56 GMT\r
            Last-Modified: Sun, 22 Nov 2026 12:34:56 GMT\r
            Server: AmazonS3\r
            Accept-Ranges: bytes\r
            Content-Type: application/octet-stream\r
            x-amz-request-id: 0123456789ABCDEF\r
            x-amz-id-2: 0123456789ABCDEF0123456789ABCDEF=\r
            x-amz-server-side-encryption: AES256\r
            """;

    private final Path object;
    private final Path scratch;
    private final ServerSocket listener;

    /// @param object a file, which is read at each request
    /// @param scratch a folder to be the home of who comes
    TrainingServer(Path object, Path scratch) throws IOException {
        this.object = object;
        this.scratch = scratch;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Files.writeString(Files.createDirectories(scratch.resolve(".aws")).resolve("credentials"),
                "[training]\naws_access_key_id = training\naws_secret_access_key = training\n");
        Thread.ofPlatform().daemon().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket client = listener.accept();
                    Thread.ofPlatform().daemon().start(() -> serve(client));
                } catch (IOException e) {
                    if (!listener.isClosed()) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        });
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /// As users have it who go to one server by default, with keys in variables, and with the profile `training` in
    /// their home folder.
    Map<String, String> environment() {
        return Map.of("AWS_ENDPOINT_URL", url(), "AWS_REGION", "training", "AWS_ACCESS_KEY_ID", "training",
                "AWS_SECRET_ACCESS_KEY", "training", "HOME", scratch.toString());
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            while (answer(in, client.getOutputStream())) {
                // The next request of the connection.
            }
        } catch (IOException closed) {
            // The command has ended.
        }
    }

    /// @throws UncheckedIOException which Java prints: only that a command has ended is nothing to tell of
    private byte[] content() {
        try {
            return Files.readAllBytes(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answer(InputStream in, OutputStream out) throws IOException {
        String request = line(in);
        if (request.isEmpty()) {
            return false;
        }
        int length = 0;
        String range = null;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String[] parts = header.split(": ", 2);
            switch (parts[0].toLowerCase(Locale.ROOT)) {
                case "content-length" -> length = Integer.parseInt(parts[1]);
                case "range" -> range = parts[1].substring("bytes=".length());
                default -> { }
            }
        }
        in.skipNBytes(length);
        switch (request.substring(0, 4)) {
            case "GET " -> {
                byte[] content = content();
                String[] ends = (range == null ? "0-" + (content.length - 1) : range).split("-", 2);
                boolean isSuffix = ends[0].isEmpty();
                int last = Integer.parseInt(ends[1]);
                int from = isSuffix ? Math.max(0, content.length - last) : Integer.parseInt(ends[0]);
                int to = isSuffix ? content.length : last + 1;
                head(out, "206 Partial Content\r\nContent-Range: bytes " + from + "-" + (to - 1) + "/" + content.length,
                        to - from);
                out.write(content, from, to - from);
            }
            case "HEAD" -> head(out, "404 Not Found", 0);
            case "POST" -> {
                byte[] body = (request.contains("uploads") ? CREATED : COMPLETED).getBytes(StandardCharsets.US_ASCII);
                head(out, "200 OK\r\nx-amz-checksum-algorithm: CRC32C", body.length);
                out.write(body);
            }
            default -> head(out, "200 OK", 0);
        }
        return true;
    }

    private static void head(OutputStream out, String status, int length) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nETag: \"1\"\r\nContent-Length: " + length + "\r\n" + USUAL + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
        }
        return line.toString().stripTrailing();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
