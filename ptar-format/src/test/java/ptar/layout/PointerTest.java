package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import ptar.tree.Bytes;

class PointerTest {
    private static final Pointer.Position HERE = new Pointer.Position(3, 10_000);
    private static final Bytes HASH = Sample.counting(0x40, 32);

    private static Pointer read(byte[] bytes, FrameType type) throws Exception {
        ByteReader in = new ByteReader(ByteBuffer.wrap(bytes), "here");
        Pointer pointer = Pointer.readFrom(in, HERE, type);
        in.end();
        return pointer;
    }

    private static Pointer read(long run, long offset, long stored, long raw) throws Exception {
        ByteWriter out = new ByteWriter(64).varint(run).varint(offset).varint(stored).varint(raw).bytes(HASH);
        return read(out.toArray(), FrameType.LEAF);
    }

    /// Written out by hand; held content is found by it.
    @Test
    void positionsAreEqualInBothFieldsOnly() {
        assertEquals(HERE, new Pointer.Position(3, 10_000));
        assertEquals(HERE.hashCode(), new Pointer.Position(3, 10_000).hashCode());
        assertNotEquals(HERE, new Pointer.Position(4, 10_000));
        assertNotEquals(HERE, new Pointer.Position(3, 10_001));
    }

    @Test
    void liesAsTheSpecificationSays() throws Exception {
        Pointer pointer = new Pointer(3, 300, 200, 5, HASH);
        ByteWriter out = new ByteWriter(8);
        pointer.writeTo(out);
        assertEquals("03" + "ac02" + "c801" + "05" + Sample.countingHex(0x40, 32), Sample.hex(out));
        assertEquals(pointer, read(out.toArray(), FrameType.NODE));
        assertEquals(300 + 24 + 200, pointer.end());
    }

    @Test
    void pointsOnlyToWhatLiesBefore() throws Exception {
        int stored = 76;
        assertEquals(9_900, read(3, 9_900, stored, 1).offset());
        assertCorrupt("does not lie before", () -> read(3, 9_901, stored, 1));
        assertCorrupt("does not lie before", () -> read(3, 10_000, 0, 1));
        assertCorrupt("does not lie before", () -> read(4, 0, 0, 1));
        assertEquals(1 << 30, read(2, 1 << 30, stored, 1).offset());
    }

    @Test
    void refusesANumberOutOfRange() throws Exception {
        assertCorrupt("run is 65536", () -> read(65_536, 0, 1, 1));
        assertCorrupt("offset is", () -> read(0, 1L << 61, 1, 1));
        assertEquals(1 << 27, read(0, 0, 1 << 27, 1).storedLength());
        assertCorrupt("stored length is 134217729", () -> read(0, 0, (1 << 27) + 1, 1));
        assertEquals(1 << 24, read(0, 0, 1, 1 << 24).rawLength());
        assertCorrupt("raw length is 16777217", () -> read(0, 0, 1, (1 << 24) + 1));
    }

    @Test
    void refusesAHashThatIsCutShort() {
        ByteWriter out = new ByteWriter(64);
        new Pointer(0, 0, 1, 1, HASH).writeTo(out);
        byte[] cut = java.util.Arrays.copyOf(out.toArray(), out.length() - 1);
        assertCorrupt("too early", () -> read(cut, FrameType.LEAF));
    }
}
