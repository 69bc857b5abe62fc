package ptar.cli.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/// Everybody whom Amazon's programs ask for credentials: the metadata service of a machine (IMDSv2), that of a
/// container, the security token service, and single sign-on. All give what [S3Server] accepts, for an hour.
public final class CredentialServer implements Closeable {
    private static final String METADATA = "/latest/meta-data/iam/security-credentials";

    private final HttpServer server;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Instant expiry = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);

    /// @param tls null for plain HTTP
    public CredentialServer(SSLContext tls) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (tls == null) {
            server = HttpServer.create(any, 50);
        } else {
            HttpsServer https = HttpsServer.create(any, 50);
            https.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = https;
        }
        server.createContext("/", this::answer);
        server.start();
    }

    public String url() {
        return (server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Methods, paths and forms.
    public List<String> requests() {
        return List.copyOf(requests);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + form);
        String body = switch (path) {
            case "/latest/api/token" -> exchange.getRequestMethod().equals("PUT") ? "session" : null;
            case METADATA, METADATA + "/" -> has(exchange, "x-aws-ec2-metadata-token", "session") ? "test-role" : null;
            case METADATA + "/test-role" -> has(exchange, "x-aws-ec2-metadata-token", "session") ? json() : null;
            case "/container" -> has(exchange, "authorization", "Bearer container") ? json() : null;
            case "/federation/credentials" -> has(exchange, "x-amz-sso_bearer_token", "sso-token") ? """
                    {"roleCredentials": {"accessKeyId": "ptar-test", "secretAccessKey": "not-a-secret",
                     "sessionToken": "from-sso", "expiration": %d}}""".formatted(expiry.toEpochMilli()) : null;
            case "/" -> form.contains("Action=AssumeRoleWithWebIdentity") && form.contains("web-token")
                    ? assumed("AssumeRoleWithWebIdentity", "from-web-identity")
                    : form.contains("Action=AssumeRole&") ? assumed("AssumeRole", "from-role") : null;
            default -> null;
        };
        byte[] bytes = (body == null ? "" : body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("x-aws-ec2-metadata-token-ttl-seconds", "21600");
        exchange.sendResponseHeaders(body == null ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static boolean has(HttpExchange exchange, String header, String value) {
        return value.equals(exchange.getRequestHeaders().getFirst(header));
    }

    private String json() {
        return """
                {"Code": "Success", "LastUpdated": "2026-01-01T00:00:00Z", "Type": "AWS-HMAC",
                 "AccessKeyId": "ptar-test", "SecretAccessKey": "not-a-secret", "Token": "from-machine",
                 "Expiration": "%s"}""".formatted(expiry);
    }

    private String assumed(String action, String token) {
        return """
                <%1$sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%1$sResult><Credentials>
                <AccessKeyId>ptar-test</AccessKeyId><SecretAccessKey>not-a-secret</SecretAccessKey>
                <SessionToken>%2$s</SessionToken><Expiration>%3$s</Expiration></Credentials>
                <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn><AssumedRoleId>A:s</AssumedRoleId>
                </AssumedRoleUser></%1$sResult></%1$sResponse>""".formatted(action, token, expiry);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
