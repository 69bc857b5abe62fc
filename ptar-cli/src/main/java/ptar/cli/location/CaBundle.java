package ptar.cli.location;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// Certificates to trust, from a PEM file: for servers whose certificates a company has signed itself.
public final class CaBundle {
    private CaBundle() {
    }

    /// The file that was given, or that the environment names as the aws command and OpenSSL read it; null if none.
    public static Path find(RemoteOptions options) {
        if (options.caBundle() != null) {
            return options.caBundle();
        }
        String variable = System.getenv("AWS_CA_BUNDLE") != null ? "AWS_CA_BUNDLE" : "SSL_CERT_FILE";
        String file = System.getenv(variable);
        return file == null || file.isEmpty() ? null : Path.of(file);
    }

    /// For the JDK's client; null leaves it with Java's own certificates.
    public static SSLContext contextOf(Path bundle) throws IOException {
        if (bundle == null) {
            return null;
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trustManagersOf(bundle), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw unusable(bundle, e);
        }
    }

    public static TrustManager[] trustManagersOf(Path bundle) throws IOException {
        try (InputStream in = Files.newInputStream(bundle)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + count++, certificate);
            }
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw unusable(bundle, e);
        }
    }

    private static IOException unusable(Path bundle, GeneralSecurityException e) {
        FileSystemException failure =
                new FileSystemException(bundle.toString(), null, "not a PEM file of certificates");
        failure.initCause(e);
        return failure;
    }
}
