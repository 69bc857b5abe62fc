package ptar.cli.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/// A web server with the habits, good and bad, that web servers have.
public final class WebServer implements Closeable {
    /// What is different from a plain good server.
    public enum Habit {
        NO_RANGES, NO_SUFFIXES, WEAK_ETAGS, NO_ETAGS, NO_LENGTH, COMPRESSES, SAYS_OTHER_RANGES, SAYS_LONGER
    }

    /// @param path as in URLs
    /// @param habits of the server with this file
    private record File(byte[] content, String etag, String date, List<Habit> habits) {}

    private final HttpServer server;
    private final Map<String, File> files = new ConcurrentHashMap<>();
    private final Map<String, String> redirects = new ConcurrentHashMap<>();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private int changes;

    public WebServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    public void put(String path, byte[] content, Habit... habits) {
        int change = ++changes;
        files.put(path, new File(
                content, (List.of(habits).contains(Habit.WEAK_ETAGS) ? "W/" : "") + "\"" + change + "\"",
                "Sun, 22 Nov 2026 12:00:" + (10 + change % 50) + " GMT", List.of(habits)));
    }

    void redirect(String path, String location) {
        redirects.put(path, location);
    }

    public void refuse(String path, int status) {
        refusals.put(path, status);
    }

    void allow(String path) {
        refusals.remove(path);
    }

    /// Path and query of all requests so far.
    List<String> requests() {
        return List.copyOf(requests);
    }

    /// `Authorization` and `Proxy-Authorization` of all requests that had one.
    List<String> authorizations() {
        return List.copyOf(authorizations);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            URI uri = exchange.getRequestURI();
            requests.add(uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
            for (String header : new String[] {"Authorization", "Proxy-Authorization"}) {
                if (exchange.getRequestHeaders().containsKey(header)) {
                    authorizations.add(exchange.getRequestHeaders().getFirst(header));
                }
            }
            String path = uri.getRawPath();
            File file = files.get(path);
            if (refusals.containsKey(path)) {
                exchange.sendResponseHeaders(refusals.get(path), -1);
            } else if (redirects.containsKey(path)) {
                exchange.getResponseHeaders().set("Location", redirects.get(path));
                exchange.sendResponseHeaders(302, -1);
            } else if (file == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                serve(exchange, file);
            }
        }
    }

    private static void serve(HttpExchange exchange, File file) throws IOException {
        var asked = exchange.getRequestHeaders();
        var answer = exchange.getResponseHeaders();
        List<Habit> habits = file.habits;
        answer.set("Last-Modified", file.date);
        if (!habits.contains(Habit.NO_ETAGS)) {
            answer.set("ETag", file.etag);
        }
        if (habits.contains(Habit.COMPRESSES)) {
            answer.set("Content-Encoding", "gzip");
        }
        boolean fails = asked.containsKey("If-Match")
                        && (!asked.getFirst("If-Match").equals(file.etag) || file.etag.startsWith("W/"))
                || asked.containsKey("If-Unmodified-Since")
                        && !asked.getFirst("If-Unmodified-Since").equals(file.date);
        if (fails) {
            exchange.sendResponseHeaders(412, -1);
            return;
        }
        String range = asked.getFirst("Range");
        boolean whole = range == null || habits.contains(Habit.NO_RANGES)
                || range.startsWith("bytes=-") && habits.contains(Habit.NO_SUFFIXES);
        if (!habits.contains(Habit.NO_RANGES)) {
            answer.set("Accept-Ranges", "bytes");
        }
        int length = file.content.length;
        int from = 0;
        int to = length;
        if (!whole) {
            String[] ends = range.substring("bytes=".length()).split("-", 2);
            from = ends[0].isEmpty() ? Math.max(0, length - Integer.parseInt(ends[1])) : Integer.parseInt(ends[0]);
            to = ends[0].isEmpty() ? length : Math.min(length, Integer.parseInt(ends[1]) + 1);
            if (from >= length) {
                answer.set("Content-Range", "bytes */" + length);
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            int said = habits.contains(Habit.SAYS_OTHER_RANGES) ? 1 : 0;
            answer.set("Content-Range", "bytes " + (from - said) + "-" + (to - 1 - said) + "/"
                    + (habits.contains(Habit.SAYS_LONGER) ? length + 100_000 : length));
        }
        byte[] body = Arrays.copyOfRange(file.content, from, to);
        exchange.sendResponseHeaders(
                whole ? 200 : 206, habits.contains(Habit.NO_LENGTH) ? 0 : body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
