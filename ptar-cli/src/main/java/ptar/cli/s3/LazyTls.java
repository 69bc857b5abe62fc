package ptar.cli.s3;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import software.amazon.awssdk.http.SystemPropertyTlsKeyManagersProvider;

/// TLS that is set up for the first connection that wants it. The SDK does it when its client is made, which takes
/// 0.15 s of processor time, also before requests to a server without TLS. Thread-safe.
final class LazyTls implements TlsSocketStrategy {
    private final TrustManager[] trusted;
    private TlsSocketStrategy tls;

    LazyTls(TrustManager[] trusted) {
        this.trusted = trusted;
    }

    @Override
    public SSLSocket upgrade(Socket socket, String target, int port, Object attachment, HttpContext context)
            throws IOException {
        return tls().upgrade(socket, target, port, attachment, context);
    }

    private synchronized TlsSocketStrategy tls() throws IOException {
        if (tls == null) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                // The same as the SDK's own.
                context.init(SystemPropertyTlsKeyManagersProvider.create().keyManagers(), trusted, null);
                tls = new DefaultClientTlsStrategy(context);
            } catch (GeneralSecurityException e) {
                throw new IOException("this Java has no TLS: " + e.getMessage(), e);
            }
        }
        return tls;
    }
}
