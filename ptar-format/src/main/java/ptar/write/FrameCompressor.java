package ptar.write;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import ptar.block.Compressor;
import ptar.block.Sampler;
import ptar.block.X86Filter;
import ptar.hash.Blake3;
import ptar.layout.FrameHead;
import ptar.layout.Pointer;
import ptar.storage.BufferPool;
import ptar.tree.Bytes;

/// Makes raw payloads what is stored: compressed where that is worth it, and hashed. Thread-safe; what comes out does
/// not depend on the thread.
final class FrameCompressor implements AutoCloseable {
    /// Less than 1/64 saved is not worth the reader's time, but for who asks for the smallest.
    private static final int LEAST_SAVING_SHIFT = 6;

    /// Who asks for a higher level waits for what samples do not see.
    private static final int MAX_SAMPLED_LEVEL = 3;

    /// To find out whether a block is smaller behind the filter adds a seventh here, and far more to lower levels.
    private static final int MIN_FILTERED_LEVEL = 9;
    /// And so much smaller, as to undo it takes a reader's time.
    private static final int LEAST_FILTERED_SHIFT = 6;

    private final BufferPool buffers;
    private final int level;
    private final int maxRawLength;
    private final ConcurrentLinkedQueue<Tools> idle = new ConcurrentLinkedQueue<>();

    /// What one thread at a time compresses with. What is not used takes no memory to speak of.
    private record Tools(Sampler sampler, Compressor usual, Compressor quick) implements AutoCloseable {
        @Override
        public void close() {
            sampler.close();
            usual.close();
            quick.close();
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
    Stored compressPage(MemorySegment raw, int rawLength) {
        Tools tools = tools();
        try {
            return compress(raw, rawLength, tools.usual, FrameHead.ZSTD);
        } finally {
            idle.add(tools);
        }
    }

    /// @param raw a buffer of the pool, taken over: released here or handed on
    /// @param storeNoise whether what looks like noise is stored as it is. Many files of noise, such as icons, have
    ///     stretches in common that are shorter than a chunk: only compressing finds them
    Stored compressBlock(MemorySegment raw, int rawLength, boolean storeNoise) {
        Tools tools = tools();
        try {
            Sampler.Verdict verdict = level <= MAX_SAMPLED_LEVEL
                    ? tools.sampler.judge(raw.asSlice(0, rawLength))
                    : Sampler.Verdict.COMPRESSIBLE;
            if (verdict == Sampler.Verdict.NOISE && storeNoise) {
                return hashed(raw, FrameHead.STORED, rawLength, rawLength);
            }
            if (level >= MIN_FILTERED_LEVEL && filter(raw.asSlice(0, rawLength), tools)) {
                return compress(raw, rawLength, tools.usual, FrameHead.ZSTD_X86);
            }
            // levels up to 1 are as fast themselves
            boolean usual = verdict == Sampler.Verdict.COMPRESSIBLE || level <= 1;
            return compress(raw, rawLength, usual ? tools.usual : tools.quick, FrameHead.ZSTD);
        } finally {
            idle.add(tools);
        }
    }

    /// Filters a block that is smaller for it.
    ///
    /// @return whether it was
    private boolean filter(MemorySegment payload, Tools tools) {
        if (!tools.sampler.looksLikeX86Code(payload)) {
            return false;
        }
        // Samples do not see the same code far away, and its copies are no longer the same.
        MemorySegment target = buffers.take(Compressor.bound(payload.byteSize()));
        try {
            int before = tools.quick.compress(payload, target);
            X86Filter.apply(payload);
            int after = tools.quick.compress(payload, target);
            if (after < before - (before >>> LEAST_FILTERED_SHIFT)) {
                return true;
            }
            X86Filter.undo(payload);
            return false;
        } finally {
            buffers.release(target);
        }
    }

    private Tools tools() {
        Tools tools = idle.poll();
        return tools != null
                ? tools
                : new Tools(new Sampler(), new Compressor(level, maxRawLength), Compressor.quick(maxRawLength));
    }

    /// @param codec of what comes out; `raw` is filtered if it says so
    private Stored compress(MemorySegment raw, int rawLength, Compressor compressor, int codec) {
        MemorySegment target = buffers.take(Compressor.bound(rawLength));
        int length = compressor.compress(raw.asSlice(0, rawLength), target);
        int leastSaving = level < WriteOptions.ULTRA_LEVEL ? rawLength >>> LEAST_SAVING_SHIFT : 0;
        if (length < rawLength - leastSaving) {
            buffers.release(raw);
            return hashed(target, codec, length, rawLength);
        }
        buffers.release(target);
        if (codec == FrameHead.ZSTD_X86) {
            X86Filter.undo(raw.asSlice(0, rawLength));
        }
        return hashed(raw, FrameHead.STORED, rawLength, rawLength);
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
