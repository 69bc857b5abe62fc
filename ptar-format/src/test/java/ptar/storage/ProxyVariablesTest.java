package ptar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyVariablesTest {
    private static ProxyVariables.Server proxy(String uri, String... variables) {
        return of(variables).forUri(URI.create(uri));
    }

    private static ProxyVariables of(String... variables) {
        Map<String, String> environment = new java.util.HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return new ProxyVariables(environment);
    }

    @Test
    void goesStraightWithoutVariables() {
        assertNull(proxy("https://example.org/"));
        assertEquals(List.of(Proxy.NO_PROXY), of().select(URI.create("https://example.org/")));
    }

    @Test
    void takesTheVariableOfTheScheme() {
        assertEquals("p:3128", proxy("http://a/", "http_proxy", "http://p:3128", "https_proxy", "q:1").toString());
        assertEquals("q:1", proxy("https://a/", "http_proxy", "http://p:3128", "https_proxy", "q:1").toString());
        assertEquals("r:80", proxy("https://a/", "all_proxy", "http://r/").toString());
        assertEquals("r:8", proxy("https://a/", "HTTPS_PROXY", "r:8").toString());
    }

    @Test
    void leavesOutCapitalsThatARequestCanSet() {
        assertNull(proxy("http://a/", "HTTP_PROXY", "http://evil:1"));
    }

    @Test
    void decodesUserAndPassword() {
        ProxyVariables.Server server = proxy("http://a/", "http_proxy", "http://me:p%40+ss@p:3128");
        assertEquals("me", server.user());
        assertEquals("p@+ss", server.password());
        assertEquals("p:3128", server.toString(), "no secrets");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "*", "example.org", ".example.org", "other, example.org", "www.example.org:8080", "EXAMPLE.ORG", "org"
    })
    void honoursExemptions(String list) {
        assertNull(proxy("http://www.example.org:8080/", "http_proxy", "p:1", "no_proxy", list));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ample.org", "www.example.org:80", "w.example.org", "127.0.0.1"})
    void exemptsNobodyElse(String list) {
        assertEquals("p:1", proxy("http://www.example.org:8080/", "http_proxy", "p:1", "no_proxy", list).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5://p:1", "https://p:1", "http://", "http://a b"})
    void refusesWhatItCanNotUse(String value) {
        var failure = assertThrows(
                IllegalArgumentException.class, () -> proxy("http://a/", "http_proxy", value));
        assertTrue(failure.getMessage().contains("http_proxy"), failure::getMessage);
    }
}
