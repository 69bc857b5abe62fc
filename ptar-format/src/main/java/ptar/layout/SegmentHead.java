package ptar.layout;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import ptar.tree.Bytes;

/// Geometry of segments and their clear head. Spec §3.
///
/// | offset | size | field       | meaning                                                   |
/// |-------:|-----:|-------------|-----------------------------------------------------------|
/// |      0 |    4 | CRC32C      | of all bytes of the segment behind it                     |
/// |      4 |    4 | archive tag | bytes 0 to 4 of the archive id                            |
/// |      8 |    4 | index       | of the segment in its run                                 |
/// |     12 |    2 | length      | n, of the payload: [#PAYLOAD_SIZE] but in the final one   |
/// |     14 |    2 | flags       | bit 0: the run's final segment                            |
/// |     16 |    n | payload     |                                                           |
/// | 16 + n |   16 | tag         |                                                           |
public final class SegmentHead {
    public static final int SIZE = 16;
    public static final int TAG_SIZE = 16;
    public static final int STORED_SIZE = 1 << 16;
    public static final int PAYLOAD_SIZE = STORED_SIZE - SIZE - TAG_SIZE;
    /// A sealed run's final segment is padded to a multiple of this.
    public static final int SEALED_ALIGNMENT = 4096;
    public static final long MAX_INDEX = (1L << 32) - 1;
    private static final int FINAL = 1;

    private SegmentHead() {}

    /// The tag as the head holds it, of an archive with this id.
    public static int archiveTag(Bytes archiveId) {
        return archiveId.asBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt(0);
    }

    /// Writes all but the CRC, which comes last: [#setCrc].
    public static void write(MemorySegment segment, int archiveTag, long index, int payloadLength, boolean last) {
        bytes(segment).putInt(4, archiveTag).putInt(8, (int) index)
                .putShort(12, (short) payloadLength).putShort(14, (short) (last ? FINAL : 0));
    }

    public static void setCrc(MemorySegment segment) {
        bytes(segment).putInt(0, crc(segment));
    }

    public static boolean crcMatches(MemorySegment segment) {
        return bytes(segment).getInt(0) == crc(segment);
    }

    /// True if the head says just this: tag, index, payload length, final or not.
    public static boolean matches(MemorySegment segment, int archiveTag, long index, int payloadLength, boolean last) {
        ByteBuffer head = bytes(segment);
        return head.getInt(4) == archiveTag
                && head.getInt(8) == (int) index
                && (head.getShort(12) & 0xffff) == payloadLength
                && head.getShort(14) == (short) (last ? FINAL : 0);
    }

    public static int payloadLength(MemorySegment segment) {
        return bytes(segment).getShort(12) & 0xffff;
    }

    public static boolean isFinal(MemorySegment segment) {
        return bytes(segment).getShort(14) == FINAL;
    }

    /// Stored length of the segments of a run that ends at this plain length.
    public static long storedLength(long plainLength) {
        long segments = Math.max(1, (plainLength + PAYLOAD_SIZE - 1) / PAYLOAD_SIZE);
        return plainLength + segments * (SIZE + TAG_SIZE);
    }

    /// Plain length of segments of this stored length, the other way round.
    public static long plainLength(long storedLength) {
        long segments = (storedLength + STORED_SIZE - 1) / STORED_SIZE;
        return storedLength - segments * (SIZE + TAG_SIZE);
    }

    /// Not the segment's own accessors: their var handles cost 10 ms at start.
    private static ByteBuffer bytes(MemorySegment segment) {
        return segment.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int crc(MemorySegment segment) {
        CRC32C crc = new CRC32C();
        crc.update(segment.asSlice(4).asByteBuffer());
        return (int) crc.getValue();
    }
}
