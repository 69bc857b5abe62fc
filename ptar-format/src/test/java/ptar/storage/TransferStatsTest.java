package ptar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TransferStatsTest {
    @Test
    void saysEverythingInOneLine() {
        assertEquals(
                "12 requests, 1 retry, 3.5 MiB received, 1023 B sent, 1.2 s",
                new TransferStats.Snapshot(12, 1, 1023, 7 << 19, Duration.ofMillis(1234)).toString());
        assertEquals(
                "1 request, 0 retries, 1.0 KiB received, 2.0 TiB sent, 0.0 s",
                new TransferStats.Snapshot(1, 0, 1L << 41, 1024, Duration.ZERO).toString());
    }

    @Test
    void countsWhatHappens() {
        TransferStats stats = new TransferStats();
        stats.countRequest();
        stats.countRequest();
        stats.countRetry();
        stats.countSent(5);
        stats.countReceived(7);
        TransferStats.Snapshot s = stats.snapshot();
        assertEquals(2, s.requests());
        assertEquals(1, s.retries());
        assertEquals(5, s.bytesSent());
        assertEquals(7, s.bytesReceived());
    }
}
