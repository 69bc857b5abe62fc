package ptar.storage;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// When a presigned link ends, as far as its query tells: Amazon and Google (`X-…-Date` and `X-…-Expires`), older
/// Amazon, CloudFront and Google (`Expires`), Azure (`se`).
final class LinkExpiry {
    private static final DateTimeFormatter BASIC =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private LinkExpiry() {
    }

    /// What to say behind `403 Forbidden`.
    static String advice(URI uri, Instant now) {
        if (uri.getRawQuery() == null) {
            return ": access denied";
        }
        Instant end = of(uri);
        if (end != null && end.isBefore(now)) {
            return ": the link expired at " + end.truncatedTo(ChronoUnit.SECONDS) + ": get a new one";
        }
        return end == null ? ": access denied, or the link has expired: get a new one"
                : ": the link was refused, though it should be good until " + end.truncatedTo(ChronoUnit.SECONDS);
    }

    /// Null if the query does not tell.
    static Instant of(URI uri) {
        Map<String, String> query = new HashMap<>();
        for (String pair : uri.getRawQuery() == null ? new String[0] : uri.getRawQuery().split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                query.put(
                        pair.substring(0, equals).toLowerCase(Locale.ROOT),
                        ProxyVariables.decode(pair.substring(equals + 1)));
            }
        }
        try {
            for (String vendor : new String[] {"x-amz-", "x-goog-"}) {
                String date = query.get(vendor + "date");
                String seconds = query.get(vendor + "expires");
                if (date != null && seconds != null) {
                    return BASIC.parse(date, Instant::from).plusSeconds(Long.parseLong(seconds));
                }
            }
            if (query.containsKey("expires")) {
                return Instant.ofEpochSecond(Long.parseLong(query.get("expires")));
            }
            return query.containsKey("se") ? Instant.parse(query.get("se")) : null;
        } catch (DateTimeException | NumberFormatException | ArithmeticException notATime) {
            return null;
        }
    }
}
