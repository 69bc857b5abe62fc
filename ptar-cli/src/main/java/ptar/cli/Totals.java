package ptar.cli;

import java.time.Duration;
import java.util.Locale;

/// The line of `--totals`: bytes, in people's units, and how many a second.
final class Totals {
    private static final String UNITS = "KMGTPE";

    private final long start = System.nanoTime();

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    String line(String what, long bytes) {
        return amount("Total bytes " + what, bytes);
    }

    String amount(String what, long bytes) {
        double seconds = Math.max(1e-9, elapsed().toNanos() / 1e9);
        return what + ": " + bytes + " (" + size(bytes) + ", " + size(bytes / seconds) + "/s)";
    }

    /// As gnulib's `human_readable` does it: one decimal below ten, powers of 1,024.
    static String size(double bytes) {
        double scaled = bytes;
        int power = 0;
        while (scaled >= 1024 && power < UNITS.length()) {
            scaled /= 1024;
            power++;
        }
        if (power == 0) {
            return Math.round(scaled) + "B";
        }
        String number = scaled < 9.95 ? String.format(Locale.ROOT, "%.1f", scaled) : Long.toString(Math.round(scaled));
        return number + UNITS.charAt(power - 1) + "iB";
    }
}
