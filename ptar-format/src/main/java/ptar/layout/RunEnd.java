package ptar.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import ptar.error.CorruptArchiveException;

/// The last bytes of a run's plain stream: where its root is. Spec §4.
///
/// | offset | size | field              | meaning                                     |
/// |-------:|-----:|--------------------|---------------------------------------------|
/// |      0 |    4 | magic              | [#MAGIC]                                    |
/// |      4 |    4 | root stored length | 0 without a root                            |
/// |      8 |    8 | root offset        | in this run's plain stream, -1 without one  |
/// |     16 |    4 | root raw length    | 0 without a root                            |
/// |     20 |    8 | reserved           |                                             |
/// |     28 |    4 | CRC32C             | of bytes 0 to 28                            |
public record RunEnd(long rootOffset, int rootStoredLength, int rootRawLength) {
    public static final int SIZE = 32;
    public static final int MAGIC = 0x646e_65f7;

    public boolean hasRoot() {
        return rootOffset != -1;
    }

    public void writeTo(ByteBuffer out) {
        ByteBuffer at = out.slice(out.position(), SIZE).order(ByteOrder.LITTLE_ENDIAN);
        at.putInt(MAGIC).putInt(rootStoredLength).putLong(rootOffset).putInt(rootRawLength).putLong(0);
        at.putInt(crc(at));
        out.position(out.position() + SIZE);
    }

    public static boolean isAt(ByteBuffer in) {
        if (in.remaining() < SIZE) {
            return false;
        }
        ByteBuffer at = in.slice(in.position(), SIZE).order(ByteOrder.LITTLE_ENDIAN);
        return at.getInt(0) == MAGIC && at.getInt(28) == crc(at);
    }

    /// @param plainLength of the run's plain stream: the root must lie in it, before this run end
    public static RunEnd readFrom(ByteBuffer in, long plainLength, Object where) throws CorruptArchiveException {
        if (!isAt(in)) {
            throw new CorruptArchiveException(where + ": damaged run end");
        }
        ByteBuffer at = in.slice(in.position(), SIZE).order(ByteOrder.LITTLE_ENDIAN);
        RunEnd end = new RunEnd(at.getLong(8), at.getInt(4), at.getInt(16));
        long space = plainLength - SIZE - FrameHead.SIZE;
        boolean inRange = !end.hasRoot() && end.rootStoredLength == 0 && end.rootRawLength == 0
                || end.rootStoredLength >= 0
                        && end.rootStoredLength <= FrameType.ROOT.maxRawLength()
                        && end.rootRawLength >= 0
                        && end.rootRawLength <= FrameType.ROOT.maxRawLength()
                        && end.rootOffset >= 0
                        && end.rootOffset <= space - end.rootStoredLength;
        if (!inRange || at.getLong(20) != 0) {
            throw new CorruptArchiveException(where + ": run end out of range: root offset " + end.rootOffset
                    + ", stored length " + end.rootStoredLength + ", plain length " + plainLength);
        }
        return end;
    }

    private static int crc(ByteBuffer at) {
        CRC32C crc = new CRC32C();
        crc.update(at.slice(0, 28));
        return (int) crc.getValue();
    }
}
