package ptar.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChunkerTest {
    private static final Chunker.Limits LIMITS = Chunker.Limits.DEFAULT;
    private static final Chunker.Limits SMALL = new Chunker.Limits(64, 256, 1024);
    private static final GearTable GEAR = new GearTable(GearTableTest.gearTable(new byte[32]));

    @Test
    void cutsWhereTheDefinitionSays() {
        Random random = new Random(3);
        Chunker chunker = new Chunker(SMALL, GEAR);
        for (int length : new int[] {0, 1, 63, 64, 65, 127, 255, 256, 257, 1023, 1024, 1025, 100_000}) {
            byte[] data = randomBytes(random, length);
            List<Integer> found = cuts(chunker, MemorySegment.ofArray(data), length);
            assertEquals(definedCuts(data, SMALL), found, "length " + length);
        }
    }

    /// The definition in [Chunker], word for word and slow.
    private static List<Integer> definedCuts(byte[] data, Chunker.Limits limits) {
        long[] gear = GEAR.words();
        int log = Integer.numberOfTrailingZeros(limits.average());
        List<Integer> lengths = new ArrayList<>();
        for (int start = 0; start < data.length; ) {
            int left = data.length - start;
            int length = Math.min(left, limits.max());
            for (int n = limits.min(); n < length; n++) {
                long hash = 0;
                for (int k = 0; k < 64; k++) {
                    hash += gear[data[start + n - 1 - k] & 0xff] << k;
                }
                if (hash >>> 64 - (n < limits.average() ? log + 2 : log - 2) == 0) {
                    length = n;
                }
            }
            lengths.add(length);
            start += length;
        }
        return lengths;
    }

    @Test
    void cutsDoNotDependOnSlicing() {
        long seed = new Random().nextLong();
        System.out.println("ChunkerTest.cutsDoNotDependOnSlicing: seed " + seed);
        Random random = new Random(seed);
        byte[] data = randomBytes(random, 8 << 20);
        Chunker chunker = new Chunker(LIMITS, GEAR);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment direct = arena.allocate(data.length);
            direct.copyFrom(MemorySegment.ofArray(data));
            List<Integer> whole = cuts(chunker, direct, data.length);
            assertEquals(whole, cuts(chunker, MemorySegment.ofArray(data), data.length), "heap");
            List<Integer> sliced = new ArrayList<>();
            for (int at = 0; at < data.length; ) {
                int left = data.length - at;
                int available = Math.min(left, LIMITS.max() + random.nextInt(1 << random.nextInt(20)));
                int before = random.nextInt(Math.min(at, 100) + 1);
                MemorySegment buffer = direct.asSlice(at - before, before + available);
                int length = chunker.cut(buffer, before, available, available == left);
                sliced.add(length);
                at += length;
            }
            assertEquals(whole, sliced, "seed " + seed);
        }
    }

    @Test
    void lengthsCrowdAroundTheAverage() {
        byte[] data = randomBytes(new Random(11), 64 << 20);
        List<Integer> lengths = cuts(new Chunker(LIMITS, GEAR), MemorySegment.ofArray(data), data.length);
        double mean = lengths.stream().mapToInt(Integer::intValue).average().orElseThrow();
        assertTrue(mean > LIMITS.average() && mean < 1.3 * LIMITS.average(), "mean " + mean);
        assertTrue(lengths.stream().allMatch(n -> n <= LIMITS.max()));
        assertTrue(lengths.subList(0, lengths.size() - 1).stream().allMatch(n -> n >= LIMITS.min()));
        assertEquals(0, lengths.stream().filter(n -> n == LIMITS.max()).count(), "cut by the maximum");
        long near = lengths.stream().filter(n -> n > LIMITS.average() / 2 && n < 2 * LIMITS.average()).count();
        assertTrue(near > 0.85 * lengths.size(), near + " of " + lengths.size() + " are near the average");
    }

    @Test
    void anInsertionMovesFewCuts() {
        byte[] data = randomBytes(new Random(12), 16 << 20);
        byte[] edited = new byte[data.length + 1];
        System.arraycopy(data, 0, edited, 0, 1000);
        System.arraycopy(data, 1000, edited, 1001, data.length - 1000);
        Chunker chunker = new Chunker(LIMITS, GEAR);
        Set<Integer> ends = endsFromTheBack(cuts(chunker, MemorySegment.ofArray(data), data.length));
        Set<Integer> editedEnds = endsFromTheBack(cuts(chunker, MemorySegment.ofArray(edited), edited.length));
        int count = ends.size();
        ends.removeAll(editedEnds);
        assertTrue(ends.size() <= 5, ends.size() + " of " + count + " cuts moved");
    }

    private static Set<Integer> endsFromTheBack(List<Integer> lengths) {
        Set<Integer> ends = new HashSet<>();
        int fromBack = 0;
        for (int i = lengths.size() - 1; i >= 0; i--) {
            fromBack += lengths.get(i);
            ends.add(fromBack);
        }
        return ends;
    }

    @Test
    void zerosAreCutIntoEqualChunks() {
        List<Integer> lengths = cuts(new Chunker(LIMITS, GEAR), MemorySegment.ofArray(new byte[1 << 20]), 1 << 20);
        assertEquals(List.of(LIMITS.max(), LIMITS.max(), LIMITS.max(), LIMITS.max()), lengths);
    }

    @Test
    void anotherKeyCutsElsewhere() {
        byte[] data = randomBytes(new Random(13), 4 << 20);
        byte[] key = new byte[32];
        key[0] = 1;
        MemorySegment buffer = MemorySegment.ofArray(data);
        Set<Integer> plain = endsFromTheBack(cuts(new Chunker(LIMITS, GEAR), buffer, data.length));
        Chunker other = new Chunker(LIMITS, new GearTable(GearTableTest.gearTable(key)));
        Set<Integer> keyed = endsFromTheBack(cuts(other, buffer, data.length));
        plain.retainAll(keyed);
        assertEquals(Set.of(data.length), plain);
    }

    @Test
    void refusesABufferThatIsShorterThanTheMaximum() {
        Chunker chunker = new Chunker(LIMITS, GEAR);
        MemorySegment buffer = MemorySegment.ofArray(new byte[LIMITS.max()]);
        assertThrows(IllegalArgumentException.class, () -> chunker.cut(buffer, 0, LIMITS.max() - 1, false));
        assertThrows(IndexOutOfBoundsException.class, () -> chunker.cut(buffer, 1, LIMITS.max(), true));
    }

    @Test
    void refusesLimitsOutOfOrder() {
        assertThrows(IllegalArgumentException.class, () -> new Chunker.Limits(63, 256, 1024));
        assertThrows(IllegalArgumentException.class, () -> new Chunker.Limits(512, 256, 1024));
        assertThrows(IllegalArgumentException.class, () -> new Chunker.Limits(64, 256, 255));
        assertThrows(IllegalArgumentException.class, () -> new Chunker.Limits(64, 257, 1024));
    }

    private static List<Integer> cuts(Chunker chunker, MemorySegment data, int length) {
        List<Integer> lengths = new ArrayList<>();
        for (int at = 0; at < length; ) {
            int cut = chunker.cut(data, at, length - at, true);
            lengths.add(cut);
            at += cut;
        }
        return lengths;
    }

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
