package ptar.block;

import com.github.luben.zstd.ZstdCompressCtx;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Judges by samples from all over a payload how well it compresses. One thread at a time; holds native memory until
/// closed.
public final class Sampler implements AutoCloseable {
    /// Each sample is compressed alone, at zstd's first level: what repeats farther away is not seen.
    public enum Verdict {
        /// Compressed, encrypted or random data and nothing else.
        NOISE,
        /// That with something between, of which less than a tenth is saved.
        NEARLY_NOISE,
        COMPRESSIBLE
    }

    private static final int SAMPLE_LENGTH = 2048;
    private static final int SAMPLE_DISTANCE = 32 << 10;
    /// Few of the samples show what compresses well.
    private static final int FIRST_DISTANCE = 8 * SAMPLE_DISTANCE;
    /// The few samples of what is shorter would say little, and little time is at stake.
    private static final int MIN_LENGTH = 1 << 20;
    private static final double WORTHWHILE = 0.1;
    /// Archives of compressed files save 1/1024 of their samples, in headers here and there, and 1/32 of the whole.
    private static final double MORE_THAN_NOISE = 1.0 / 4096;

    private final ZstdCompressCtx context =
            new ZstdCompressCtx().setLevel(1).setChecksum(false).setDictID(false).setContentSize(false);
    private final ByteBuffer target = Arena.ofAuto().allocate(Compressor.bound(SAMPLE_LENGTH)).asByteBuffer();

    public Verdict judge(MemorySegment raw) {
        if (raw.byteSize() < MIN_LENGTH || savedPart(raw, FIRST_DISTANCE) >= WORTHWHILE) {
            return Verdict.COMPRESSIBLE;
        }
        double saved = savedPart(raw, SAMPLE_DISTANCE);
        if (saved >= WORTHWHILE) {
            return Verdict.COMPRESSIBLE;
        }
        return saved >= MORE_THAN_NOISE ? Verdict.NEARLY_NOISE : Verdict.NOISE;
    }

    private double savedPart(MemorySegment raw, int distance) {
        ByteBuffer source = raw.asByteBuffer();
        long sampled = 0;
        long saved = 0;
        for (int at = 0; at + SAMPLE_LENGTH <= source.limit(); at += distance) {
            int length = context.compressDirectByteBuffer(target, 0, target.limit(), source, at, SAMPLE_LENGTH);
            sampled += SAMPLE_LENGTH;
            saved += Math.max(0, SAMPLE_LENGTH - length);
        }
        return (double) saved / sampled;
    }

    @Override
    public void close() {
        context.close();
    }
}
