package ptar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.storage.RangePlan.Request;
import ptar.storage.RangePlan.Wanted;

class RangePlanTest {
    private static final long MIB = 1 << 20;

    /// Memory that is never touched may have any size.
    @SuppressWarnings("restricted")
    private static Wanted wanted(long offset, long length) {
        return new Wanted(new RangeSource.Range(offset, MemorySegment.NULL.reinterpret(length)));
    }

    private static String plan(int parallel, long... offsetsAndLengths) {
        List<Wanted> ranges = new ArrayList<>();
        for (int i = 0; i < offsetsAndLengths.length; i += 2) {
            ranges.add(wanted(offsetsAndLengths[i], offsetsAndLengths[i + 1]));
        }
        return RangePlan.of(ranges, parallel).stream()
                .map(r -> r.start() + "-" + r.end() + ":" + r.parts().size())
                .collect(Collectors.joining(" "));
    }

    @Test
    void asksForNothingWhenNothingIsWanted() {
        assertEquals("", plan(8));
    }

    @Test
    void mergesRangesAcrossAGapOfOneMebibyteAndNoMore() {
        assertEquals("0-" + (MIB + 20) + ":2", plan(8, 0, 10, MIB + 10, 10));
        assertEquals("0-10:1 " + (MIB + 11) + "-" + (MIB + 21) + ":1", plan(8, 0, 10, MIB + 11, 10));
    }

    @Test
    void putsRangesInOrder() {
        assertEquals("0-50:2 100000000-100000010:1", plan(8, 100_000_000, 10, 40, 10, 0, 10));
    }

    @Test
    void coversOverlappingRangesOnce() {
        assertEquals("0-100:3", plan(8, 0, 100, 10, 20, 10, 20));
    }

    @Test
    void splitsALongRangeForAllConnections() {
        String all = plan(8, 0, 64 * MIB);
        assertEquals(8, all.split(" ").length, all);
        assertEquals(2, plan(8, 0, 16 * MIB).split(" ").length);
        assertEquals(1, plan(8, 0, 16 * MIB - 1).split(" ").length);
        assertEquals(64, plan(8, 0, 1024 * MIB).split(" ").length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void givesEveryWantedByteToOneRequest(int seed) {
        Random random = new Random(seed);
        List<Wanted> ranges = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ranges.add(wanted(random.nextLong(200 * MIB), 1 + random.nextLong(seed % 2 == 0 ? 100 : 40 * MIB)));
        }
        List<Request> requests = RangePlan.of(ranges, 8);
        long[] covered = new long[ranges.size()];
        long last = 0;
        for (Request r : requests) {
            assertTrue(r.start() >= last && r.end() > r.start() && r.end() - r.start() <= RangePlan.MAX_REQUEST);
            last = r.end();
            for (Wanted w : r.parts()) {
                long bytes = Math.min(w.end(), r.end()) - Math.max(w.start(), r.start());
                assertTrue(bytes > 0);
                covered[ranges.indexOf(w)] += bytes;
            }
        }
        assertEquals(
                ranges.stream().map(w -> w.end() - w.start()).toList(), Arrays.stream(covered).boxed().toList());
    }
}
