package ptar.block;

import java.lang.foreign.MemorySegment;
import ptar.layout.BlockTrailer;
import ptar.layout.ByteReader;
import ptar.layout.ByteWriter;
import ptar.layout.Journal;
import ptar.storage.BufferPool;

/// Fills one block: content first, then its journal and trailer. Spec §5. One thread.
public final class BlockBuilder {
    /// A journal longer than this closes its block: a forward reader holds a journal in memory whole.
    private static final int TARGET_JOURNAL_LENGTH = 1 << 20;
    /// So does one whose elements or paths come near to what the format allows; one more record always fits.
    private static final int TARGET_JOURNAL_ELEMENTS = ByteReader.MAX_ELEMENTS / 2;
    private static final int TARGET_JOURNAL_KEY_BYTES = ByteReader.MAX_KEY_BYTES / 4;

    private final BufferPool buffers;
    private final long number;
    private final int blockSize;
    private final Journal.Builder journal = new Journal.Builder();
    private MemorySegment raw;
    private int contentLength;

    /// @param number of the block in its run
    /// @param blockSize most bytes of content
    public BlockBuilder(BufferPool buffers, long number, int blockSize) {
        this.buffers = buffers;
        this.number = number;
        this.blockSize = blockSize;
    }

    public long number() {
        return number;
    }

    public Journal.Builder journal() {
        return journal;
    }

    public boolean isEmpty() {
        return contentLength == 0 && journal.records() == 0;
    }

    public boolean hasRoomFor(int more) {
        return more <= blockSize - contentLength
                && journal.length() < TARGET_JOURNAL_LENGTH
                && journal.elements() < TARGET_JOURNAL_ELEMENTS
                && journal.keyBytes() < TARGET_JOURNAL_KEY_BYTES;
    }

    /// Appends a chunk.
    ///
    /// @return its offset in the content
    public int append(MemorySegment source, long position, int length) {
        if (raw == null) {
            raw = buffers.take(blockSize + (blockSize >> 3));
        }
        int offset = contentLength;
        MemorySegment.copy(source, position, raw, offset, length);
        contentLength += length;
        return offset;
    }

    /// The block's raw payload: in a buffer of the pool, which the caller releases.
    public Raw finish() {
        ByteWriter tail = new ByteWriter(journal.length() + BlockTrailer.SIZE);
        journal.writeTo(tail);
        int journalLength = tail.length();
        long length = (long) contentLength + journalLength + BlockTrailer.SIZE;
        if (raw == null || raw.byteSize() < length) {
            MemorySegment larger = buffers.take(length);
            if (raw != null) {
                MemorySegment.copy(raw, 0, larger, 0, contentLength);
                buffers.release(raw);
            }
            raw = larger;
        }
        tail.copyTo(raw, contentLength);
        new BlockTrailer(number, journalLength)
                .writeTo(raw.asSlice(contentLength + journalLength, BlockTrailer.SIZE).asByteBuffer());
        return new Raw(raw, (int) length, journal.records());
    }

    /// @param buffer of the pool
    /// @param length how much of it is the raw payload
    /// @param records of the block's journal: about as many files have content in it
    public record Raw(MemorySegment buffer, int length, int records) {}
}
