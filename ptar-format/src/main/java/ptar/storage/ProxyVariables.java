package ptar.storage;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The proxy that the environment asks for, read as curl does: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`,
/// and all but the first in capitals too (`HTTP_PROXY` can be set by a request's header in CGI programs).
public final class ProxyVariables extends ProxySelector {
    private final Map<String, String> environment;

    /// @param environment usually [System#getenv()]
    public ProxyVariables(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /// A proxy server.
    ///
    /// @param user,password empty if it asks for none
    public record Server(String host, int port, String user, String password) {
        InetSocketAddress address() {
            return new InetSocketAddress(host, port);
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /// The proxy for a URL, null if it is to be reached directly.
    ///
    /// @throws IllegalArgumentException if a variable is not a proxy's URL
    public Server forUri(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        String value = environment.get(scheme + "_proxy");
        if (value == null && scheme.equals("https")) {
            value = environment.get("HTTPS_PROXY");
        }
        if (value == null) {
            value = environment.getOrDefault("all_proxy", environment.get("ALL_PROXY"));
        }
        return value == null || value.isBlank() || isExempt(uri) ? null : parse(value.strip(), scheme + "_proxy");
    }

    private static Server parse(String value, String variable) {
        URI proxy;
        try {
            proxy = URI.create(value.contains("://") ? value : "http://" + value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the environment's " + variable + " is not a URL", e);
        }
        if (!"http".equalsIgnoreCase(proxy.getScheme()) || proxy.getHost() == null) {
            throw new IllegalArgumentException(
                    "the environment's " + variable + " is not of the form http://host:port, the only one supported");
        }
        String userInfo = proxy.getRawUserInfo() == null ? "" : proxy.getRawUserInfo();
        int colon = userInfo.indexOf(':');
        return new Server(
                proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort(),
                decode(colon < 0 ? userInfo : userInfo.substring(0, colon)),
                colon < 0 ? "" : decode(userInfo.substring(colon + 1)));
    }

    /// Percent-decoding that leaves `+` alone.
    static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private boolean isExempt(URI uri) {
        String list = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
        String host = unbracketed(uri.getHost().toLowerCase(Locale.ROOT));
        for (String item : list.split("[,\\s]+")) {
            String exempt = item.toLowerCase(Locale.ROOT);
            if (exempt.equals("*")) {
                return true;
            }
            int colon = exempt.lastIndexOf(':');
            if (colon > 0 && exempt.indexOf(':') == colon && exempt.substring(colon + 1).matches("\\d+")) {
                if (Integer.parseInt(exempt.substring(colon + 1)) != portOf(uri)) {
                    continue;
                }
                exempt = exempt.substring(0, colon);
            }
            exempt = unbracketed(exempt.startsWith(".") ? exempt.substring(1) : exempt);
            if (!exempt.isEmpty() && (host.equals(exempt) || host.endsWith("." + exempt))) {
                return true;
            }
        }
        return false;
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static int portOf(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    @Override
    public List<Proxy> select(URI uri) {
        Server server = forUri(uri);
        return List.of(server == null ? Proxy.NO_PROXY : new Proxy(Proxy.Type.HTTP, server.address()));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // Nothing to fall back to: the failure is reported where the request was made.
    }
}
