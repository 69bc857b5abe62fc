package ptar.cli.s3;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.TrustManager;
import ptar.cli.location.CaBundle;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.storage.Backoff;
import ptar.storage.ProxyVariables;
import ptar.storage.TransferStats;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.awscore.endpoint.AwsClientEndpointProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.profiles.ProfileProperty;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.RequestPayer;

/// A client of the SDK as ptar needs it, and what is known of the server behind it.
///
/// The HTTP client is Apache's: measured on two cores against a local server, it takes 0.6 s of processor time per GB
/// received and 1.2 s per GB sent (the URL connection 0.7 and 1.4, the JDK's client 1.5 and 1.3), notices a body that
/// was cut, and never repeats a request by itself.
final class S3Connection implements Closeable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /// No byte for so long: the connection is dead. Completing a large upload takes longer, but sends spaces meanwhile.
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(40);

    static {
        // The SDK's logger, which says nothing, by its name and without telling so: where it has to be looked for,
        // every jar is opened, for 60 ms.
        System.setProperty("slf4j.provider", "org.slf4j.nop.NOPServiceProvider");
        System.setProperty("slf4j.internal.verbosity", "WARN");
    }

    private final S3Client client;
    private final RemoteOptions options;
    private final TransferStats stats;
    private final Backoff backoff;
    private final URI endpoint;

    private S3Connection(S3Client client, RemoteOptions options, TransferStats stats, Backoff backoff, URI endpoint) {
        this.client = client;
        this.options = options;
        this.stats = stats;
        this.backoff = backoff;
        this.endpoint = endpoint;
    }

    static S3Connection open(RemoteOptions options, TransferStats stats) throws IOException {
        return open(options, stats, credentialsOf(options), patience());
    }

    /// As often as `AWS_MAX_ATTEMPTS` says, which every client of Amazon's reads.
    private static Backoff patience() {
        String attempts = System.getenv("AWS_MAX_ATTEMPTS");
        return attempts != null && attempts.matches("[1-9]\\d?")
                ? new Backoff(Integer.parseInt(attempts), Backoff.DEFAULT.base(), Backoff.DEFAULT.cap())
                : Backoff.DEFAULT;
    }

    /// @param credentials where tests put their own
    static S3Connection open(
            RemoteOptions options, TransferStats stats, AwsCredentialsProvider credentials, Backoff backoff)
            throws IOException {
        try {
            return open(options, stats, credentials, backoff, profiles());
        } catch (SdkException e) {
            throw new IOException(e.getMessage(), e); // such as an AWS_ENDPOINT_URL that is none
        }
    }

    private static ProfileFile profiles() throws IOException {
        try {
            return ProfileFile.defaultProfileFile();
        } catch (IllegalArgumentException e) {
            throw new IOException("the files of profiles (~/.aws/config, ~/.aws/credentials): " + e.getMessage(), e);
        }
    }

    private static S3Connection open(
            RemoteOptions options, TransferStats stats, AwsCredentialsProvider credentials, Backoff backoff,
            ProfileFile profiles)
            throws IOException {
        String profile = options.profile() != null ? options.profile()
                : ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow();
        URI endpoint = endpointOf(options, profiles, profile);
        String region = regionOf(options, profiles, profile);
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(region != null ? region : "us-east-1"))
                // Asks the bucket for its region if the user has named none.
                .crossRegionAccessEnabled(region == null && endpoint == null)
                .credentialsProvider(credentials)
                .httpClient(httpClient(options, endpoint))
                .forcePathStyle(isPathStyle(options, endpoint))
                // Checksums are sent where S3Sink has found that they are taken, never as trailers, which many refuse.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false).expectContinueEnabled(false))
                .overrideConfiguration(c -> {
                    c.retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                            .maxAttempts(backoff.attempts())
                            .backoffStrategy(BackoffStrategy.exponentialDelay(backoff.base(), backoff.cap()))
                            .throttlingBackoffStrategy(
                                    // By hand: Duration.multipliedBy raises 5 to the 65,536th power, for 30 ms.
                                    BackoffStrategy.exponentialDelay(
                                            Duration.ofMillis(5 * backoff.base().toMillis()), backoff.cap()))
                            // Attempts are bounded already; a server that limps must not end an upload of hours.
                            .circuitBreakerEnabled(false)
                            .build());
                    c.addExecutionInterceptor(new RequestCounter(stats));
                    if (options.profile() != null) {
                        c.defaultProfileName(options.profile());
                    }
                });
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        return new S3Connection(builder.build(), options, stats, backoff, endpoint);
    }

    private static AwsCredentialsProvider credentialsOf(RemoteOptions options) {
        if (!options.sign()) {
            return AnonymousCredentialsProvider.create();
        }
        // A profile that is named on the command line comes before the environment, as with the aws command.
        return options.profile() != null
                ? ProfileCredentialsProvider.create(options.profile())
                : DefaultCredentialsProvider.builder().build();
    }

    /// Null for Amazon's own.
    private static URI endpointOf(RemoteOptions options, ProfileFile profiles, String profile) {
        if (options.endpoint() != null) {
            return checkedEndpoint(options.endpoint());
        }
        Optional<URI> configured = AwsClientEndpointProvider.builder()
                .serviceEndpointOverrideEnvironmentVariable("AWS_ENDPOINT_URL_S3")
                .serviceEndpointOverrideSystemProperty("aws.endpointUrlS3")
                .serviceProfileProperty("s3")
                .profileFile(() -> profiles)
                .profileName(profile)
                .resolveFromOverrides();
        return configured.orElse(null);
    }

    /// @throws IllegalArgumentException with a message for the user if it is none
    static URI checkedEndpoint(String value) {
        try {
            URI uri = URI.create(value.contains("://") ? value : "https://" + value);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // As below.
        }
        throw new IllegalArgumentException("--endpoint-url is not of the form https://host:port");
    }

    /// Null if nothing says. The SDK's own chain would also ask the machine's metadata service, for seconds where there
    /// is none, and does not read `AWS_DEFAULT_REGION`.
    private static String regionOf(RemoteOptions options, ProfileFile profiles, String profile) {
        String[] candidates = {
            options.region(), System.getProperty("aws.region"), System.getenv("AWS_REGION"),
            System.getenv("AWS_DEFAULT_REGION"),
            profiles.profile(profile).flatMap(p -> p.property(ProfileProperty.REGION)).orElse(null)
        };
        for (String candidate : candidates) {
            if (candidate != null && !candidate.isBlank()) {
                return candidate.strip();
            }
        }
        return null;
    }

    private static boolean isPathStyle(RemoteOptions options, URI endpoint) {
        if (options.pathStyle() != null) {
            return options.pathStyle();
        }
        // Names below an own server's name need an own wildcard in its DNS and its certificate: rare.
        return endpoint != null && !isAmazon(endpoint);
    }

    private static boolean isAmazon(URI endpoint) {
        return endpoint.getHost().endsWith(".amazonaws.com") || endpoint.getHost().endsWith(".amazonaws.com.cn");
    }

    private static software.amazon.awssdk.http.SdkHttpClient httpClient(RemoteOptions options, URI endpoint)
            throws IOException {
        Apache5HttpClient.Builder http = Apache5HttpClient.builder()
                .maxConnections(options.parallel() + 4)
                .connectionTimeout(CONNECT_TIMEOUT)
                .socketTimeout(SOCKET_TIMEOUT)
                .connectionAcquisitionTimeout(Duration.ofMinutes(10))
                .tcpKeepAlive(true)
                .expectContinueEnabled(false)
                .proxyConfiguration(proxy(endpoint));
        TrustManager[] trusted = CaBundle.trustManagersOf(options);
        if (endpoint != null && endpoint.getScheme().equals("http")) {
            // The SDK makes its client ready for TLS, for 0.1 s, also where it will talk to this endpoint only.
            http.tlsSocketStrategy((socket, target, port, attachment, context) -> {
                throw new IOException(endpoint + " was to be reached without TLS");
            });
        } else {
            http.tlsTrustManagersProvider(() -> trusted);
        }
        TrustingHttpService.use(trusted);
        return http.build();
    }

    /// Proxies are decided by the endpoint: of Amazon's, all have the same domain.
    private static ProxyConfiguration proxy(URI endpoint) {
        ProxyConfiguration.Builder proxy = ProxyConfiguration.builder()
                .useEnvironmentVariableValues(false)
                .useSystemPropertyValues(false);
        ProxyVariables.Server server = new ProxyVariables(System.getenv())
                .forUri(endpoint != null ? endpoint : URI.create("https://s3.amazonaws.com"));
        if (server != null) {
            proxy.endpoint(URI.create("http://" + server.host() + ":" + server.port()));
            if (!server.user().isEmpty()) {
                proxy.username(server.user()).password(server.password());
            }
        }
        return proxy.build();
    }

    S3Client client() {
        return client;
    }

    RemoteOptions options() {
        return options;
    }

    TransferStats stats() {
        return stats;
    }

    Backoff backoff() {
        return backoff;
    }

    /// Amazon's own, whose abilities are known.
    boolean isAmazon() {
        return endpoint == null || isAmazon(endpoint);
    }

    /// Cloudflare's, which wants all parts of one size.
    boolean wantsEqualParts() {
        return endpoint != null && endpoint.getHost().endsWith(".r2.cloudflarestorage.com");
    }

    /// Null, or who pays.
    RequestPayer requestPayer() {
        return payerOf(options);
    }

    static RequestPayer payerOf(RemoteOptions options) {
        return options.requesterPays() ? RequestPayer.REQUESTER : null;
    }

    /// Does a request, again while its credentials have expired: they may be renewed by another program, in a file that
    /// the SDK reads again; and again where the answer was cut behind its head. Everything else that is worth another
    /// attempt has had it in the SDK.
    <T> T call(Location.S3 object, String action, Supplier<T> request) throws IOException {
        try {
            return callRaw(request);
        } catch (SdkException e) {
            throw S3Errors.translate(e, object.name(), action);
        }
    }

    /// As [#call], with the SDK's own exception.
    <T> T callRaw(Supplier<T> request) throws IOException {
        int failures = 0;
        while (true) {
            try {
                return request.get();
            } catch (SdkException e) {
                boolean helps = S3Errors.isExpired(e) || S3Errors.isCutAnswer(e);
                if (!helps || ++failures >= backoff.attempts()) {
                    throw e;
                }
                stats.countRetry();
                backoff.pause(failures);
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
