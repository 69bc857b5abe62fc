package ptar.block;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.lang.foreign.MemorySegment;

/// Compresses frames' payloads with zstd (RFC 8878), one zstd frame each, no checksum: the archive has its own.
/// One thread at a time; holds native memory until closed.
public final class Compressor implements AutoCloseable {
    /// Long-distance matching is worth its time only where a block is longer than the level's own window.
    private static final int MIN_LONG_WINDOW_LOG = 22;

    private static final int MAX_WINDOW_LOG = 27;

    private final ZstdCompressCtx context = new ZstdCompressCtx();

    /// @param level zstd's: 1 to 22, negative for faster ones
    /// @param maxRawLength of what will be compressed; sizes the window
    public Compressor(int level, int maxRawLength) {
        context.setLevel(level).setChecksum(false).setDictID(false).setContentSize(true);
        int windowLog = Math.min(MAX_WINDOW_LOG, 32 - Integer.numberOfLeadingZeros(maxRawLength - 1));
        if (windowLog >= MIN_LONG_WINDOW_LOG) {
            context.setLong(windowLog);
        }
    }

    /// Level 1 with twice its hash table, and matches as short as level 3's. Of what is nearly noise (some headers
    /// between compressed data, repetitions far apart) it finds what level 3 does but for a thousandth, in 0.4 of the
    /// time.
    public static Compressor quick(int maxRawLength) {
        Compressor compressor = new Compressor(1, maxRawLength);
        compressor.context.setHashLog(15).setMinMatch(5);
        return compressor;
    }

    /// The most that a payload of this length can take.
    public static long bound(long rawLength) {
        return rawLength + (rawLength >>> 8) + 64 + (rawLength < 131_072 ? 131_072 - rawLength >>> 11 : 0);
    }

    /// @param target native memory of at least [#bound] bytes
    /// @return bytes written
    public int compress(MemorySegment raw, MemorySegment target) {
        try {
            return context.compressDirectByteBuffer(
                    target.asByteBuffer(), 0, (int) target.byteSize(), raw.asByteBuffer(), 0, (int) raw.byteSize());
        } catch (ZstdException failed) {
            throw new IllegalStateException("zstd could not compress " + raw.byteSize() + " bytes", failed);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
