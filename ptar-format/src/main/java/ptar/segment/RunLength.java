package ptar.segment;

import ptar.layout.SegmentHead;

/// How long the segments of a run may be in all, as they are stored: that is what a sealed archive's length tells.
/// Spec §3, §13, §14.
public enum RunLength {
    /// As long as they are.
    EXACT {
        @Override
        long roundedUp(long stored) {
            return stored;
        }
    },
    /// Multiples of 4 KiB.
    ALIGNED {
        @Override
        long roundedUp(long stored) {
            return multipleOf(SegmentHead.SEALED_ALIGNMENT, stored);
        }
    },
    /// Few lengths only: Padmé (Nikitin, Barman, Lueks, Underwood, Hubaux, Ford 2019, algorithm 1), in multiples of
    /// 4 KiB. A length below 2^e has as many digits that count as e has.
    PADME {
        @Override
        long roundedUp(long stored) {
            int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(stored);
            int digits = Integer.SIZE - Integer.numberOfLeadingZeros(exponent);
            long step = Math.max(SegmentHead.SEALED_ALIGNMENT, 1L << exponent - digits);
            return multipleOf(step, stored);
        }
    };

    /// @param stored at least 1
    /// @return the least length that may be, from `stored` on
    abstract long roundedUp(long stored);

    private static long multipleOf(long step, long atLeast) {
        return (atLeast + step - 1) / step * step;
    }
}
