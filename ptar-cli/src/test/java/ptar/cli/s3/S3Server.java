package ptar.cli.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import ptar.cli.location.RemoteOptions;
import ptar.storage.Backoff;
import ptar.storage.TransferStats;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// A server that speaks S3, shared by all tests of a JVM. Each test class takes a bucket of its own.
public final class S3Server {
    static final AwsCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("ptar-test", "not-a-secret"));

    /// Faults are found at once in tests.
    static final Backoff QUICKLY = new Backoff(6, Duration.ofMillis(1), Duration.ofMillis(20));

    private static S3Server embedded;

    private final URI uri;
    private final AwsCredentialsProvider credentials;
    private final S3Client client;
    private S3Proxy proxy;

    S3Server(URI uri, AwsCredentialsProvider credentials) throws IOException {
        this.uri = uri;
        this.credentials = credentials;
        this.client = connect().client();
    }

    /// S3Proxy, in memory, which checks signatures.
    public static synchronized S3Server embedded() throws Exception {
        if (embedded == null) {
            embedded = new S3Server(uriOf(start("transient", new Properties())), CREDENTIALS);
        }
        return embedded;
    }

    /// S3Proxy, in memory, with TLS at a second port. Knows session tokens, and ignores them.
    public static S3Server withTls(Path keyStore, String password) throws Exception {
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(BlobStores.create("transient", new Properties()))
                .awsAuthentication(AuthenticationType.AWS_V4, "ptar-test", "not-a-secret")
                .endpoint(URI.create("http://127.0.0.1:0"))
                .secureEndpoint(URI.create("https://127.0.0.1:0"))
                .keyStore(keyStore.toString(), password)
                .ignoreUnknownHeaders(true)
                .build();
        proxy.start();
        S3Server server = new S3Server(uriOf(proxy), CREDENTIALS);
        server.proxy = proxy;
        return server;
    }

    public int tlsPort() {
        return proxy.getSecurePort();
    }

    public void stop() throws Exception {
        proxy.stop();
    }

    /// A link that lets anybody read an object for a while, under another name of the server.
    public String presigned(String bucket, String key, String server) {
        try (S3Presigner signer = S3Presigner.builder()
                .endpointOverride(URI.create(server)).region(Region.US_EAST_1).credentialsProvider(CREDENTIALS)
                .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build()).build()) {
            return signer.presignGetObject(
                    p -> p.signatureDuration(Duration.ofMinutes(5)).getObjectRequest(r -> r.bucket(bucket).key(key)))
                    .url().toString();
        }
    }

    /// Starts S3Proxy over one of its stores.
    static S3Proxy start(String store, Properties settings) throws Exception {
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(BlobStores.create(store, settings))
                .awsAuthentication(AuthenticationType.AWS_V4, "ptar-test", "not-a-secret")
                .endpoint(URI.create("http://127.0.0.1:0"))
                .build();
        proxy.start();
        return proxy;
    }

    static URI uriOf(S3Proxy proxy) {
        return URI.create("http://127.0.0.1:" + proxy.getPort());
    }

    public URI uri() {
        return uri;
    }

    RemoteOptions options() {
        return options(uri, b -> b);
    }

    static RemoteOptions options(URI endpoint, UnaryOperator<RemoteOptions.Builder> more) {
        return more.apply(RemoteOptions.builder().endpoint(endpoint.toString()).region("us-east-1")).build();
    }

    S3Connection connect(RemoteOptions options, TransferStats stats) throws IOException {
        return S3Connection.open(options, stats, credentials, QUICKLY);
    }

    S3Connection connect() throws IOException {
        return connect(options(), new TransferStats());
    }

    /// Straight to the server, to look and to set up.
    S3Client client() {
        return client;
    }

    /// A bucket with a new name.
    public String newBucket() {
        String bucket = "test-" + UUID.randomUUID();
        client.createBucket(b -> b.bucket(bucket));
        return bucket;
    }

    public void put(String bucket, String key, byte[] content) {
        client.putObject(r -> r.bucket(bucket).key(key), RequestBody.fromBytes(content));
    }

    /// The whole object, null if there is none.
    public byte[] get(String bucket, String key) {
        try {
            return client.getObjectAsBytes(r -> r.bucket(bucket).key(key)).asByteArray();
        } catch (NoSuchKeyException e) {
            return null;
        }
    }

    public int unfinishedUploads(String bucket) {
        return client.listMultipartUploads(r -> r.bucket(bucket)).uploads().size();
    }
}
