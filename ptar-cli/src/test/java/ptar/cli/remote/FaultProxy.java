package ptar.cli.remote;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A bad network between a client and a server, both on this machine: passes HTTP/1.1 on and adds latency, limits the
/// bandwidth of each connection, answers in the server's place, cuts connections after a number of bytes, loses
/// answers; and counts.
public final class FaultProxy implements Closeable {
    /// What happens to a request.
    public sealed interface Fault {
        Fault NONE = new Pass();

        record Pass() implements Fault {}

        /// The server never sees it.
        record Answer(int status, String headers, String body) implements Fault {}

        /// The connection dies when so many bytes of the request's body have gone through.
        record CutRequest(long afterBytes) implements Fault {}

        /// The connection dies when so many bytes of the answer's body have gone through.
        record CutAnswer(long afterBytes) implements Fault {}

        /// The server does it, and the client never learns.
        record LoseAnswer() implements Fault {}

        static Fault status(int status) {
            return new Answer(status, "", "");
        }

        /// As S3 says it.
        static Fault error(int status, String code) {
            return new Answer(
                    status, "Content-Type: application/xml\r\n",
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code + "</Code><Message>" + code
                            + " of the test</Message></Error>");
        }
    }

    /// @param number from 1, over all connections
    /// @param target path and query
    public record Request(int number, String method, String target, Map<String, String> headers) {
        public boolean is(String wantedMethod, String part) {
            return method.equals(wantedMethod) && target.contains(part);
        }
    }

    @FunctionalInterface
    public interface Faults {
        Fault of(Request request);
    }

    private final ServerSocket listener;
    private final String host;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger number = new AtomicInteger();
    private final Flight flight = new Flight();
    private final AtomicLong toServer = new AtomicLong();
    private final AtomicLong toClient = new AtomicLong();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Faults faults = _ -> Fault.NONE;
    private volatile int latencyMillis;
    private volatile long bytesPerSecond;

    public FaultProxy(URI server) throws IOException {
        this.host = server.getHost();
        this.port = server.getPort();
        this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("fault-proxy").start(this::accept);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    public FaultProxy faults(Faults value) {
        faults = value;
        return this;
    }

    /// Before each request reaches the server.
    public FaultProxy latencyMillis(int value) {
        latencyMillis = value;
        return this;
    }

    /// Of each connection, in each direction; 0 for no limit.
    public FaultProxy bytesPerSecond(long value) {
        bytesPerSecond = value;
        return this;
    }

    /// Forgets what has been counted.
    public FaultProxy reset() {
        requests.clear();
        toServer.set(0);
        toClient.set(0);
        flight.reset();
        number.set(0);
        return this;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public long count(String method, String part) {
        return requests.stream().filter(r -> r.is(method, part)).count();
    }

    public long bytesToClient() {
        return toClient.get();
    }

    public long bytesToServer() {
        return toServer.get();
    }

    public int mostInFlight() {
        return flight.most();
    }

    /// Of the time with any request in flight, the share with at least so many.
    public double shareOfTimeWith(int requestsInFlight) {
        return flight.shareWith(requestsInFlight);
    }

    /// For how long how many requests were in flight.
    private static final class Flight {
        private final List<Long> nanos = new ArrayList<>();
        private int now;
        private long since = System.nanoTime();

        synchronized void change(int by) {
            long time = System.nanoTime();
            add(now, time - since);
            since = time;
            now += by;
            add(now, 0);
        }

        private void add(int inFlight, long time) {
            while (nanos.size() <= inFlight) {
                nanos.add(0L);
            }
            nanos.set(inFlight, nanos.get(inFlight) + time);
        }

        synchronized void reset() {
            nanos.clear();
            since = System.nanoTime();
        }

        synchronized int most() {
            return Math.max(0, nanos.size() - 1);
        }

        synchronized double shareWith(int atLeast) {
            double all = sumFrom(1);
            return all == 0 ? 0 : sumFrom(atLeast) / all;
        }

        private long sumFrom(int first) {
            return nanos.stream().skip(first).mapToLong(Long::longValue).sum();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                client.setTcpNoDelay(true);
                sockets.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client; Socket server = new Socket(host, port)) {
            server.setTcpNoDelay(true);
            sockets.add(server);
            try {
                Link link = new Link(client, server);
                while (link.exchange()) {
                    // Until one of them closes.
                }
            } finally {
                sockets.remove(server);
            }
        } catch (IOException e) {
            // As on a real network: the other side sees a closed connection.
        } finally {
            sockets.remove(client);
        }
    }

    /// A connection and its counterpart.
    private final class Link {
        private final InputStream fromClient;
        private final OutputStream toTheClient;
        private final InputStream fromServer;
        private final OutputStream toTheServer;

        Link(Socket client, Socket server) throws IOException {
            fromClient = new BufferedInputStream(client.getInputStream(), 1 << 16);
            toTheClient = client.getOutputStream();
            fromServer = new BufferedInputStream(server.getInputStream(), 1 << 16);
            toTheServer = server.getOutputStream();
        }

        /// @return false when the connection is over
        boolean exchange() throws IOException {
            Head head = Head.read(fromClient);
            if (head == null) {
                return false;
            }
            String[] words = head.first.split(" ");
            Request request = new Request(number.incrementAndGet(), words[0], words[1], head.headers);
            requests.add(request);
            flight.change(1);
            try {
                return exchange(head, request);
            } finally {
                flight.change(-1);
            }
        }

        private boolean exchange(Head head, Request request) throws IOException {
            pause(latencyMillis);
            Fault fault = faults.of(request);
            long length = head.contentLength();
            if (fault instanceof Fault.Answer answer) {
                copy(fromClient, OutputStream.nullOutputStream(), length, Long.MAX_VALUE, new AtomicLong());
                byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
                toTheClient.write(("HTTP/1.1 " + answer.status + " Fault\r\n" + answer.headers + "Content-Length: "
                        + (request.method.equals("HEAD") ? 0 : body.length) + "\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
                if (!request.method.equals("HEAD")) {
                    toTheClient.write(body);
                }
                return true;
            }
            if ("100-continue".equalsIgnoreCase(head.headers.get("expect"))) {
                toTheClient.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            }
            toTheServer.write(head.bytes);
            copy(fromClient, toTheServer, length, fault instanceof Fault.CutRequest cut ? cut.afterBytes
                    : Long.MAX_VALUE, toServer);
            Head answer;
            do {
                answer = Head.read(fromServer);
            } while (answer != null && answer.first.contains(" 100"));
            if (answer == null || fault instanceof Fault.LoseAnswer) {
                return false;
            }
            toTheClient.write(answer.bytes);
            String status = answer.first.split(" ")[1];
            boolean bodiless = request.method.equals("HEAD") || status.equals("204") || status.equals("304");
            long cutAfter = fault instanceof Fault.CutAnswer cut ? cut.afterBytes : Long.MAX_VALUE;
            if (!bodiless && "chunked".equalsIgnoreCase(answer.headers.get("transfer-encoding"))) {
                copyChunks(cutAfter);
            } else if (!bodiless) {
                copy(fromServer, toTheClient, answer.contentLength(), cutAfter, toClient);
            }
            return !"close".equalsIgnoreCase(answer.headers.get("connection"))
                    && !"close".equalsIgnoreCase(head.headers.get("connection"));
        }

        private void copyChunks(long cutAfter) throws IOException {
            long left = cutAfter;
            while (true) {
                String size = Head.line(fromServer);
                toTheClient.write((size + "\r\n").getBytes(StandardCharsets.UTF_8));
                int length = Integer.parseInt(size.strip(), 16);
                copy(fromServer, toTheClient, length, left, toClient);
                left -= length;
                toTheClient.write((Head.line(fromServer) + "\r\n").getBytes(StandardCharsets.UTF_8));
                if (length == 0) {
                    return;
                }
            }
        }

        private void copy(InputStream in, OutputStream out, long length, long cutAfter, AtomicLong counter)
                throws IOException {
            byte[] buffer = new byte[1 << 16];
            long started = System.nanoTime();
            long at = 0;
            while (at < length) {
                int n = in.read(buffer, 0, (int) Math.min(buffer.length, Math.min(length, cutAfter) - at));
                if (n <= 0) {
                    throw new EOFException("cut after " + at);
                }
                out.write(buffer, 0, n);
                at += n;
                counter.addAndGet(n);
                if (bytesPerSecond > 0) {
                    pause(at * 1000 / bytesPerSecond - (System.nanoTime() - started) / 1_000_000);
                }
            }
        }

        private void pause(long millis) throws IOException {
            if (millis > 0) {
                try {
                    Thread.sleep(millis);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }
    }

    /// A request's or an answer's first line and headers.
    private record Head(String first, Map<String, String> headers, byte[] bytes) {
        static Head read(InputStream in) throws IOException {
            String first = line(in);
            if (first == null) {
                return null;
            }
            Map<String, String> headers = new TreeMap<>();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes((first + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
                int colon = line.indexOf(':');
                String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
                headers.put(name, line.substring(colon + 1).strip());
                if (!name.equals("expect")) {
                    bytes.writeBytes((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                }
            }
            bytes.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
            return new Head(first, headers, bytes.toByteArray());
        }

        long contentLength() {
            return Long.parseLong(headers.getOrDefault("content-length", "0"));
        }

        static String line(InputStream in) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    return null;
                }
                if (b != '\r') {
                    line.write(b);
                }
            }
            return line.toString(StandardCharsets.ISO_8859_1);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
