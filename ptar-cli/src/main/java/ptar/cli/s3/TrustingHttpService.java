package ptar.cli.s3;

import javax.net.ssl.TrustManager;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpService;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;

/// Makes the clients by which the SDK itself asks for roles and for single sign-on trust the certificates that the
/// requests to S3 trust: it asks for this class by a system property, and can't be told otherwise.
public final class TrustingHttpService implements SdkHttpService {
    private static volatile TrustManager[] trusted;

    /// From now on, for the whole program.
    static void use(TrustManager[] managers) {
        trusted = managers;
        System.setProperty("software.amazon.awssdk.http.service.impl", TrustingHttpService.class.getName());
    }

    @Override
    public SdkHttpClient.Builder<?> createHttpClientBuilder() {
        return Apache5HttpClient.builder().tlsTrustManagersProvider(() -> trusted);
    }
}
