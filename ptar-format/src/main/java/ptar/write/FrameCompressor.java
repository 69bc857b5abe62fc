package ptar.write;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import ptar.block.Compressor;
import ptar.block.Sampler;
import ptar.hash.Blake3;
import ptar.layout.FrameHead;
import ptar.layout.Pointer;
import ptar.storage.BufferPool;
import ptar.tree.Bytes;

/// Makes raw payloads what is stored: compressed where that is smaller, and hashed. Thread-safe.
final class FrameCompressor implements AutoCloseable {
    /// Less than 1/64 saved is not worth the reader's time, but for who asks for the smallest.
    private static final int LEAST_SAVING_SHIFT = 6;

    /// Who asks for a higher level waits for the last thousandth, too.
    private static final int MAX_FAST_LEVEL = 3;

    private final BufferPool buffers;
    private final int level;
    private final int maxRawLength;
    private final ConcurrentLinkedQueue<Tools> idle = new ConcurrentLinkedQueue<>();

    /// What one thread at a time compresses with. What is not used takes no memory to speak of.
    private record Tools(Sampler sampler, Compressor usual, Compressor forNearlyNoise) implements AutoCloseable {
        @Override
        public void close() {
            sampler.close();
            usual.close();
            forNearlyNoise.close();
        }
    }

    /// @param maxRawLength of the frames that come; sizes the compressor's window
    FrameCompressor(BufferPool buffers, int level, int maxRawLength) {
        this.buffers = buffers;
        this.level = level;
        this.maxRawLength = maxRawLength;
    }

    /// A payload ready to be written.
    ///
    /// @param buffer of the pool: to be released
    record Stored(MemorySegment buffer, int codec, int storedLength, int rawLength, Bytes hash) {
        MemorySegment payload() {
            return buffer.asSlice(0, storedLength);
        }
    }

    /// @param raw a buffer of the pool, taken over: released here or handed on
    /// @param fewFiles whether what looks like noise is stored as it is. Many files of noise, such as icons, have
    ///     stretches in common that are shorter than a chunk: only compressing finds them
    Stored compress(MemorySegment raw, int rawLength, boolean fewFiles) {
        Tools tools = idle.poll();
        if (tools == null) {
            tools = new Tools(
                    new Sampler(), new Compressor(level, maxRawLength), Compressor.forNearlyNoise(maxRawLength));
        }
        try {
            MemorySegment payload = raw.asSlice(0, rawLength);
            Sampler.Verdict verdict = level < WriteOptions.ULTRA_LEVEL
                    ? tools.sampler.judge(payload)
                    : Sampler.Verdict.COMPRESSIBLE;
            if (verdict == Sampler.Verdict.NOISE && fewFiles) {
                return hashed(raw, FrameHead.STORED, rawLength, rawLength);
            }
            boolean fast = verdict != Sampler.Verdict.COMPRESSIBLE && level > 1 && level <= MAX_FAST_LEVEL;
            MemorySegment target = buffers.take(Compressor.bound(rawLength));
            int length = (fast ? tools.forNearlyNoise : tools.usual).compress(payload, target);
            int leastSaving = level < WriteOptions.ULTRA_LEVEL ? rawLength >>> LEAST_SAVING_SHIFT : 0;
            if (length < rawLength - leastSaving) {
                buffers.release(raw);
                return hashed(target, FrameHead.ZSTD, length, rawLength);
            }
            buffers.release(target);
            return hashed(raw, FrameHead.STORED, rawLength, rawLength);
        } finally {
            idle.add(tools);
        }
    }

    private static Stored hashed(MemorySegment buffer, int codec, int storedLength, int rawLength) {
        byte[] hash = new byte[Pointer.HASH_SIZE];
        Blake3.hash(buffer, 0, storedLength, hash, 0);
        return new Stored(buffer, codec, storedLength, rawLength, Bytes.wrap(hash));
    }

    @Override
    public void close() {
        for (Tools tools = idle.poll(); tools != null; tools = idle.poll()) {
            tools.close();
        }
    }
}
