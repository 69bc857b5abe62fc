package ptar.cli.list;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import ptar.tree.Timestamp;

/// A time as tar prints it: `2026-11-22 20:45`, with `--full-time` `2026-11-22 20:45:03.25`.
public final class TimeText {
    private static final long SECONDS_A_DAY = 86_400;

    private final boolean full;
    private final boolean utc;
    /// Null until it is needed: finding the local one and its rules takes 25 ms, and a plain `t` shows no times.
    private ZoneId zone;
    /// The offset holds until the next change of it: looking it up for every entry would cost more than the rest.
    private long offsetFrom = Long.MAX_VALUE;
    private long offsetTo = Long.MIN_VALUE;
    private ZoneOffset offset;

    public TimeText(boolean full, boolean utc) {
        this.full = full;
        this.utc = utc;
    }

    public String of(Timestamp time) {
        StringBuilder text = new StringBuilder(29);
        try {
            LocalDateTime local =
                    LocalDateTime.ofEpochSecond(time.seconds(), time.nanos(), offsetAt(time.seconds()));
            pad(text, local.getYear(), 4).append('-');
            pad(text, local.getMonthValue(), 2).append('-');
            pad(text, local.getDayOfMonth(), 2).append(' ');
            pad(text, local.getHour(), 2).append(':');
            pad(text, local.getMinute(), 2);
            if (full) {
                pad(text.append(':'), local.getSecond(), 2);
            }
        } catch (DateTimeException | ArithmeticException outsideOfTheCalendar) {
            text.append(time.seconds());
        }
        if (full && time.nanos() != 0) {
            String digits = Integer.toString(1_000_000_000 + time.nanos()).substring(1);
            int end = digits.length();
            while (digits.charAt(end - 1) == '0') {
                end--;
            }
            text.append('.').append(digits, 0, end);
        }
        return text.toString();
    }

    private ZoneOffset offsetAt(long seconds) {
        if (zone == null) {
            zone = utc ? ZoneOffset.UTC : ZoneId.systemDefault();
        }
        if (zone instanceof ZoneOffset fixed) {
            return fixed;
        }
        if (seconds < offsetFrom || seconds >= offsetTo) {
            var rules = zone.getRules();
            Instant at = Instant.ofEpochSecond(seconds);
            offset = rules.getOffset(at);
            var next = rules.nextTransition(at);
            var previous = rules.previousTransition(at.plusSeconds(1));
            offsetFrom = previous == null ? seconds - SECONDS_A_DAY : previous.toEpochSecond();
            offsetTo = next == null ? seconds + SECONDS_A_DAY : next.toEpochSecond();
        }
        return offset;
    }

    private static StringBuilder pad(StringBuilder text, int number, int digits) {
        String plain = Integer.toString(number);
        for (int i = plain.length(); i < digits; i++) {
            text.append('0');
        }
        return text.append(plain);
    }
}
