package ptar.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import ptar.error.CorruptArchiveException;
import ptar.tree.Bytes;

/// The last bytes of an archive, behind a copy of the header: where its last run lies. Spec §10.
///
/// | offset | size | field          | meaning                                           |
/// |-------:|-----:|----------------|---------------------------------------------------|
/// |      0 |    8 | magic          | [#MAGIC]                                          |
/// |      8 |    8 | archive length | from the start of the header to the end of this   |
/// |     16 |    4 | run index      | of the last run                                   |
/// |     20 |    4 | header length  |                                                   |
/// |     24 |    8 | run offset     | of the last run, from the end of the header       |
/// |     32 |    8 | run length     | stored, preamble and segments                     |
/// |     40 |   32 | salt           | of the last run                                   |
/// |     72 |    8 | reserved       |                                                   |
/// |     80 |   32 | MAC            | over bytes 0 to 80 with the closing key           |
/// |    112 |   12 | reserved       |                                                   |
/// |    124 |    4 | CRC32C         | of bytes 0 to 124                                 |
public record ClosingMark(long archiveLength, int headerLength, Run lastRun, Bytes mac) {
    public static final int SIZE = 128;
    /// How many of its bytes the MAC covers.
    public static final int MAC_COVERS = 80;
    public static final int MAC_SIZE = 32;
    public static final byte[] MAGIC = {'p', 't', 'a', 'r', '-', 'e', 'n', 'd'};

    /// The bytes that the MAC covers.
    public byte[] macInput() {
        ByteBuffer at = ByteBuffer.allocate(MAC_COVERS).order(ByteOrder.LITTLE_ENDIAN);
        at.put(MAGIC).putLong(archiveLength).putInt(lastRun.index()).putInt(headerLength);
        at.putLong(lastRun.offset()).putLong(lastRun.storedLength()).put(lastRun.salt().asBuffer()).putLong(0);
        return at.array();
    }

    public void writeTo(ByteBuffer out) {
        ByteBuffer at = out.slice(out.position(), SIZE).order(ByteOrder.LITTLE_ENDIAN);
        at.put(macInput()).put(mac.asBuffer()).putLong(0).putInt(0);
        at.putInt(crc(at));
        out.position(out.position() + SIZE);
    }

    /// True if a sound closing mark starts at the buffer's position.
    public static boolean isAt(ByteBuffer in) {
        if (in.remaining() < SIZE) {
            return false;
        }
        ByteBuffer at = in.slice(in.position(), SIZE).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[MAGIC.length];
        at.get(0, magic);
        return Arrays.equals(magic, MAGIC) && at.getInt(124) == crc(at);
    }

    /// The MAC is not verified here: no key is known yet.
    public static ClosingMark readFrom(ByteBuffer in, Object where) throws CorruptArchiveException {
        if (!isAt(in)) {
            throw new CorruptArchiveException(where + ": no closing mark (cut short, or still being written?)");
        }
        ByteBuffer at = in.slice(in.position(), SIZE).order(ByteOrder.LITTLE_ENDIAN);
        byte[] salt = new byte[Run.SALT_SIZE];
        at.get(40, salt);
        byte[] mac = new byte[MAC_SIZE];
        at.get(MAC_COVERS, mac);
        Run run = new Run(at.getInt(16), at.getLong(24), at.getLong(32), Bytes.wrap(salt));
        ClosingMark mark = new ClosingMark(at.getLong(8), at.getInt(20), run, Bytes.wrap(mac));
        long behindRun = 2L * mark.headerLength + SIZE;
        if (mark.headerLength < Header.MIN_LENGTH
                || mark.headerLength > Header.MAX_LENGTH
                || mark.headerLength % 64 != 0
                || run.index() < 0
                || run.index() > Run.MAX_INDEX
                || run.offset() < 0
                || run.storedLength() < Run.MIN_STORED_LENGTH
                || run.storedLength() > mark.archiveLength
                || run.offset() != mark.archiveLength - behindRun - run.storedLength()
                || at.getLong(72) != 0
                || at.getLong(112) != 0
                || at.getInt(120) != 0) {
            throw new CorruptArchiveException(where + ": closing mark out of range: archive length "
                    + mark.archiveLength + ", run " + run.index() + " at " + run.offset() + "+" + run.storedLength());
        }
        in.position(in.position() + SIZE);
        return mark;
    }

    private static int crc(ByteBuffer at) {
        CRC32C crc = new CRC32C();
        crc.update(at.slice(0, 124));
        return (int) crc.getValue();
    }
}
