package ptar.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.tree.Timestamp;

class DateTextTest {
    private static final ZonedDateTime NOW = ZonedDateTime.parse("2026-11-22T23:44:06.5Z[UTC]"); // a Sunday

    /// What `date -d TEXT +%s.%N` of GNU's coreutils prints, in UTC.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2026-11-22                      | 1795305600.000000000
            20261122                        | 1795305600.000000000
            11/22/2026                      | 1795305600.000000000
            22 Nov 2026                     | 1795305600.000000000
            Nov 22 2026                     | 1795305600.000000000
            November 22, 2026               | 1795305600.000000000
            Sun Nov 22 10:30:05 UTC 2026    | 1795343405.000000000
            Sun, 22 Nov 2026 10:30:05 +0000 | 1795343405.000000000
            2026-11-22 10:30:05.5           | 1795343405.500000000
            2026-11-22 10:30pm              | 1795386600.000000000
            2026-11-22 10pm                 | 1795384800.000000000
            2026-11-22 12:05am              | 1795305900.000000000
            2026-11-22T10:30:05Z            | 1795343405.000000000
            2026-11-22 10:30 +0100          | 1795339800.000000000
            2026-11-22 10:30 -05:30         | 1795363200.000000000
            2026-11-22 10:30:05+01:00       | 1795339805.000000000
            2026-01-31 1 month              | 1772496000.000000000
            2026-11-22 3 days ago           | 1795046400.000000000
            2026-11-22 +2 hours             | 1795312800.000000000
            2026-11-22 -1 week              | 1794700800.000000000
            2026-11-22 2 fortnights         | 1797724800.000000000
            2026-11-22 next year            | 1826841600.000000000
            2026-11-22 yesterday            | 1795219200.000000000
            2026-11-22 1 day 2 hours ago    | 1795384800.000000000
            Wed Nov 25 04:48:00 PM CET 2026 | 1795621680.000000000
            Wed 25 Nov 2026 04:48:00 PM EST | 1795643280.000000000
            2026/11/25                      | 1795564800.000000000
            25-Nov-2026                     | 1795564800.000000000
            2026-11-22 12:05 am             | 1795305900.000000000
            @5                              | 5.000000000
            @-1.5                           | -2.500000000
            """)
    void readsDatesAsDateDoes(String text, String expected) {
        assertEquals(expected, text(DateText.parse(text, NOW)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            now           | 2026-11-22T23:44:06.5Z
            today         | 2026-11-22T23:44:06.5Z
            yesterday     | 2026-11-21T23:44:06.5Z
            tomorrow      | 2026-11-23T23:44:06.5Z
            noon          | 2026-11-22T12:00:00Z
            midnight      | 2026-11-22T00:00:00Z
            10:30         | 2026-11-22T10:30:00Z
            3 days ago    | 2026-11-19T23:44:06.5Z
            last week     | 2026-11-15T23:44:06.5Z
            next monday   | 2026-11-23T00:00:00Z
            last sunday   | 2026-11-15T00:00:00Z
            friday        | 2026-11-27T00:00:00Z
            """)
    void startsFromNow(String text, ZonedDateTime expected) {
        assertEquals(
                text(new Timestamp(expected.toEpochSecond(), expected.getNano())), text(DateText.parse(text, NOW)));
    }

    @Test
    void takesTheZoneOfNow() {
        ZonedDateTime there = NOW.withZoneSameInstant(ZoneId.of("Asia/Kolkata"));
        assertEquals("1795285800.000000000", text(DateText.parse("2026-11-22", there)));
        assertEquals("1795305600.000000000", text(DateText.parse("2026-11-22 UTC", there)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "garbage", "2026-13-01", "2026-02-30", "25:00", "10:60", "13pm", "2026-11", "@", "@x", "next",
        "99999999999-01-01", "999999999 years", "2026-11-22 10:30 +9900", "3", "ago"
    })
    void refusesWhatIsNoDate(String text) {
        assertNull(DateText.parse(text, NOW));
    }

    private static String text(Timestamp time) {
        return time == null ? "none" : "%d.%09d".formatted(time.seconds(), time.nanos());
    }
}
