package ptar.layout;

import java.util.Arrays;

/// A file's extents as a writer holds them until its leaf is written: two longs each, as a window has a great many.
/// All blocks are of the run that is being written.
public final class PackedExtents {
    public static final PackedExtents NONE = new PackedExtents();
    private static final int OFFSET_BITS = 26; // BlockTrailer.MAX_CONTENT_LENGTH is 2^26
    private static final long HOLE = -1;

    private long[] longs = new long[0];
    private int count;
    private int told;

    /// From now on nothing is joined to the extents that are there: a journal has told of them.
    ///
    /// @return how many there are
    public int markTold() {
        told = count;
        return count;
    }

    /// How many extents a journal has told of.
    public int told() {
        return told;
    }

    /// Appends data; joined to the extent before where it goes on in the same block.
    public void addData(long block, int offset, long length) {
        long place = block << OFFSET_BITS | offset;
        if (count > told && !isHole(count - 1) && place(count - 1) + length(count - 1) == place && offset > 0) {
            longs[2 * count - 2] += length;
            return;
        }
        add(length, place);
    }

    public void addHole(long length) {
        if (count > told && isHole(count - 1)) {
            longs[2 * count - 2] += length;
            return;
        }
        add(length, HOLE);
    }

    /// A hole where `length` is more than 0.
    public void addHoleIf(long length) {
        if (length > 0) {
            addHole(length);
        }
    }

    private void add(long length, long place) {
        if (longs.length == 2 * count) {
            longs = Arrays.copyOf(longs, Math.max(2, 4 * count));
        }
        longs[2 * count] = length;
        longs[2 * count + 1] = place;
        count++;
    }

    public int count() {
        return count;
    }

    public long length(int i) {
        return longs[2 * i];
    }

    private long place(int i) {
        return longs[2 * i + 1];
    }

    public boolean isHole(int i) {
        return place(i) == HOLE;
    }

    public long block(int i) {
        return place(i) >>> OFFSET_BITS;
    }

    public int offset(int i) {
        return (int) place(i) & (1 << OFFSET_BITS) - 1;
    }

    public long totalLength() {
        long total = 0;
        for (int i = 0; i < count; i++) {
            total += length(i);
        }
        return total;
    }
}
