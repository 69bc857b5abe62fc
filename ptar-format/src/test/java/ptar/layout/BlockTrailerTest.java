package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockTrailerTest {
    private static final BlockTrailer TRAILER = new BlockTrailer(0x0102_0304_0506_0708L, 0x11);

    private static ByteBuffer block(int before, BlockTrailer trailer) {
        ByteBuffer raw = ByteBuffer.allocate(before + BlockTrailer.SIZE);
        trailer.writeTo(raw.position(before));
        return raw.rewind();
    }

    @Test
    void liesAsTheSpecificationSays() throws Exception {
        ByteBuffer raw = block(0x15, TRAILER);
        assertEquals("00".repeat(0x15) + "0807060504030201" + "11000000" + "00000000", Sample.hex(raw.array()));
        assertEquals(TRAILER, BlockTrailer.readFrom(raw, "here"));
        assertEquals(4, TRAILER.contentLength(raw.limit()));
    }

    @Test
    void aBlockMayHoldAJournalOnlyOrContentOnly() throws Exception {
        assertEquals(0, BlockTrailer.readFrom(block(9, new BlockTrailer(0, 9)), "here").contentLength(25));
        assertEquals(9, BlockTrailer.readFrom(block(9, new BlockTrailer(0, 0)), "here").contentLength(25));
        assertEquals(0, BlockTrailer.readFrom(block(0, new BlockTrailer(0, 0)), "here").contentLength(16));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "journal longer than the block, 13, 22", "journal length as u32, 13, 0x80000000", "reserved, 17, 1",
        "number above 2^63, 12, 0x80000000",
    })
    void refusesAFieldOutOfRange(String what, int offset, String value) {
        ByteBuffer raw = block(0x15, TRAILER).order(ByteOrder.LITTLE_ENDIAN);
        raw.putInt(offset + 16, Long.decode(value).intValue());
        assertCorrupt("out of range", () -> BlockTrailer.readFrom(raw, "here"));
    }

    @Test
    void refusesABlockShorterThanItsTrailer() {
        assertCorrupt("shorter than its trailer", () -> BlockTrailer.readFrom(ByteBuffer.allocate(15), "here"));
    }

    @Test
    void contentIsAtMost2To26AndTheJournal2To24() throws Exception {
        int most = BlockTrailer.MAX_CONTENT_LENGTH + BlockTrailer.MAX_JOURNAL_LENGTH;
        ByteBuffer raw = ByteBuffer.allocateDirect(most + 1 + BlockTrailer.SIZE);
        assertEquals(BlockTrailer.MAX_CONTENT_LENGTH, read(raw, most, BlockTrailer.MAX_JOURNAL_LENGTH));
        assertCorrupt("out of range", () -> read(raw, most + 1, BlockTrailer.MAX_JOURNAL_LENGTH));
        assertCorrupt("out of range", () -> read(raw, most, BlockTrailer.MAX_JOURNAL_LENGTH + 1));
    }

    private static int read(ByteBuffer raw, int before, int journal) throws Exception {
        new BlockTrailer(1, journal).writeTo(raw.clear().position(before));
        ByteBuffer block = raw.rewind().limit(before + BlockTrailer.SIZE);
        return BlockTrailer.readFrom(block, "here").contentLength(block.limit());
    }
}
