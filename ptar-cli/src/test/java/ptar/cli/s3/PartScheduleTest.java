package ptar.cli.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartScheduleTest {
    private static final long MIB = 1 << 20;
    private static final long TIB = 1L << 40;

    private static long reach(PartSchedule schedule) {
        long sum = 0;
        long before = 0;
        for (int n = 1; n <= PartSchedule.MAX_PARTS; n++) {
            long length = schedule.lengthOf(n);
            assertTrue(length >= PartSchedule.MIN_PART && length <= PartSchedule.MAX_PART, () -> "part " + length);
            assertTrue(length >= before);
            before = length;
            sum += length;
        }
        return sum;
    }

    @Test
    void reachesFiveTebibytesWithoutAHint() {
        PartSchedule schedule = PartSchedule.of(0, 0, false);
        assertEquals(5 * MIB, schedule.lengthOf(1));
        assertEquals(5 * MIB, schedule.lengthOf(16));
        assertEquals(8 * MIB, schedule.lengthOf(17));
        assertEquals(8 * MIB, schedule.lengthOf(128));
        assertEquals(12 * MIB, schedule.lengthOf(129));
        assertTrue(reach(schedule) >= 5 * TIB);
        assertTrue(schedule.lengthOf(PartSchedule.MAX_PARTS) < 1200 * MIB);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1 << 30, TIB, 5 * TIB, 20 * TIB, PartSchedule.MAX_OBJECT})
    void reachesWhatIsExpectedAndATenthMore(long expected) {
        long least = Math.min(PartSchedule.MAX_OBJECT, expected + expected / 10);
        assertTrue(reach(PartSchedule.of(0, expected, false)) >= least);
        assertTrue(reach(PartSchedule.of(0, expected, true)) >= least);
    }

    @Test
    void reachesFarBeyondASmallHint() {
        assertTrue(reach(PartSchedule.of(0, 1 << 20, false)) > TIB);
    }

    @Test
    void keepsPartsEqualWhereTheServerWantsIt() {
        for (PartSchedule schedule : new PartSchedule[] {
            PartSchedule.of(0, 0, true), PartSchedule.of(0, TIB, true), PartSchedule.of(100 * MIB, 0, false)
        }) {
            assertEquals(schedule.lengthOf(1), schedule.lengthOf(PartSchedule.MAX_PARTS));
            assertFalse(schedule.grows());
        }
        assertEquals(100 * MIB, PartSchedule.of(100 * MIB, 0, false).lengthOf(1));
    }

    @Test
    void refusesWhatS3DoesNotTake() {
        assertThrows(IllegalArgumentException.class, () -> PartSchedule.of(5 * MIB - 1, 0, false));
        assertThrows(IllegalArgumentException.class, () -> PartSchedule.of(5 * 1024 * MIB + 1, 0, false));
        assertThrows(IllegalArgumentException.class, () -> PartSchedule.of(0, PartSchedule.MAX_OBJECT + 1, false));
        assertThrows(IllegalArgumentException.class, () -> PartSchedule.of(5 * MIB, TIB, false));
        assertThrows(
                IllegalArgumentException.class,
                () -> PartSchedule.of(0, 0, false).lengthOf(PartSchedule.MAX_PARTS + 1));
    }
}
