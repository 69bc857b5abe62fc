package ptar.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.error.UnsupportedVersionException;

/// Head of a frame in a run's plain stream. Spec §4.
///
/// | offset | size | field         | meaning                                            |
/// |-------:|-----:|---------------|----------------------------------------------------|
/// |      0 |    4 | sync          | [#SYNC]: a scan for frames looks for it            |
/// |      4 |    1 | type          | [FrameType], or 128 and above: to be passed over   |
/// |      5 |    1 | codec         | 0 stored, 1 zstd, 2 zstd behind the filter of §4.1 |
/// |      6 |    2 | reserved      |                                                    |
/// |      8 |    4 | stored length | of the payload behind, at most 2^27                |
/// |     12 |    4 | raw length    | of the payload decompressed, exact                 |
/// |     16 |    4 | payload CRC   | CRC32C of the stored payload                       |
/// |     20 |    4 | head CRC      | CRC32C of bytes 0 to 20, run u32, offset u64       |
///
/// The head's CRC covers its place, so that a scan does not take frames of an archive that lies in a file for its own.
///
/// @param typeCode as stored: see [#type]
public record FrameHead(int typeCode, int codec, int storedLength, int rawLength, int payloadCrc) {
    public static final int SIZE = 24;
    public static final int SYNC = 0x4674_70f7;
    public static final int MAX_STORED_LENGTH = 1 << 27;
    public static final int STORED = 0;
    public static final int ZSTD = 1;
    /// Blocks only.
    public static final int ZSTD_X86 = 2;

    /// @return null for a type that is passed over
    public FrameType type() {
        return FrameType.ofCode(typeCode);
    }

    /// @param at where the head will stand
    public void writeTo(ByteBuffer out, Pointer.Position at) {
        ByteBuffer head = out.slice(out.position(), SIZE).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(SYNC).put((byte) typeCode).put((byte) codec).putShort((short) 0);
        head.putInt(storedLength).putInt(rawLength).putInt(payloadCrc);
        head.putInt(crc(head, at));
        out.position(out.position() + SIZE);
    }

    /// True if a sound head of a frame at this place starts at the buffer's position: what a scan asks.
    public static boolean isAt(ByteBuffer in, Pointer.Position at) {
        if (in.remaining() < SIZE) {
            return false;
        }
        ByteBuffer head = in.slice(in.position(), SIZE).order(ByteOrder.LITTLE_ENDIAN);
        return head.getInt(0) == SYNC && head.getInt(20) == crc(head, at);
    }

    /// @throws UnsupportedVersionException for a type that can neither be read nor passed over
    public static FrameHead readFrom(ByteBuffer in, Pointer.Position at, Object where) throws ArchiveException {
        if (!isAt(in, at)) {
            throw new CorruptArchiveException(where + ": no frame here (damaged head)");
        }
        ByteBuffer head = in.slice(in.position(), SIZE).order(ByteOrder.LITTLE_ENDIAN);
        int code = head.get(4) & 0xff;
        int codec = head.get(5) & 0xff;
        FrameHead frame = new FrameHead(code, codec, head.getInt(8), head.getInt(12), head.getInt(16));
        FrameType type = frame.type();
        int lastCodec = type == FrameType.BLOCK ? ZSTD_X86 : ZSTD;
        if (type == null && code < FrameType.FIRST_SKIPPABLE || type != null && codec > lastCodec) {
            throw new UnsupportedVersionException(
                    where + ": frame type " + code + " with codec " + codec + " needs a newer ptar");
        }
        int maxRaw = type == null ? Integer.MAX_VALUE : type.maxRawLength();
        if (head.getShort(6) != 0
                || frame.storedLength < 0
                || frame.storedLength > MAX_STORED_LENGTH
                || frame.rawLength < 0
                || frame.rawLength > maxRaw
                || codec == STORED && frame.rawLength != frame.storedLength) {
            throw new CorruptArchiveException(where + ": frame lengths out of range: stored " + frame.storedLength
                    + ", raw " + frame.rawLength + ", codec " + codec);
        }
        in.position(in.position() + SIZE);
        return frame;
    }

    private static int crc(ByteBuffer head, Pointer.Position at) {
        CRC32C crc = new CRC32C();
        crc.update(head.slice(0, 20));
        ByteBuffer place = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        crc.update(place.putInt(at.run()).putLong(at.offset()).flip());
        return (int) crc.getValue();
    }
}
