package ptar.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import ptar.error.CorruptArchiveException;
import ptar.tree.Bytes;

/// Where a run lies: what its preamble, the root's run table or the closing mark say of it. Spec §3, §9, §10.
///
/// @param index 0 for an archive's first run
/// @param offset of the preamble, from the end of the header; -1 where not known (a stream)
/// @param storedLength preamble and segments; -1 where not known
/// @param salt 32 bytes
public record Run(int index, long offset, long storedLength, Bytes salt) {
    public static final int MAX_INDEX = 65_535;
    public static final int SALT_SIZE = 32;
    public static final int SALT_OFFSET = 16;
    public static final int PREAMBLE_SIZE = 64;
    public static final byte[] MAGIC = {'p', 't', 'a', 'r', '-', 'r', 'u', 'n'};
    /// The shortest run: preamble and a final segment with a run end only.
    public static final int MIN_STORED_LENGTH = PREAMBLE_SIZE + SegmentHead.SIZE + RunEnd.SIZE + SegmentHead.TAG_SIZE;

    /// | offset | size | field    | meaning                              |
    /// |-------:|-----:|----------|--------------------------------------|
    /// |      0 |    8 | magic    | [#MAGIC]                             |
    /// |      8 |    4 | index    | at most 65,535                       |
    /// |     12 |    4 | reserved |                                      |
    /// |     16 |   32 | salt     | random in a sealed archive, else 0   |
    /// |     48 |   12 | reserved |                                      |
    /// |     60 |    4 | CRC32C   | of bytes 0 to 60                     |
    public void writePreamble(ByteBuffer out) {
        ByteBuffer at = out.slice(out.position(), PREAMBLE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        at.put(MAGIC).putInt(index).putInt(0).put(salt.asBuffer()).putLong(0).putInt(0);
        at.putInt(crc(at));
        out.position(out.position() + PREAMBLE_SIZE);
    }

    public static Run readPreamble(ByteBuffer in, Object where) throws CorruptArchiveException {
        if (in.remaining() < PREAMBLE_SIZE) {
            throw new CorruptArchiveException(where + ": no run starts here (cut short)");
        }
        ByteBuffer at = in.slice(in.position(), PREAMBLE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[MAGIC.length];
        at.get(0, magic);
        int index = at.getInt(8);
        if (!Arrays.equals(magic, MAGIC) || at.getInt(60) != crc(at)) {
            throw new CorruptArchiveException(where + ": no run starts here (damaged preamble)");
        }
        if (index < 0 || index > MAX_INDEX || at.getInt(12) != 0 || at.getLong(48) != 0 || at.getInt(56) != 0) {
            throw new CorruptArchiveException(where + ": run preamble out of range: index " + index);
        }
        byte[] salt = new byte[SALT_SIZE];
        at.get(SALT_OFFSET, salt);
        in.position(in.position() + PREAMBLE_SIZE);
        return new Run(index, -1, -1, Bytes.wrap(salt));
    }

    // Equal as a record's are, but no classes have to be made at run time (5 to 10 ms at start).
    @Override
    public boolean equals(Object other) {
        return other instanceof Run that && index == that.index && offset == that.offset
                && storedLength == that.storedLength && salt.equals(that.salt);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * index + Long.hashCode(offset)) + Long.hashCode(storedLength)) + salt.hashCode();
    }

    private static int crc(ByteBuffer preamble) {
        CRC32C crc = new CRC32C();
        crc.update(preamble.slice(0, 60));
        return (int) crc.getValue();
    }
}
