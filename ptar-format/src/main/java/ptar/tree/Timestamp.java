package ptar.tree;

/// A file's time: seconds since 1970-01-01T00:00:00Z (any `long`, as file systems keep it) and nanoseconds.
public record Timestamp(long seconds, int nanos) implements Comparable<Timestamp> {
    public Timestamp {
        if (nanos < 0 || nanos > 999_999_999) {
            throw new IllegalArgumentException("nanoseconds out of range: " + nanos);
        }
    }

    // As a record has them, but these need no classes that are made at run time (10 ms at start).
    @Override
    public boolean equals(Object other) {
        return other instanceof Timestamp time && seconds == time.seconds && nanos == time.nanos;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(seconds) + nanos;
    }

    @Override
    public int compareTo(Timestamp other) {
        int bySeconds = Long.compare(seconds, other.seconds);
        return bySeconds != 0 ? bySeconds : Integer.compare(nanos, other.nanos);
    }
}
