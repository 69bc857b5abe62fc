package ptar.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunLengthTest {
    private static final int KIB = 1 << 10;
    private static final long GIB = 1L << 30;

    @Test
    void exactLengthsStay() {
        assertEquals(1, RunLength.EXACT.roundedUp(1));
        assertEquals(65_537, RunLength.EXACT.roundedUp(65_537));
    }

    @Test
    void alignedLengthsAreMultiplesOf4KiB() {
        assertEquals(4 * KIB, RunLength.ALIGNED.roundedUp(1));
        assertEquals(4 * KIB, RunLength.ALIGNED.roundedUp(4 * KIB));
        assertEquals(8 * KIB, RunLength.ALIGNED.roundedUp(4 * KIB + 1));
    }

    /// Worked out by hand from the paper's algorithm 1: E = floor(log2 L), S = floor(log2 E) + 1, and the last E - S
    /// bits become zero.
    @Test
    void padmeKeepsAsManyDigitsAsTheExponentHas() {
        assertEquals(4 * KIB, RunLength.PADME.roundedUp(64)); // 4 KiB at least
        assertEquals(64 * KIB, RunLength.PADME.roundedUp(64 * KIB)); // E = 16, S = 5: steps of 2 KiB
        assertEquals(68 * KIB, RunLength.PADME.roundedUp(64 * KIB + 1));
        assertEquals(1056 * KIB, RunLength.PADME.roundedUp(1024 * KIB + 1)); // E = 20, S = 5: steps of 32 KiB
        assertEquals(GIB + (GIB >> 5), RunLength.PADME.roundedUp(GIB + 1)); // E = 30, S = 5: of 32 MiB
        assertEquals(4 * GIB + (4 * GIB >> 6), RunLength.PADME.roundedUp(4 * GIB + 1)); // E = 32, S = 6: of 64 MiB
    }

    @Test
    void padmeIsMonotoneAndStaysWhereItIs() {
        long seed = new Random().nextLong();
        System.out.println("RunLengthTest.padmeIsMonotoneAndStaysWhereItIs: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            long stored = 64 + (random.nextLong() >>> 17 + random.nextInt(40));
            long padded = RunLength.PADME.roundedUp(stored);
            assertEquals(padded, RunLength.PADME.roundedUp(padded), "of " + stored);
            assertTrue(padded >= stored && padded >= RunLength.PADME.roundedUp(stored - 1), "of " + stored);
            assertTrue(padded - stored < Math.max(4 * KIB, stored / 32 + 1), "of " + stored);
        }
    }

    /// What the specification says that a length tells: 9 bits from 64 KiB to 4 GiB.
    @Test
    void padmeLeavesFewLengths() {
        Set<Long> lengths = new HashSet<>();
        for (long stored = 64 * KIB; stored < 4 * GIB; stored = RunLength.PADME.roundedUp(stored + 1)) {
            lengths.add(stored);
        }
        assertEquals(16 * 32 - 16, lengths.size()); // from 64 to 128 KiB it is 4 KiB that count
    }
}
