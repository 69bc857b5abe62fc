package ptar.storage;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.net.Authenticator;
import java.net.ConnectException;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/// Reads from a web server by `Range` requests (RFC 9110 §14), by the JDK's client.
///
/// What was opened stays what is read: later requests carry the ETag or the date of the first answer, and every answer
/// is compared with it. Redirects are followed once and remembered. The query string and the user's name and password
/// may be secrets and appear in no message.
public final class HttpSource implements RangeSource {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> TRANSIENT = Set.of(408, 429, 500, 502, 503, 504);
    private static final int MAX_REDIRECTS = 10;

    /// How to talk to the server.
    ///
    /// @param trust whose certificates to accept, null for the JDK's
    /// @param stallTimeout longest wait for an answer's head, and for its next bytes
    /// @param parallel most requests in flight
    public record Options(
            SSLContext trust, Map<String, String> environment, Backoff backoff, Duration connectTimeout,
            Duration stallTimeout, int parallel) {
        /// What the command uses.
        public static Options of(SSLContext trust) {
            return new Options(
                    trust, System.getenv(), Backoff.DEFAULT, Duration.ofSeconds(10), Duration.ofSeconds(30), 8);
        }
    }

    private final URI uri;
    private final String name;
    private final String authorization;
    private final Options options;
    private final ProxyVariables proxies;
    private final TransferStats stats;
    private final HttpClient client;
    private final RangeFetcher fetcher;
    /// Where the last answer came from: `uri`, or where it redirects to.
    private volatile URI current;
    private volatile Pinned pinned;
    /// True when somebody reads the only answer there will be: [#close] leaves the client to them.
    private volatile boolean handedOver;

    /// What the first answer said of the whole.
    ///
    /// @param etag,lastModified as sent, null if not
    private record Pinned(long length, String etag, String lastModified) {}

    /// @param uri `http` or `https`, with a host
    public HttpSource(URI uri, Options options, TransferStats stats) {
        this.uri = withoutUserInfo(uri);
        this.current = this.uri;
        this.name = nameOf(uri);
        this.authorization = basic(uri.getRawUserInfo());
        this.options = options;
        this.stats = stats;
        this.proxies = new ProxyVariables(options.environment());
        this.client = newClient();
        this.fetcher = new RangeFetcher(this::openRange, name, options.parallel(), options.backoff(), stats);
    }

    private HttpClient newClient() {
        ProxyVariables.Server proxy = proxies.forUri(uri);
        // One connection carries 85 to 90 MB/s; HTTP/2 would put all requests on one.
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(options.connectTimeout())
                .proxy(proxies);
        if (options.trust() != null) {
            builder.sslContext(options.trust());
        }
        if (proxy != null && !proxy.user().isEmpty()) {
            // The JDK refuses Basic for tunnels unless told otherwise, once, before its client is loaded.
            if (System.getProperty("jdk.http.auth.tunneling.disabledSchemes") == null) {
                System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
            }
            builder.authenticator(new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                    return getRequestorType() == RequestorType.PROXY
                            ? new PasswordAuthentication(proxy.user(), proxy.password().toCharArray())
                            : null;
                }
            });
        }
        return builder.build();
    }

    @Override
    public String name() {
        return name;
    }

    /// @throws RangesIgnoredException if the server sends everything instead, and that is more than `atMost`
    @Override
    public Suffix readSuffix(int atMost) throws IOException {
        int failures = 0;
        while (true) {
            HttpResponse<InputStream> answer = request("bytes=-" + atMost, null);
            try {
                return switch (answer.statusCode()) {
                    case 416 -> suffixOfNothing(answer);
                    case 200 -> suffixOfWhole(answer, atMost);
                    default -> suffixOfPart(answer, atMost);
                };
            } catch (BodyFailure e) {
                if (++failures >= options.backoff().attempts()) {
                    throw failure("connection lost " + failures + " times: " + e.getMessage());
                }
            }
            stats.countRetry();
            options.backoff().pause(failures);
        }
    }

    private Suffix suffixOfNothing(HttpResponse<InputStream> answer) throws IOException {
        answer.body().close();
        pin(new Pinned(0, null, null));
        return new Suffix(0, ByteBuffer.allocate(0));
    }

    private Suffix suffixOfPart(HttpResponse<InputStream> answer, int atMost) throws IOException {
        try (InputStream body = answer.body()) {
            ContentRange range = contentRange(answer);
            Pinned whole = new Pinned(range.length, header(answer, "etag"), header(answer, "last-modified"));
            if (range.end != range.length || range.start != Math.max(0, range.length - atMost)) {
                // Not what was asked for; but now the length is known.
                pin(whole);
                return readEnd(range.length, atMost);
            }
            byte[] bytes = readBody(body, (int) (range.end - range.start));
            pin(whole);
            return new Suffix(range.length, ByteBuffer.wrap(bytes));
        }
    }

    /// Everything came: little enough to be the suffix, from a server that does ranges but no suffixes (Azure), or from
    /// one that does none.
    private Suffix suffixOfWhole(HttpResponse<InputStream> answer, int atMost) throws IOException {
        InputStream body = answer.body();
        long length = answer.headers().firstValueAsLong("content-length").orElse(-1);
        Pinned whole = new Pinned(length, header(answer, "etag"), header(answer, "last-modified"));
        if (length >= 0 && length <= atMost) {
            try (body) {
                byte[] bytes = readBody(body, (int) length);
                pin(whole);
                return new Suffix(length, ByteBuffer.wrap(bytes));
            }
        }
        if (length >= 0 && "bytes".equalsIgnoreCase(header(answer, "accept-ranges"))) {
            body.close();
            pin(whole);
            return readEnd(length, atMost);
        }
        throw handOver(body, length);
    }

    private RangesIgnoredException handOver(InputStream body, long length) {
        handedOver = true;
        return new RangesIgnoredException(name, new Keep(body, length));
    }

    private Suffix readEnd(long length, int atMost) throws IOException {
        byte[] bytes = new byte[(int) Math.min(length, atMost)];
        read(MemorySegment.ofArray(bytes), length - bytes.length);
        return new Suffix(length, ByteBuffer.wrap(bytes));
    }

    private byte[] readBody(InputStream body, int length) throws BodyFailure {
        try {
            byte[] bytes = body.readNBytes(length);
            stats.countReceived(bytes.length);
            if (bytes.length == length) {
                return bytes;
            }
        } catch (IOException e) {
            throw new BodyFailure(e.getMessage());
        }
        throw new BodyFailure("the server ended its answer early");
    }

    @Override
    public int parallelReads() {
        return options.parallel();
    }

    @Override
    public void read(MemorySegment target, long offset) throws IOException {
        checkBounds(offset, target.byteSize());
        fetcher.read(target, offset);
    }

    @Override
    public void readAll(List<Range> ranges, Receiver receiver) throws IOException {
        for (Range range : ranges) {
            checkBounds(range.offset(), range.target().byteSize());
        }
        fetcher.readAll(ranges, receiver);
    }

    private void checkBounds(long offset, long length) throws EOFException {
        Pinned known = pinned;
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("range out of bounds: " + offset + "+" + length);
        }
        if (known != null && offset + length > known.length) {
            throw endsBefore(offset + length, known.length);
        }
    }

    private EOFException endsBefore(long end, long length) {
        return new EOFException(name + ": ends at byte " + length + ", before byte " + end);
    }

    private InputStream openRange(long start, long end) throws IOException {
        HttpResponse<InputStream> answer = request("bytes=" + start + "-" + (end - 1), pinned);
        InputStream body = answer.body();
        try {
            if (answer.statusCode() == 416) {
                throw new EOFException(name + ": ends before byte " + end);
            }
            if (answer.statusCode() == 200) {
                requireSame(answer, pinned == null ? -1 : pinned.length);
                long length = answer.headers().firstValueAsLong("content-length").orElse(-1);
                body = null;
                throw handOver(answer.body(), length);
            }
            ContentRange range = contentRange(answer);
            requireSame(answer, range.length);
            pin(new Pinned(range.length, header(answer, "etag"), header(answer, "last-modified")));
            if (end > range.length) {
                throw endsBefore(end, range.length);
            }
            if (range.start != start || range.end > end) {
                throw failure("the server sent bytes " + range.start + " to " + range.end + " instead of " + start
                        + " to " + end);
            }
            InputStream opened = body;
            body = null;
            return opened;
        } finally {
            if (body != null) {
                body.close();
            }
        }
    }

    private synchronized void pin(Pinned first) {
        if (pinned == null) {
            pinned = first;
        }
    }

    private void requireSame(HttpResponse<InputStream> answer, long length) throws IOException {
        Pinned known = pinned;
        if (known != null
                && (length != known.length
                        || !Objects.equals(header(answer, "etag"), known.etag)
                        || !Objects.equals(header(answer, "last-modified"), known.lastModified))) {
            throw changed();
        }
    }

    private IOException changed() {
        return failure("was replaced by another file while it was read: start again");
    }

    /// First and last byte of an answer, the last exclusive.
    private record ContentRange(long start, long end, long length) {}

    private ContentRange contentRange(HttpResponse<InputStream> answer) throws IOException {
        String value = header(answer, "content-range");
        Matcher m = CONTENT_RANGE.matcher(value == null ? "" : value);
        try {
            if (m.matches()) {
                ContentRange range = new ContentRange(
                        Long.parseLong(m.group(1)), Math.addExact(Long.parseLong(m.group(2)), 1),
                        Long.parseLong(m.group(3)));
                if (range.start < range.end && range.end <= range.length) {
                    return range;
                }
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // As any other nonsense, below.
        }
        throw failure("the server's answer has no usable Content-Range");
    }

    /// Sends a request until there is an answer of 200, 206 or 416, or none can be hoped for.
    private HttpResponse<InputStream> request(String range, Pinned expected) throws IOException {
        int failures = 0;
        int redirects = 0;
        while (true) {
            URI at = current;
            String problem;
            Duration wanted = Duration.ZERO;
            HttpResponse<InputStream> answer = null;
            try {
                long started = System.nanoTime();
                stats.countRequest();
                answer = client.send(newRequest(at, range, expected), _ -> new BodyStream(options.stallTimeout()));
                trace(range, answer, started);
                int status = answer.statusCode();
                if (status == 200 || status == 206 || status == 416) {
                    String encoding = header(answer, "content-encoding");
                    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
                        answer.body().close();
                        throw failure("the server sends it compressed (" + encoding + "), not as it is");
                    }
                    return answer;
                }
                answer.body().close();
                if (REDIRECTS.contains(status)) {
                    if (++redirects > MAX_REDIRECTS) {
                        throw failure("more than " + MAX_REDIRECTS + " redirects");
                    }
                    current = redirected(at, header(answer, "location"));
                    continue;
                }
                if (!at.equals(uri) && status >= 400 && status < 500 && status != 412 && redirects == 0) {
                    // Where it once redirected to has expired: ask for a new place.
                    current = uri;
                    stats.countRetry();
                    redirects++;
                    continue;
                }
                if (!TRANSIENT.contains(status)) {
                    throw refusal(status);
                }
                problem = "the server answers " + statusText(status);
                wanted = retryAfter(answer);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            } catch (FileSystemException e) {
                throw e;
            } catch (SSLException e) {
                if (answer != null || !isHandshake(e)) {
                    problem = "TLS: " + e.getMessage();
                } else {
                    throw failure("TLS: " + e.getMessage(), e);
                }
            } catch (ConnectException e) {
                if (hasCause(e, UnresolvedAddressException.class)) {
                    throw failure("host not found: check the name and the network", e);
                }
                problem = hasProxy() ? "can't connect through proxy " + proxies.forUri(at) : "can't connect";
            } catch (HttpTimeoutException e) {
                problem = "no answer in time";
            } catch (IOException e) {
                problem = e.getMessage() == null ? "connection lost" : e.getMessage();
                if (hasProxy() && (problem.contains("407") || problem.contains("authentication"))) {
                    throw failure("proxy " + proxies.forUri(at) + " refused: check the user and password in "
                            + at.getScheme() + "_proxy", e);
                }
            }
            if (++failures >= options.backoff().attempts()) {
                throw failure(problem + " (" + failures + " attempts)");
            }
            stats.countRetry();
            options.backoff().pause(failures, wanted);
        }
    }

    private boolean hasProxy() {
        return proxies.forUri(current) != null;
    }

    private static boolean isHandshake(SSLException e) {
        return e instanceof javax.net.ssl.SSLHandshakeException
                || e instanceof javax.net.ssl.SSLPeerUnverifiedException
                || hasCause(e, java.security.cert.CertificateException.class);
    }

    private static boolean hasCause(Throwable e, Class<? extends Throwable> type) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return true;
            }
        }
        return false;
    }

    private HttpRequest newRequest(URI at, String range, Pinned expected) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at)
                .timeout(options.stallTimeout())
                .header("Range", range)
                .header("Accept-Encoding", "identity")
                .header("User-Agent", "ptar");
        if (authorization != null && sameOrigin(at, uri)) {
            request.header("Authorization", authorization);
        }
        if (expected != null) {
            // A weak ETag never matches (RFC 9110 §13.1.1); the date then has to do, and the answer's ETag is compared.
            if (expected.etag != null && !expected.etag.startsWith("W/")) {
                request.header("If-Match", expected.etag);
            } else if (expected.lastModified != null) {
                request.header("If-Unmodified-Since", expected.lastModified);
            }
        }
        return request.GET().build();
    }

    private void trace(String range, HttpResponse<InputStream> answer, long startedNanos) {
        if (stats.isTraced()) {
            stats.trace("GET " + name + " " + range + ": " + answer.statusCode() + " after "
                    + (System.nanoTime() - startedNanos) / 1_000_000 + " ms");
        }
    }

    private URI redirected(URI from, String location) throws IOException {
        URI to;
        try {
            to = location == null ? null : from.resolve(location);
        } catch (IllegalArgumentException e) {
            to = null;
        }
        if (to == null || to.getHost() == null || !isWeb(to.getScheme())) {
            throw failure("the server redirects to somewhere that is not on the web");
        }
        if (from.getScheme().equalsIgnoreCase("https") && !to.getScheme().equalsIgnoreCase("https")) {
            throw failure("the server redirects from https to http, to " + nameOf(to) + ": not followed");
        }
        return withoutUserInfo(to);
    }

    /// Whether a scheme is one that this class speaks.
    public static boolean isWeb(String scheme) {
        return "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
    }

    private IOException refusal(int status) {
        return switch (status) {
            case 401 -> new AccessDeniedException(
                    name, null, "401 Unauthorized: give a user and a password, as https://user:password@host/…");
            case 403 -> new AccessDeniedException(name, null, "403 Forbidden" + LinkExpiry.advice(uri, Instant.now()));
            case 404, 410 -> new NoSuchFileException(name, null, statusText(status));
            case 407 -> failure("407: the proxy wants a user and a password: put them into the proxy variable, as "
                    + "http://user:password@host:port");
            case 412 -> changed();
            default -> failure("the server answers " + statusText(status));
        };
    }

    private static String statusText(int status) {
        return switch (status) {
            case 400 -> "400 Bad Request";
            case 404 -> "404 Not Found";
            case 408 -> "408 Request Timeout";
            case 410 -> "410 Gone";
            case 429 -> "429 Too Many Requests";
            case 500 -> "500 Internal Server Error";
            case 502 -> "502 Bad Gateway";
            case 503 -> "503 Service Unavailable";
            case 504 -> "504 Gateway Timeout";
            default -> Integer.toString(status);
        };
    }

    private static Duration retryAfter(HttpResponse<InputStream> answer) {
        String value = header(answer, "retry-after");
        return value != null && value.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(value)) : Duration.ZERO;
    }

    private FileSystemException failure(String reason) {
        return new FileSystemException(name, null, reason);
    }

    private FileSystemException failure(String reason, Throwable cause) {
        FileSystemException failure = failure(reason);
        failure.initCause(cause);
        return failure;
    }

    private static String header(HttpResponse<InputStream> answer, String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    /// A URL for messages: user, password, query and fragment may be secrets.
    public static String nameOf(URI uri) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return uri.getScheme().toLowerCase(Locale.ROOT) + "://" + uri.getHost() + port + path
                + (uri.getRawQuery() == null ? "" : "?…");
    }

    private static URI withoutUserInfo(URI uri) {
        String text = uri.toString();
        int fragment = text.indexOf('#');
        if (fragment >= 0) {
            text = text.substring(0, fragment);
        }
        String userInfo = uri.getRawUserInfo();
        return URI.create(userInfo == null ? text : text.replaceFirst(Pattern.quote(userInfo + "@"), ""));
    }

    private static String basic(String rawUserInfo) {
        if (rawUserInfo == null) {
            return null;
        }
        byte[] plain = ProxyVariables.decode(rawUserInfo).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(plain);
    }

    private static boolean sameOrigin(URI a, URI b) {
        return a.getScheme().equalsIgnoreCase(b.getScheme())
                && a.getHost().equalsIgnoreCase(b.getHost())
                && a.getPort() == b.getPort();
    }

    /// A body that ended before its time.
    private static final class BodyFailure extends IOException {
        private static final long serialVersionUID = 1;

        BodyFailure(String message) {
            super(message);
        }
    }

    /// The one answer of a server without ranges, counted: a body that ends early is a failure, not an end.
    private final class Keep extends FilterInputStream {
        private final long length;
        private long at;

        Keep(InputStream body, long length) {
            super(body);
            this.length = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int position, int count) throws IOException {
            int n;
            try {
                n = in.read(target, position, count);
            } catch (IOException e) {
                throw failure("connection lost at byte " + at + ", and the server can't go on from there", e);
            }
            if (n > 0) {
                at += n;
                stats.countReceived(n);
            } else if (n < 0 && at < length) {
                throw failure("connection lost at byte " + at + " of " + length
                        + ", and the server can't go on from there");
            }
            return n;
        }

        @Override
        public void close() throws IOException {
            super.close();
            client.shutdownNow();
        }
    }

    /// A stream that was handed over stays open.
    @Override
    public void close() {
        fetcher.close();
        if (!handedOver) {
            client.shutdownNow();
        }
    }
}
