package ptar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkExpiryTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "X-Amz-Algorithm=x&X-Amz-Date=20261122T110000Z&X-Amz-Expires=600, 2026-11-22T11:10:00Z",
        "X-Goog-Date=20261122T110000Z&X-Goog-Expires=60, 2026-11-22T11:01:00Z",
        "AWSAccessKeyId=x&Expires=1795345200&Signature=y, 2026-11-22T11:00:00Z",
        "sv=2024&se=2026-11-22T11%3A00%3A00Z&sig=x, 2026-11-22T11:00:00Z"
    })
    void readsTheEndOfALink(String query, String end) {
        URI uri = URI.create("https://example.org/a?" + query);
        assertEquals(Instant.parse(end), LinkExpiry.of(uri));
        assertEquals(": the link expired at " + end + ": get a new one", LinkExpiry.advice(uri, NOW));
    }

    @ParameterizedTest
    @CsvSource({
        "X-Amz-Date=nonsense&X-Amz-Expires=600", "Expires=never", "se=", "token=abc", "X-Amz-Date=20261122T110000Z"
    })
    void admitsWhenItCanNotTell(String query) {
        URI uri = URI.create("https://example.org/a?" + query);
        assertEquals(": access denied, or the link has expired: get a new one", LinkExpiry.advice(uri, NOW));
    }

    @Test
    void saysWhenTheLinkShouldStillBeGood() {
        assertEquals(
                ": the link was refused, though it should be good until 2026-11-22T13:00:00Z",
                LinkExpiry.advice(URI.create("https://example.org/a?se=2026-11-22T13:00:00Z"), NOW));
        assertEquals(": access denied", LinkExpiry.advice(URI.create("https://example.org/a"), NOW));
    }
}
