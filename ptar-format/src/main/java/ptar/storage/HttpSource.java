package ptar.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Authenticator;
import java.net.ConnectException;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/// Reads from a web server by `Range` requests (RFC 9110 §14), by the JDK's client.
///
/// Later requests carry the ETag or the date of the first answer. Redirects are followed once and remembered. The query
/// string and the user's name and password may be secrets and appear in no message.
public final class HttpSource extends FarSource {
    private static final String SUFFIX = "bytes=-";
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
    private final String authorization;
    private final Options options;
    private final ProxyVariables proxies;
    private final TransferStats stats;
    private final HttpClient client;
    /// Where the last answer came from: `uri`, or where it redirects to.
    private volatile URI current;
    /// True when somebody reads the only answer there will be: [#close] leaves the client to them.
    private volatile boolean handedOver;

    /// @param uri `http` or `https`, with a host
    public HttpSource(URI uri, Options options, TransferStats stats) {
        super(nameOf(uri), options.parallel(), options.backoff(), stats, null);
        this.uri = withoutUserInfo(uri);
        this.current = this.uri;
        this.authorization = basic(uri.getRawUserInfo());
        this.options = options;
        this.stats = stats;
        this.proxies = new ProxyVariables(options.environment());
        this.client = newClient();
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

    /// @throws RangesIgnoredException if the server sends everything instead, and that is more than was asked for
    @Override
    protected Answer ask(String range, Version expected) throws IOException {
        HttpResponse<InputStream> answer = request(range, expected);
        InputStream body = answer.body();
        boolean usable = false;
        try {
            Answer found = switch (answer.statusCode()) {
                case 416 -> throw new NoSuchRangeException();
                case 200 -> ofWhole(answer, range, expected);
                default -> answerOf(
                        body, header(answer, "content-range"), header(answer, "etag"),
                        header(answer, "last-modified"));
            };
            if (found == null) {
                throw failure("the server's answer has no usable Content-Range");
            }
            usable = true;
            return found;
        } catch (RangesIgnoredException handedOver) {
            usable = true;
            throw handedOver;
        } finally {
            if (!usable) {
                body.close();
            }
        }
    }

    /// Everything came: little enough to be the suffix, from a server that does ranges but no suffixes (Azure), or from
    /// one that does none.
    private Answer ofWhole(HttpResponse<InputStream> answer, String range, Version expected) throws IOException {
        long length = answer.headers().firstValueAsLong("content-length").orElse(-1);
        Version whole = new Version(length, header(answer, "etag"), header(answer, "last-modified"));
        if (expected != null) {
            requireSame(whole);
        }
        boolean isSuffix = range.startsWith(SUFFIX);
        if (isSuffix && length >= 0 && length <= Long.parseLong(range.substring(SUFFIX.length()))) {
            return new Answer(answer.body(), 0, length, whole);
        }
        if (isSuffix && length >= 0 && "bytes".equalsIgnoreCase(header(answer, "accept-ranges"))) {
            return new Answer(answer.body(), 0, 0, whole);
        }
        handedOver = true;
        throw new RangesIgnoredException(name(), new Keep(answer.body(), length));
    }

    @Override
    protected Version askWithoutRange() {
        return new Version(0, null, null);
    }

    /// Sends a request until there is an answer of 200, 206 or 416, or none can be hoped for.
    private HttpResponse<InputStream> request(String range, Version expected) throws IOException {
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

    private HttpRequest newRequest(URI at, String range, Version expected) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at)
                .timeout(options.stallTimeout())
                .header("Range", range)
                .header("Accept-Encoding", "identity")
                .header("User-Agent", "ptar");
        if (authorization != null && sameOrigin(at, uri)) {
            request.header("Authorization", authorization);
        }
        if (expected != null) {
            // A weak ETag never matches (RFC 9110 §13.1.1): the date has to do then, and the answer's ETag is compared.
            if (expected.etag() != null && !expected.etag().startsWith("W/")) {
                request.header("If-Match", expected.etag());
            } else if (expected.lastModified() != null) {
                request.header("If-Unmodified-Since", expected.lastModified());
            }
        }
        return request.GET().build();
    }

    private void trace(String range, HttpResponse<InputStream> answer, long startedNanos) {
        if (stats.isTraced()) {
            stats.trace("GET " + name() + " " + range + ": " + answer.statusCode() + " after "
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
                    name(), null, "401 Unauthorized: give a user and a password, as https://user:password@host/…");
            case 403 ->
                new AccessDeniedException(name(), null, "403 Forbidden" + LinkExpiry.advice(uri, Instant.now()));
            case 404, 410 -> new NoSuchFileException(name(), null, statusText(status));
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
        super.close();
        if (!handedOver) {
            client.shutdownNow();
        }
    }
}
