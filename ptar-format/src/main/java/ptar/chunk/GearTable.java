package ptar.chunk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What FastCDC adds to its rolling hash for each value of a byte: 256 longs that look random.
///
/// The bytes come from the archive's master key (`MasterKey#gearTable`), so that without it nobody can tell where known
/// content would be cut. Word `b` belongs to the byte `b` (0 to 255).
public final class GearTable {
    public static final int SIZE = 256;

    private final long[] words = new long[SIZE];

    /// @param bytes 2,048 of them, read as 256 little-endian words
    public GearTable(byte[] bytes) {
        if (bytes.length != SIZE * Long.BYTES) {
            throw new IllegalArgumentException("a gear table has 2,048 bytes, not " + bytes.length);
        }
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
    }

    /// A copy, for the cutting loop to have in an array of its own.
    long[] words() {
        return words.clone();
    }
}
