package ptar.storage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import ptar.storage.RangeSource.Range;

/// Turns the ranges that a reader wants into the requests that a network likes: near ranges become one request, long
/// ones several.
final class RangePlan {
    /// Reading 1 MiB for nothing takes about as long as a round trip to a bucket in the same region.
    static final int MAX_GAP = 1 << 20;

    /// A request this long spends most of its time on bytes; longer ones leave less to do at once.
    static final int MIN_SPLIT = 8 << 20;

    static final int MAX_REQUEST = 16 << 20;

    private RangePlan() {
    }

    /// A wanted range and how much of it is still missing.
    static final class Wanted {
        final Range range;
        final AtomicLong missing;

        Wanted(Range range) {
            this.range = range;
            this.missing = new AtomicLong(range.target().byteSize());
        }

        long start() {
            return range.offset();
        }

        long end() {
            return range.offset() + range.target().byteSize();
        }
    }

    /// @param end the first byte behind it
    /// @param parts the ranges that have bytes in it, by offset; they may overlap
    record Request(long start, long end, List<Wanted> parts) {}

    /// Requests in increasing order, not overlapping, that cover all ranges. Empty ranges must have been taken out.
    ///
    /// @param parallel how many requests will be in flight: a short list is cut finer, so that all have work
    static List<Request> of(List<Wanted> ranges, int parallel) {
        List<Wanted> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparingLong(Wanted::start));
        List<Request> stretches = new ArrayList<>();
        List<Wanted> parts = new ArrayList<>();
        long start = 0;
        long end = 0;
        long total = 0;
        for (Wanted w : sorted) {
            if (!parts.isEmpty() && w.start() - end > MAX_GAP) {
                stretches.add(new Request(start, end, parts));
                total += end - start;
                parts = new ArrayList<>();
            }
            if (parts.isEmpty()) {
                start = w.start();
                end = w.end();
            }
            parts.add(w);
            end = Math.max(end, w.end());
        }
        if (!parts.isEmpty()) {
            stretches.add(new Request(start, end, parts));
            total += end - start;
        }
        long piece = Math.clamp(total / parallel, MIN_SPLIT, MAX_REQUEST);
        List<Request> requests = new ArrayList<>();
        for (Request stretch : stretches) {
            split(stretch, piece, requests);
        }
        return requests;
    }

    private static void split(Request stretch, long piece, List<Request> requests) {
        long length = stretch.end - stretch.start;
        long count = length <= MAX_REQUEST ? Math.max(1, length / piece) : (length + piece - 1) / piece;
        int first = 0;
        for (long i = 0; i < count; i++) {
            long from = stretch.start + length * i / count;
            long to = stretch.start + length * (i + 1) / count;
            List<Wanted> parts = new ArrayList<>();
            while (first < stretch.parts.size() && stretch.parts.get(first).end() <= from) {
                first++;
            }
            for (int k = first; k < stretch.parts.size() && stretch.parts.get(k).start() < to; k++) {
                if (stretch.parts.get(k).end() > from) {
                    parts.add(stretch.parts.get(k));
                }
            }
            requests.add(new Request(from, to, parts));
        }
    }
}
