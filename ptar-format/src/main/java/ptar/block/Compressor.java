package ptar.block;

import static ptar.block.ZstdContext.Parameter.COMPRESSION_LEVEL;
import static ptar.block.ZstdContext.Parameter.ENABLE_LONG_DISTANCE_MATCHING;
import static ptar.block.ZstdContext.Parameter.HASH_LOG;
import static ptar.block.ZstdContext.Parameter.LDM_BUCKET_SIZE_LOG;
import static ptar.block.ZstdContext.Parameter.LDM_HASH_RATE_LOG;
import static ptar.block.ZstdContext.Parameter.LDM_MIN_MATCH;
import static ptar.block.ZstdContext.Parameter.MIN_MATCH;
import static ptar.block.ZstdContext.Parameter.WINDOW_LOG;

import java.lang.foreign.MemorySegment;

/// Compresses frames' payloads with zstd (RFC 8878), one zstd frame each, no checksum: the archive has its own.
/// One thread at a time; holds native memory until closed.
///
/// How long-distance matching is set is in the specification, §14; `benchmarks/tried.md` has the figures.
public final class Compressor implements AutoCloseable {
    /// Long-distance matching is worth its time only where a block is longer than the level's own window.
    private static final int MIN_LONG_WINDOW_LOG = 22;

    private static final int MAX_WINDOW_LOG = 27;

    private static final int DEFAULT_LEVEL = 3;
    /// Half of the level's own, so that both tables lie in 512 KiB of second-level cache.
    private static final int HASH_LOG_IN_CACHE = 16;

    /// The last levels of what zstd calls strategies, for blocks: `fast` and `dfast`, which find little that is far
    /// away; `greedy` and `lazy`; `lazy2` and `btlazy2`. All of these take what long-distance matching has found
    /// without a look at what they would find themselves, so that the more these find, the longer it should be. Behind
    /// them is `btopt`, which compares, with zstd's own parameters.
    private static final int LAST_FAST_LEVEL = 4;
    private static final int LAST_LAZY_LEVEL = 7;
    private static final int LAST_LAZIER_LEVEL = 15;

    private final ZstdContext context = new ZstdContext();

    /// @param level zstd's: 1 to 22, negative for faster ones
    /// @param maxRawLength of what will be compressed; sizes the window
    public Compressor(int level, int maxRawLength) {
        context.set(COMPRESSION_LEVEL, level);
        int windowLog = Math.min(MAX_WINDOW_LOG, 32 - Integer.numberOfLeadingZeros(maxRawLength - 1));
        if (windowLog < MIN_LONG_WINDOW_LOG) {
            return;
        }
        context.set(WINDOW_LOG, windowLog).set(ENABLE_LONG_DISTANCE_MATCHING, 1);
        if (level <= LAST_FAST_LEVEL) {
            longDistance(32, 6);
        } else if (level <= LAST_LAZY_LEVEL) {
            longDistance(64, 7);
        } else if (level <= LAST_LAZIER_LEVEL) {
            longDistance(128, 7);
        }
        if (level == DEFAULT_LEVEL) {
            context.set(HASH_LOG, HASH_LOG_IN_CACHE);
        }
    }

    /// @param minMatch bytes
    /// @param hashRateLog one position of two to the power of this is looked up and remembered
    private void longDistance(int minMatch, int hashRateLog) {
        context.set(LDM_MIN_MATCH, minMatch).set(LDM_HASH_RATE_LOG, hashRateLog).set(LDM_BUCKET_SIZE_LOG, 2);
    }

    /// Level 1 with twice its hash table, and matches as short as level 3's. Of what is nearly noise (some headers
    /// between compressed data, repetitions far apart) it finds what level 3 does but for a thousandth, in 0.4 of the
    /// time.
    public static Compressor quick(int maxRawLength) {
        Compressor compressor = new Compressor(1, maxRawLength);
        compressor.longDistance(64, 7);
        compressor.context.set(HASH_LOG, 15).set(MIN_MATCH, 5);
        return compressor;
    }

    /// The most that a payload of this length can take.
    public static long bound(long rawLength) {
        return rawLength + (rawLength >>> 8) + 64 + (rawLength < 131_072 ? 131_072 - rawLength >>> 11 : 0);
    }

    /// @param raw native memory
    /// @param target native memory of at least [#bound] bytes
    /// @return bytes written
    public int compress(MemorySegment raw, MemorySegment target) {
        return context.compress(raw, target);
    }

    @Override
    public void close() {
        context.close();
    }
}
