package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;

/// What GNU tar 1.34 says.
class CheckpointTextTest {
    private static final ZonedDateTime TIME = ZonedDateTime.of(2026, 11, 5, 6, 7, 8, 9, ZoneOffset.UTC);

    private static String expand(String verb, String format) {
        return new CheckpointText(verb, new Totals()).expand(format, 6, 20, 204_800, TIME)
                .replaceAll(", [0-9.]+.?i?B/s", ", SPEED");
    }

    @Test
    void saysHowFarItIs() {
        assertEquals("#20 write", expand("Write", "#%u %s"));
        assertEquals("W: 204800 (200KiB, SPEED)", expand("Write", "%T"));
        assertEquals("r: 204800 (200KiB, SPEED)", expand("Read", "%{r,w}T"));
        assertEquals("W: 204800 (200KiB, SPEED)", expand("Write", "%{only}T"));
        assertEquals("0s", expand("Write", "%ds"));
    }

    @Test
    void saysWhenItIs() {
        assertEquals("Thu Nov  5 06:07:08 2026", expand("Write", "%t"));
        assertEquals("2026-11-05 06:07 309 % %Q", expand("Write", "%{%F %R %j %% %Q}t"));
    }

    @Test
    void fillsUpToAColumn() {
        assertEquals("ab  c", expand("Write", "ab%{10}*c"));
        assertEquals("abc", expand("Write", "ab%{4}*c"));
        String common = new CheckpointText("Read", new Totals()).expand("%c", 6, 20, 204_800, TIME);
        assertEquals("2026-11-05 06:07:08: 0s, read: 204800 (200KiB, ", common.substring(0, 47));
        assertEquals(80 - 6 + 1, common.length());
        assertEquals('\r', common.charAt(common.length() - 1));
    }

    @Test
    void leavesWhatItDoesNotKnow() {
        assertEquals("a\tb\n%x %% %{y", expand("Write", "a\\tb\\n%x %% %{y"));
        assertEquals("%{y}z %", expand("Write", "%{y}z %"));
    }
}
