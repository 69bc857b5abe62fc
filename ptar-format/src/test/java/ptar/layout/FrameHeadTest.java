package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import ptar.error.UnsupportedVersionException;

class FrameHeadTest {
    private static final Pointer.Position AT = new Pointer.Position(0x0102, 0x0304_0506_0708L);
    private static final FrameHead HEAD = new FrameHead(3, 1, 0x0102_0304, 0x0005_0607, 0x8899_aabb);
    private static final String HEX = "f7707446 03 01 0000 04030201 07060500 bbaa9988 ";

    private static byte[] bytes(FrameHead head) {
        ByteBuffer out = ByteBuffer.allocate(FrameHead.SIZE);
        head.writeTo(out, AT);
        assertEquals(FrameHead.SIZE, out.position());
        return out.array();
    }

    /// The CRC covers the head's place too.
    private static byte[] withCrc(byte[] head) {
        byte[] covered = Arrays.copyOf(head, 36);
        System.arraycopy(Sample.bytes("02010000 0807060504030000"), 0, covered, 20, 12);
        System.arraycopy(Sample.withCrcAt(covered, 32), 32, head, 20, 4);
        return head;
    }

    @Test
    void isNotTakenForTheFrameOfAnotherPlace() {
        assertFalse(FrameHead.isAt(ByteBuffer.wrap(bytes(HEAD)), new Pointer.Position(AT.run(), AT.offset() + 1)));
        assertFalse(FrameHead.isAt(ByteBuffer.wrap(bytes(HEAD)), new Pointer.Position(AT.run() + 1, AT.offset())));
    }

    private static FrameHead read(byte[] bytes) throws Exception {
        return FrameHead.readFrom(ByteBuffer.wrap(bytes), AT, "here");
    }

    @Test
    void liesAsTheSpecificationSays() throws Exception {
        byte[] expected = withCrc(Sample.bytes(HEX + "00000000"));
        assertEquals(Sample.hex(expected), Sample.hex(bytes(HEAD)));
        assertEquals("2f13eaff", Sample.hex(expected).substring(40));
        assertEquals(HEAD, read(expected));
    }

    @Test
    void isReadWhereTheBufferStands() throws Exception {
        ByteBuffer in = ByteBuffer.allocate(30).position(5);
        HEAD.writeTo(in, AT);
        assertEquals(29, in.position());
        assertEquals(HEAD, FrameHead.readFrom(in.position(5), AT, "here"));
        assertEquals(29, in.position());
    }

    @ParameterizedTest
    @EnumSource(FrameType.class)
    void everyTypeHasItsGreatestRawLength(FrameType type) throws Exception {
        FrameHead longest = new FrameHead(type.code(), 1, 9, type.maxRawLength(), 0);
        assertEquals(longest, read(bytes(longest)));
        assertEquals(type, longest.type());
        assertCorrupt("out of range", () -> read(bytes(new FrameHead(type.code(), 1, 9, type.maxRawLength() + 1, 0))));
    }

    @Test
    void typesAreNumberedAsTheSpecificationSays() {
        assertEquals(FrameType.BLOCK, FrameType.ofCode(1));
        assertEquals(FrameType.LEAF, FrameType.ofCode(2));
        assertEquals(FrameType.NODE, FrameType.ofCode(3));
        assertEquals(FrameType.ROOT, FrameType.ofCode(4));
        assertEquals(FrameType.EXTENTS, FrameType.ofCode(5));
        assertEquals(FrameType.PADDING, FrameType.ofCode(6));
        assertEquals(FrameType.CHUNK_TABLE, FrameType.ofCode(7));
        assertNull(FrameType.ofCode(0));
        assertNull(FrameType.ofCode(8));
        assertEquals((1 << 26) + (1 << 24) + 16, FrameType.BLOCK.maxRawLength());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "reserved, 6, 1", "reserved high byte, 6, 0x8000",
        "stored length above 2^27, 8, 0x08000001", "stored length as u32, 8, 0x80000000",
        "raw length as u32, 12, 0x80000000",
    })
    void refusesAFieldOutOfRange(String what, int offset, String value) {
        byte[] bytes = bytes(new FrameHead(1, 1, 100, 200, 0));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, Long.decode(value).intValue());
        assertCorrupt("out of range", () -> read(withCrc(bytes)));
    }

    @Test
    void storedLengthMayBe2To27() throws Exception {
        FrameHead longest = new FrameHead(1, 1, 1 << 27, 200, 0);
        assertEquals(longest, read(bytes(longest)));
    }

    @Test
    void aBlockMayBeFiltered() throws Exception {
        FrameHead filtered = new FrameHead(1, FrameHead.ZSTD_X86, 100, 200, 0);
        assertEquals(filtered, read(bytes(filtered)));
    }

    @Test
    void withoutCompressionBothLengthsAreTheSame() throws Exception {
        FrameHead stored = new FrameHead(1, 0, 100, 100, 0);
        assertEquals(stored, read(bytes(stored)));
        assertCorrupt("out of range", () -> read(bytes(new FrameHead(1, 0, 100, 101, 0))));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "8, 0", "127, 1", "1, 3", "2, 2", "3, 2", "4, 2", "5, 2", "6, 2", "6, 255"})
    void anUnknownTypeOrCodecNeedsANewerReader(int type, int codec) {
        byte[] bytes = bytes(new FrameHead(type, codec, 5, 5, 0));
        UnsupportedVersionException refused = assertThrows(UnsupportedVersionException.class, () -> read(bytes));
        assertTrue(refused.getMessage().contains("newer ptar"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"128, 0, 5", "255, 77, 2000000000"})
    void typesFrom128OnCanBePassedOver(int type, int codec, int raw) throws Exception {
        FrameHead head = read(bytes(new FrameHead(type, codec, 5, raw, 0)));
        assertNull(head.type());
        assertEquals(5, head.storedLength());
    }

    @Test
    void everyChangedByteShows() {
        for (int i = 0; i < FrameHead.SIZE; i++) {
            byte[] bytes = bytes(HEAD);
            bytes[i] ^= 0x10;
            assertFalse(FrameHead.isAt(ByteBuffer.wrap(bytes), AT), "byte " + i);
            assertCorrupt("no frame here", () -> read(bytes));
        }
        assertTrue(FrameHead.isAt(ByteBuffer.wrap(bytes(HEAD)), AT));
        assertFalse(FrameHead.isAt(ByteBuffer.wrap(bytes(HEAD), 0, 23), AT));
    }
}
