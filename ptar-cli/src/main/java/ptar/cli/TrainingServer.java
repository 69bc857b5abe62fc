package ptar.cli;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Plays a web server and a bucket for the build's training run, so that what talks to them goes into the AOT cache
/// too: has one object, which every path names, and takes all that is written.
final class TrainingServer implements Closeable {
    private static final String CREATED = "<InitiateMultipartUploadResult><UploadId>1</UploadId>"
            + "</InitiateMultipartUploadResult>";
    private static final String COMPLETED = "<CompleteMultipartUploadResult><ETag>\"1\"</ETag>"
            + "</CompleteMultipartUploadResult>";

    private final byte[] object;
    private final ServerSocket listener;

    TrainingServer(byte[] object) throws IOException {
        this.object = object;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket client = listener.accept();
                    Thread.ofPlatform().daemon().start(() -> serve(client));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
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

    private boolean answer(InputStream in, OutputStream out) throws IOException {
        String request = line(in);
        if (request.isEmpty()) {
            return false;
        }
        int length = 0;
        String range = "0-" + (object.length - 1);
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
                String[] ends = range.split("-", 2);
                boolean isSuffix = ends[0].isEmpty();
                int last = Integer.parseInt(ends[1]);
                int from = isSuffix ? Math.max(0, object.length - last) : Integer.parseInt(ends[0]);
                int to = isSuffix ? object.length : last + 1;
                head(out, "206 Partial Content\r\nContent-Range: bytes " + from + "-" + (to - 1) + "/" + object.length,
                        to - from);
                out.write(object, from, to - from);
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
        out.write(("HTTP/1.1 " + status + "\r\nETag: \"1\"\r\nContent-Length: " + length + "\r\n\r\n")
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
