package ptar.write;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import ptar.block.Compressor;
import ptar.hash.Blake3;
import ptar.layout.FrameHead;
import ptar.layout.Pointer;
import ptar.storage.BufferPool;
import ptar.tree.Bytes;

/// Makes raw payloads what is stored: compressed where that is smaller, and hashed. Thread-safe.
final class FrameCompressor implements AutoCloseable {
    /// Less than 1/64 saved is not worth the reader's time, but for who asks for the smallest.
    private static final int LEAST_SAVING_SHIFT = 6;

    private final BufferPool buffers;
    private final int level;
    private final int maxRawLength;
    private final ConcurrentLinkedQueue<Compressor> idle = new ConcurrentLinkedQueue<>();

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
    Stored compress(MemorySegment raw, int rawLength) {
        MemorySegment target = buffers.take(Compressor.bound(rawLength));
        Compressor compressor = idle.poll();
        if (compressor == null) {
            compressor = new Compressor(level, maxRawLength);
        }
        int length;
        try {
            length = compressor.compress(raw.asSlice(0, rawLength), target);
        } finally {
            idle.add(compressor);
        }
        int leastSaving = level < WriteOptions.ULTRA_LEVEL ? rawLength >>> LEAST_SAVING_SHIFT : 0;
        boolean smaller = length < rawLength - leastSaving;
        buffers.release(smaller ? raw : target);
        MemorySegment buffer = smaller ? target : raw;
        int storedLength = smaller ? length : rawLength;
        byte[] hash = new byte[Pointer.HASH_SIZE];
        Blake3.hash(buffer, 0, storedLength, hash, 0);
        int codec = smaller ? FrameHead.ZSTD : FrameHead.STORED;
        return new Stored(buffer, codec, storedLength, rawLength, Bytes.wrap(hash));
    }

    @Override
    public void close() {
        for (Compressor compressor = idle.poll(); compressor != null; compressor = idle.poll()) {
            compressor.close();
        }
    }
}
