package ptar.write;

import ptar.layout.BlockTrailer;

/// How an archive is written. None of it changes what can be read from it.
///
/// @param level zstd's compression level, -7 to 22
/// @param blockSize raw bytes of content in a block, 1 to 64 MiB: a larger one packs better, and pulling one file out
///     of it takes longer
/// @param padded whether a sealed archive has one of few lengths: see [ptar.segment.RunLength#PADME]
/// @param threads that read, hash, compress and seal; the archive's bytes are the same for any number
public record WriteOptions(int level, int blockSize, boolean padded, int threads) {
    public static final int MIN_BLOCK_SIZE = 1 << 20;
    public static final int MAX_BLOCK_SIZE = BlockTrailer.MAX_CONTENT_LENGTH;
    /// From here on zstd takes memory as if it cost nothing, and size is all that counts.
    public static final int ULTRA_LEVEL = 20;
    public static final WriteOptions DEFAULT =
            new WriteOptions(3, 16 << 20, false, Runtime.getRuntime().availableProcessors());

    public WriteOptions {
        if (level < -7 || level > 22 || level == 0) {
            throw new IllegalArgumentException("level out of range: " + level);
        }
        if (blockSize < MIN_BLOCK_SIZE || blockSize > MAX_BLOCK_SIZE) {
            throw new IllegalArgumentException("block size out of range: " + blockSize);
        }
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("number of threads out of range: " + threads);
        }
    }

    public WriteOptions withLevel(int newLevel) {
        return new WriteOptions(newLevel, blockSize, padded, threads);
    }

    public WriteOptions withBlockSize(int newBlockSize) {
        return new WriteOptions(level, newBlockSize, padded, threads);
    }

    public WriteOptions withPadding() {
        return new WriteOptions(level, blockSize, true, threads);
    }

    public WriteOptions withThreads(int newThreads) {
        return new WriteOptions(level, blockSize, padded, newThreads);
    }
}
