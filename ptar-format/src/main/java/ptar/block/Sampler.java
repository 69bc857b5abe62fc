package ptar.block;

import static ptar.block.ZstdContext.Parameter.COMPRESSION_LEVEL;
import static ptar.block.ZstdContext.Parameter.CONTENT_SIZE_FLAG;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Judges a block by samples from all over it: each is compressed alone at zstd's first level, so that what repeats
/// farther away is not seen. Spec §14. One thread at a time; holds native memory until closed.
public final class Sampler implements AutoCloseable {
    public enum Verdict {
        /// Compressed, encrypted or random data and nothing else.
        NOISE,
        /// Samples save less than a tenth, such as those of compressed files in an archive that does not compress.
        NEARLY_NOISE,
        COMPRESSIBLE
    }

    private static final int SAMPLE_LENGTH = 2048;
    private static final int SAMPLE_DISTANCE = 32 << 10;
    /// The first samples are enough where they save a tenth: one of so many.
    private static final int FIRST_STEP = 8;
    /// The few samples of what is shorter would say little, and little time is at stake.
    private static final int MIN_LENGTH = 1 << 20;
    private static final double WORTHWHILE = 0.1;
    /// 64 bytes of 512 samples, as noise saves none. Compressed files in an archive save 1/1024 in their headers, and
    /// all of the block may save 1/32.
    private static final double MORE_THAN_NOISE = 1.0 / 4096;

    /// Longer ones, as distances become equal only where the same thing is called or read twice.
    private static final int CODE_SAMPLE_LENGTH = 32 << 10;
    private static final int CODE_SAMPLE_DISTANCE = 512 << 10;
    /// The filter saves 6 to 8 % of code; what it makes a little smaller by chance is left alone.
    private static final double LEAST_SAVED_OF_CODE = 1.0 / 64;

    private final MemorySegment target =
            MemorySegment.ofBuffer(ByteBuffer.allocateDirect((int) Compressor.bound(CODE_SAMPLE_LENGTH)));
    private final ZstdContext context = new ZstdContext().set(COMPRESSION_LEVEL, 1).set(CONTENT_SIZE_FLAG, 0);

    public Verdict judge(MemorySegment raw) {
        if (raw.byteSize() < MIN_LENGTH || savedPart(raw, FIRST_STEP) >= WORTHWHILE) {
            return Verdict.COMPRESSIBLE;
        }
        double saved = savedPart(raw, 1);
        if (saved >= WORTHWHILE) {
            return Verdict.COMPRESSIBLE;
        }
        return saved >= MORE_THAN_NOISE ? Verdict.NEARLY_NOISE : Verdict.NOISE;
    }

    private double savedPart(MemorySegment raw, int step) {
        int count = (int) (raw.byteSize() / SAMPLE_DISTANCE);
        long sampled = 0;
        long saved = 0;
        for (int i = 0; i < count; i += step) {
            int length = context.compress(raw.asSlice(positionOf(i), SAMPLE_LENGTH), target);
            saved += Math.max(0, SAMPLE_LENGTH - length);
            sampled += SAMPLE_LENGTH;
        }
        return (double) saved / sampled;
    }

    /// Not at equal distances: samples of a file of pages would all be taken of the same part of its pages.
    static int positionOf(int sample) {
        long scattered = sample * 0x9e37_79b1L & 0xffff_ffffL;
        return sample * SAMPLE_DISTANCE + (int) (scattered * (SAMPLE_DISTANCE - SAMPLE_LENGTH + 1) >>> 32);
    }

    /// Whether samples are smaller behind [X86Filter]. Those of an archive of object files are not, as the linker fills
    /// in their distances; nor is code that repeats in a sample, as copies have the same distances and other positions.
    public boolean looksLikeX86Code(MemorySegment raw) {
        MemorySegment sample = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(CODE_SAMPLE_LENGTH));
        int distance = raw.byteSize() < MIN_LENGTH ? CODE_SAMPLE_LENGTH : CODE_SAMPLE_DISTANCE;
        long before = 0;
        long after = 0;
        for (long at = 0; at + CODE_SAMPLE_LENGTH <= raw.byteSize(); at += distance) {
            MemorySegment.copy(raw, at, sample, 0, CODE_SAMPLE_LENGTH);
            int length = context.compress(sample, target);
            before += length;
            after += X86Filter.apply(sample) ? context.compress(sample, target) : length;
        }
        return before - after > before * LEAST_SAVED_OF_CODE;
    }

    @Override
    public void close() {
        context.close();
    }
}
