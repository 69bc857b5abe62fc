package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PackedExtentsTest {
    private static String text(PackedExtents extents) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < extents.count(); i++) {
            text.append(extents.isHole(i) ? "hole" : extents.block(i) + ":" + extents.offset(i))
                    .append('+').append(extents.length(i)).append(' ');
        }
        return text.toString().strip();
    }

    @Test
    void holdsEveryBlockAndOffset() {
        PackedExtents extents = new PackedExtents();
        extents.addData(Integer.MAX_VALUE, (1 << 26) - 1, 1);
        extents.addHole(1L << 61);
        extents.addData(0, 0, 1 << 26);
        assertEquals("2147483647:67108863+1 hole+2305843009213693952 0:0+67108864", text(extents));
        assertEquals((1L << 61) + (1 << 26) + 1, extents.totalLength());
        assertTrue(extents.isHole(1));
        assertFalse(extents.isHole(0));
    }

    @Test
    void dataThatGoesOnInItsBlockIsOneExtent() {
        PackedExtents extents = new PackedExtents();
        extents.addData(3, 10, 5);
        extents.addData(3, 15, 7);
        extents.addData(3, 23, 1);
        extents.addData(3, 22, 1);
        extents.addData(4, 23, 1);
        assertEquals("3:10+12 3:23+1 3:22+1 4:23+1", text(extents));
    }

    @Test
    void theEndOfAFullBlockIsNotTheBeginningOfTheNext() {
        PackedExtents extents = new PackedExtents();
        extents.addData(3, (1 << 26) - 5, 5);
        extents.addData(4, 0, 5);
        assertEquals("3:67108859+5 4:0+5", text(extents));
    }

    @Test
    void holesBesideEachOtherAreOne() {
        PackedExtents extents = new PackedExtents();
        extents.addHoleIf(0);
        extents.addHole(5);
        extents.addHoleIf(6);
        extents.addData(0, 0, 1);
        extents.addHole(7);
        assertEquals("hole+11 0:0+1 hole+7", text(extents));
    }

    @Test
    void whatWasToldOfStaysAsItIs() {
        PackedExtents extents = new PackedExtents();
        extents.addData(3, 0, 5);
        assertEquals(1, extents.markTold());
        extents.addData(3, 5, 5);
        extents.addHole(1);
        assertEquals(1, extents.told());
        assertEquals(3, extents.markTold());
        extents.addHole(1);
        assertEquals("3:0+5 3:5+5 hole+1 hole+1", text(extents));
    }

    @Test
    void growsAsFarAsItMust() {
        PackedExtents extents = new PackedExtents();
        for (int i = 0; i < 10_000; i++) {
            extents.addData(i, i, i + 1);
        }
        assertEquals(10_000, extents.count());
        assertEquals(9_999, extents.block(9_999));
        assertEquals(10_000, extents.length(9_999));
    }
}
