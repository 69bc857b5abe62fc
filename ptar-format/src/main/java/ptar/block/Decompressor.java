package ptar.block;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.lang.foreign.MemorySegment;
import ptar.error.CorruptArchiveException;
import ptar.layout.FrameHead;

/// Decompresses frames' payloads. One thread at a time; holds native memory until closed.
public final class Decompressor implements AutoCloseable {
    private final ZstdDecompressCtx context = new ZstdDecompressCtx();

    /// Fills `raw`, whose size is the declared raw length: one byte more or fewer is damage. zstd decodes straight into
    /// `raw`, so the window that its frame asks for allocates nothing, and a filter is undone there.
    public void decompress(int codec, MemorySegment stored, MemorySegment raw, Object where)
            throws CorruptArchiveException {
        if (codec == FrameHead.STORED) {
            MemorySegment.copy(stored, 0, raw, 0, raw.byteSize());
            return;
        }
        if (!ZstdFrame.isOne(stored)) {
            throw new CorruptArchiveException(where + ": does not decompress: not one zstd frame without dictionary");
        }
        int length;
        try {
            length = context.decompressDirectByteBuffer(
                    raw.asByteBuffer(), 0, (int) raw.byteSize(), stored.asByteBuffer(), 0, (int) stored.byteSize());
        } catch (ZstdException damaged) {
            throw new CorruptArchiveException(where + ": does not decompress to " + raw.byteSize() + " bytes: "
                    + damaged.getMessage(), damaged);
        }
        if (length != raw.byteSize()) {
            throw new CorruptArchiveException(
                    where + ": decompresses to " + length + " bytes, expected " + raw.byteSize());
        }
        if (codec == FrameHead.ZSTD_X86) {
            X86Filter.undo(raw);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
