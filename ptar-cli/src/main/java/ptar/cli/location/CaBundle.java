package ptar.cli.location;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// Certificates to trust: Java's own, or those of a PEM file, for servers whose certificates a company has signed
/// itself.
///
/// They are read when a server first shows one of its own: 150 of them, as systems have, take 0.2 s of processor time,
/// which nobody should pay who talks to a server without TLS.
public final class CaBundle extends X509ExtendedTrustManager {
    private final Path bundle;
    private X509ExtendedTrustManager trusted;

    /// @param bundle null for Java's own
    private CaBundle(Path bundle) {
        this.bundle = bundle;
    }

    /// What was given, or what the environment names as the aws command and OpenSSL read it, or Java's own.
    public static TrustManager[] trustManagersOf(RemoteOptions options) throws IOException {
        Path bundle = find(options);
        if (bundle != null && !Files.isReadable(bundle)) {
            throw new IOException(bundle + ", which should hold certificates to trust, can't be read: check "
                    + "--ca-bundle, AWS_CA_BUNDLE and SSL_CERT_FILE");
        }
        return new TrustManager[] {new CaBundle(bundle)};
    }

    /// For the JDK's client.
    public static SSLContext contextOf(RemoteOptions options) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trustManagersOf(options), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java has no TLS: " + e.getMessage(), e);
        }
    }

    private static Path find(RemoteOptions options) {
        if (options.caBundle() != null) {
            return options.caBundle();
        }
        String variable = System.getenv("AWS_CA_BUNDLE") != null ? "AWS_CA_BUNDLE" : "SSL_CERT_FILE";
        String file = System.getenv(variable);
        return file == null || file.isEmpty() ? null : Path.of(file);
    }

    private synchronized X509ExtendedTrustManager trusted() throws CertificateException {
        if (trusted == null) {
            try {
                TrustManagerFactory factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(bundle == null ? null : read(bundle));
                trusted = (X509ExtendedTrustManager) factory.getTrustManagers()[0];
            } catch (IOException | GeneralSecurityException e) {
                throw new CertificateException(
                        bundle == null ? ownStore() + ": not the certificates that Java trusts: " + e.getMessage()
                                : bundle + ": not a PEM file of certificates: check --ca-bundle, AWS_CA_BUNDLE and "
                                        + "SSL_CERT_FILE",
                        e);
            }
        }
        return trusted;
    }

    private static String ownStore() {
        return System.getProperty(
                "javax.net.ssl.trustStore", System.getProperty("java.home") + "/lib/security/cacerts");
    }

    private static KeyStore read(Path bundle) throws IOException, GeneralSecurityException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(bundle))) { // it is read byte by byte
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + count++, certificate);
            }
            if (count == 0) {
                throw new FileSystemException(bundle.toString(), null, "no certificate in it");
            }
            return store;
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        trusted().checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        trusted().checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        trusted().checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("nobody is a server here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("nobody is a server here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("nobody is a server here");
    }

    /// Of those who would show a client's certificate.
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
