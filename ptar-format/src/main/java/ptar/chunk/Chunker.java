package ptar.chunk;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Finds where content is cut into chunks: FastCDC with normalised chunking (Xia et al., 2016 and 2020).
///
/// Let `H(n)` be the gear hash of the 64 bytes before position `n` of what is left of a file: the sum of
/// `gear[byte n-1-k] << k` for `k` from 0 to 63, modulo 2^64. The chunk's length is the least `n`, from the minimum up
/// to but not including the maximum, for which the highest bits of `H(n)` are all zero: `log2(average) + 2` bits below
/// the average length, `log2(average) - 2` bits from there on. Without such an `n` it is the maximum, or all that is
/// left if that is less.
///
/// So lengths crowd around the average (the mean of random bytes is 15 % above it), and hardly a chunk is cut by the
/// maximum, which moves with whatever comes before. The paper's masks scatter their bits; the highest ones depend on
/// all 64 bytes and deduplicate as well (`benchmarks/tried.md`).
///
/// An instance is not thread-safe: it has a buffer of its own.
public final class Chunker {
    /// Bytes that the hash remembers: each new one shifts the oldest out.
    private static final int HASHED_BYTES = Long.SIZE;
    /// How many bits more and fewer than `log2(average)` the two masks have: the paper's level 2.
    private static final int NORMALISATION = 2;
    private static final int WINDOW_SIZE = 8 << 10;

    /// Lengths of chunks in bytes. A power of two as average keeps both masks exact.
    public record Limits(int min, int average, int max) {
        public static final Limits DEFAULT = new Limits(16 << 10, 64 << 10, 256 << 10);

        public Limits {
            if (min < HASHED_BYTES || min > average || average > max || max > 1 << 30) {
                throw new IllegalArgumentException("chunk limits out of order: " + min + ", " + average + ", " + max);
            }
            if (Integer.bitCount(average) != 1) {
                throw new IllegalArgumentException("average chunk length is not a power of two: " + average);
            }
        }
    }

    private final Limits limits;
    private final long[] gear;
    private final long strictMask;
    private final long looseMask;

    /// Bytes are copied here to be looked at. This costs a few percent; reading them through [MemorySegment] costs
    /// seven times the time before C2 has compiled it, and again more where several kinds of segment come by.
    private final byte[] window = new byte[WINDOW_SIZE];
    private final MemorySegment windowMemory = MemorySegment.ofArray(window);
    private long hash;

    public Chunker(Limits limits, GearTable gear) {
        this.limits = limits;
        this.gear = gear.words();
        int bits = Integer.numberOfTrailingZeros(limits.average);
        strictMask = topBits(bits + NORMALISATION);
        looseMask = topBits(bits - NORMALISATION);
    }

    public Limits limits() {
        return limits;
    }

    /// The length of the chunk that starts at `offset`: from the minimum to the maximum, or all that is left.
    ///
    /// `available` counts the bytes of the file from `offset` on that the buffer holds. It must be at least the maximum
    /// chunk length unless they reach the end of the file (`last`), so that no cut depends on how a file is read.
    public int cut(MemorySegment buffer, long offset, long available, boolean last) {
        Objects.checkFromIndexSize(offset, available, buffer.byteSize());
        if (available < limits.max && !last) {
            throw new IllegalArgumentException(
                "buffer holds " + available + " bytes, fewer than the longest chunk's " + limits.max);
        }
        if (available <= limits.min) {
            return (int) available;
        }
        int end = (int) Math.min(available, limits.max);
        int strictEnd = Math.min(limits.average, end);
        warmUp(buffer, offset + limits.min - HASHED_BYTES);
        int length = scan(buffer, offset, limits.min, strictEnd, strictMask);
        return length < strictEnd ? length : scan(buffer, offset, strictEnd, end, looseMask);
    }

    /// Hashes all but the last of the bytes that the first position looked at depends on.
    private void warmUp(MemorySegment buffer, long from) {
        MemorySegment.copy(buffer, from, windowMemory, 0, HASHED_BYTES - 1);
        hash = 0;
        for (int i = 0; i < HASHED_BYTES - 1; i++) {
            hash = (hash << 1) + gear[window[i] & 0xff];
        }
    }

    /// The first length in `from..to` that the mask accepts, or `to`.
    private int scan(MemorySegment buffer, long offset, int from, int to, long mask) {
        for (int length = from; length < to; ) {
            int part = Math.min(WINDOW_SIZE, to - length);
            MemorySegment.copy(buffer, offset + length - 1, windowMemory, 0, part);
            int rejected = reject(part, mask);
            length += rejected;
            if (rejected < part) {
                return length;
            }
        }
        return to;
    }

    /// How many of the first `count` bytes of the window leave a hash that the mask does not accept.
    private int reject(int count, long mask) {
        long[] gearWords = gear;
        // 255; said like this, C2 leaves out the check of the index, and shift and addition become one `lea`: the chain
        // of additions is what limits the speed, and this makes it half as long.
        int byteMask = gearWords.length - 1;
        byte[] bytes = window;
        long rolling = hash;
        for (int i = 0; i < count; i++) {
            rolling = (rolling << 1) + gearWords[bytes[i] & byteMask];
            if ((rolling & mask) == 0) {
                return i;
            }
        }
        hash = rolling;
        return count;
    }

    private static long topBits(int count) {
        return -1L << (Long.SIZE - count);
    }
}
