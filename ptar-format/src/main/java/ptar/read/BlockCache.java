package ptar.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import ptar.error.CorruptArchiveException;
import ptar.layout.BlockRef;
import ptar.layout.BlockTrailer;
import ptar.layout.FrameType;

/// Blocks decompressed for random access, bounded in bytes, the one used longest ago going first. Thread-safe.
final class BlockCache {
    /// Twelve blocks of the default size. In the order of names content comes from many blocks in turn, as they hold
    /// files by kind: 64,000 files from 115 blocks take 54 s with 64 MiB, 20 with 128, 9.4 with this, 7.7 with 256.
    private static final long MAX_BYTES = 192L << 20;

    private final FrameSource frames;
    /// By all that is said of a block: another hash or number for the same place must be looked at too.
    private final Map<BlockRef, FrameSource.Raw> cached = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    BlockCache(FrameSource frames) {
        this.frames = frames;
    }

    /// Copies a stretch of a block's content.
    synchronized void read(BlockRef block, int offset, MemorySegment target) throws IOException {
        FrameSource.Raw raw = cached.get(block);
        if (raw == null) {
            raw = frames.read(block.pointer(), FrameType.BLOCK);
            cached.put(block, raw);
            bytes += raw.length();
            evict();
        }
        try {
            MemorySegment content = contentOf(raw, block);
            if (offset > content.byteSize() - target.byteSize()) {
                throw new CorruptArchiveException("block " + block.number() + " at " + block.pointer().position()
                        + ": extent " + offset + "+" + target.byteSize() + " passes its content");
            }
            MemorySegment.copy(content, offset, target, 0, target.byteSize());
        } catch (CorruptArchiveException broken) {
            throw broken.in(frames.name());
        }
    }

    /// A block's content, the trailer compared with what the index says.
    static MemorySegment contentOf(FrameSource.Raw raw, BlockRef block) throws CorruptArchiveException {
        BlockTrailer trailer = BlockTrailer.readFrom(raw.asBuffer(), "block at " + block.pointer().position());
        if (trailer.blockNumber() != block.number()) {
            throw new CorruptArchiveException("block at " + block.pointer().position() + ": is number "
                    + trailer.blockNumber() + ", expected " + block.number());
        }
        return raw.buffer().asSlice(0, trailer.contentLength(raw.length()));
    }

    private void evict() {
        Iterator<FrameSource.Raw> oldest = cached.values().iterator();
        while (bytes > MAX_BYTES && cached.size() > 1) {
            FrameSource.Raw raw = oldest.next();
            oldest.remove();
            bytes -= raw.length();
            frames.buffers().release(raw.buffer());
        }
    }
}
