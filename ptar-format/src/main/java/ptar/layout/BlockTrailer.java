package ptar.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import ptar.error.CorruptArchiveException;

/// The last bytes of a block's raw payload, which is content, journal, trailer. Spec §5.
///
/// | offset | size | field          | meaning                                        |
/// |-------:|-----:|----------------|------------------------------------------------|
/// |      0 |    8 | block number   | 0 for a run's first block, one more each       |
/// |      8 |    4 | journal length | bytes of the journal before this trailer       |
/// |     12 |    4 | reserved       |                                                |
public record BlockTrailer(long blockNumber, int journalLength) {
    public static final int SIZE = 16;
    public static final int MAX_CONTENT_LENGTH = 1 << 26;
    public static final int MAX_JOURNAL_LENGTH = 1 << 24;

    public void writeTo(ByteBuffer out) {
        out.order(ByteOrder.LITTLE_ENDIAN).putLong(blockNumber).putInt(journalLength).putInt(0);
    }

    /// @param raw a block's whole raw payload
    public static BlockTrailer readFrom(ByteBuffer raw, Object where) throws CorruptArchiveException {
        ByteBuffer in = raw.slice().order(ByteOrder.LITTLE_ENDIAN);
        int at = in.limit() - SIZE;
        if (at < 0) {
            throw new CorruptArchiveException(where + ": block is shorter than its trailer");
        }
        BlockTrailer trailer = new BlockTrailer(in.getLong(at), in.getInt(at + 8));
        if (trailer.blockNumber < 0
                || in.getInt(at + 12) != 0
                || trailer.journalLength < 0
                || trailer.journalLength > Math.min(at, MAX_JOURNAL_LENGTH)
                || at - trailer.journalLength > MAX_CONTENT_LENGTH) {
            throw new CorruptArchiveException(where + ": block trailer out of range: number " + trailer.blockNumber
                    + ", journal " + trailer.journalLength + " of " + in.limit());
        }
        return trailer;
    }

    /// Bytes of content in a block of this raw length.
    public int contentLength(int rawLength) {
        return rawLength - SIZE - journalLength;
    }
}
