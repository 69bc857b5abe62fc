package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.error.CorruptArchiveException;
import ptar.tree.Bytes;

class ByteReaderTest {
    private static ByteReader reader(String hex) {
        return new ByteReader(Sample.buffer(hex), "sample");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00", "1, 01", "127, 7f", "128, 8001", "300, ac02", "16383, ff7f", "16384, 808001",
        "9223372036854775807, ffffffffffffffff7f", "-9223372036854775808, 80808080808080808001",
        "-1, ffffffffffffffffff01",
    })
    void varintsStandAsTheSpecificationSays(long value, String hex) throws Exception {
        ByteReader in = reader(hex);
        assertEquals(value, in.varint());
        in.end();
        assertEquals(hex, Sample.hex(new ByteWriter(0).varint(value)));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00", "-1, 01", "1, 02", "-2, 03", "63, 7e", "-64, 7f", "64, 8001",
        "9223372036854775807, feffffffffffffffff01", "-9223372036854775808, ffffffffffffffffff01",
    })
    void zigzagsStandAsTheSpecificationSays(long value, String hex) throws Exception {
        ByteReader in = reader(hex);
        assertEquals(value, in.zigzag());
        in.end();
        assertEquals(hex, Sample.hex(new ByteWriter(0).zigzag(value)));
    }

    @Test
    void everyNumberComesBack() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("ByteReaderTest.everyNumberComesBack: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            long value = random.nextLong() >>> random.nextInt(64);
            byte[] bytes = new ByteWriter(1).varint(value).zigzag(value).zigzag(~value).u64(value).toArray();
            ByteReader in = new ByteReader(ByteBuffer.wrap(bytes), "sample");
            assertEquals(value, in.varint());
            assertEquals(value, in.zigzag());
            assertEquals(~value, in.zigzag());
            assertEquals(value, in.u64());
            in.end();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"8000", "8100", "ff00", "80808000", "ffffffffffffffffff00"})
    void refusesAVarintThatIsNotMinimal(String hex) {
        assertCorrupt("not minimal", () -> reader(hex).varint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffffffffffffffff02", "8080808080808080807f", "ffffffffffffffffff7f",
        "80808080808080808082", "80808080808080808080808000"})
    void refusesAVarintOfMoreThan64Bits(String hex) {
        assertCorrupt("longer than 64 bits", () -> reader(hex).varint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "80", "ffff", "ffffffffffffffffff"})
    void refusesAVarintThatIsCutShort(String hex) {
        assertCorrupt("too early", () -> reader(hex).varint());
    }

    @Test
    void fixedIntegersAreLittleEndianAndUnsigned() throws Exception {
        ByteReader in = reader("ff 01000080 0807060504030201");
        assertEquals(255, in.u8());
        assertEquals(0x8000_0001L, in.u32());
        assertEquals(0x0102_0304_0506_0708L, in.u64());
        assertEquals(0, in.remaining());
        assertEquals("ff010000800807060504030201",
                Sample.hex(new ByteWriter(0).u8(255).u32(0x8000_0001L).u64(0x0102_0304_0506_0708L)));
    }

    @Test
    void nothingIsReadPastTheEnd() {
        assertCorrupt("too early", () -> reader("").u8());
        assertCorrupt("too early", () -> reader("000000").u32());
        assertCorrupt("too early", () -> reader("00000000000000").u64());
        assertCorrupt("too early", () -> reader("0000").bytes(3));
        assertCorrupt("too early", () -> reader("030000").counted(10, "text"));
        assertCorrupt("too early", () -> reader("00036161").frontCoded(Bytes.EMPTY, 10));
    }

    @Test
    void aNumberAboveItsGreatestIsRefusedAlsoAsUnsigned() throws Exception {
        assertEquals(5, reader("05").varint(5, "it"));
        assertCorrupt("it is 6, at most 5", () -> reader("06").varint(5, "it"));
        assertCorrupt("it is 18446744073709551615", () -> reader("ffffffffffffffffff01").varint(5, "it"));
        assertCorrupt("it is 18446744073709551615", () -> reader("ffffffffffffffffff01").varint(Long.MAX_VALUE, "it"));
        assertCorrupt("it is 4294967297", () -> reader("8180808010").varint(5, "it"));
    }

    @Test
    void aLengthIsComparedBeforeAnythingIsAllocated() {
        // 2^31 - 1 bytes would not fit in the memory of any test
        assertCorrupt("too early", () -> reader("00").bytes(Integer.MAX_VALUE));
        assertCorrupt("too early", () -> reader("ffffffff07").counted(Integer.MAX_VALUE, "text"));
    }

    @Test
    void aCountIsAtMostWhatTheRestCanHold() throws Exception {
        assertEquals(2, reader("02 000000000000").count(3, "count"));
        assertCorrupt("count is 3, at most 2 have room", () -> reader("03 0000000000000000").count(3, "count"));
    }

    @Test
    void countsOfOnePayloadAddUpToAtMost2To18() throws Exception {
        byte[] bytes = new byte[300_000];
        byte[] counts = new ByteWriter(8).varint(ByteReader.MAX_ELEMENTS - 1).varint(1).varint(1).toArray();
        System.arraycopy(counts, 0, bytes, 0, counts.length);
        ByteReader in = new ByteReader(ByteBuffer.wrap(bytes), "sample");
        assertEquals(262_143, in.count(1, "count"));
        assertEquals(1, in.count(1, "count"));
        assertCorrupt("count is 1, at most 0", () -> in.count(1, "count"));
    }

    @Test
    void keysOfOnePayloadAddUpToAtMost2To24Bytes() throws Exception {
        Bytes key = Bytes.wrap(new byte[65_535]);
        ByteWriter out = new ByteWriter(2_000);
        for (int i = 0; i < 300; i++) {
            out.varint(65_535).varint(0);
        }
        ByteReader in = new ByteReader(ByteBuffer.wrap(out.toArray()), "sample");
        for (int i = 0; i < (1 << 24) / 65_535; i++) {
            in.frontCoded(key, 65_535);
        }
        assertCorrupt("longer than 16777216 in all", () -> in.frontCoded(key, 65_535));
    }

    @Test
    void frontCodedKeysShareTheirBeginning() throws Exception {
        assertEquals(Bytes.of("abXY"), reader("02 02 5859").frontCoded(Bytes.of("abc"), 10));
        assertEquals(Bytes.EMPTY, reader("00 00").frontCoded(Bytes.of("abc"), 10));
        assertEquals(Bytes.of("abc"), reader("03 00").frontCoded(Bytes.of("abc"), 3));
        assertCorrupt("shared prefix is 4", () -> reader("04 00").frontCoded(Bytes.of("abc"), 10));
        assertCorrupt("name length is 2", () -> reader("02 02 5859").frontCoded(Bytes.of("abc"), 3));
    }

    @Test
    void bytesLeftOverAreRefused() throws CorruptArchiveException {
        ByteReader in = reader("0102");
        in.u8();
        assertCorrupt("1 bytes left over (at byte 1 of it)", in::end);
    }

    @Test
    void theCallersBufferStaysWhereItIs() throws Exception {
        ByteBuffer bytes = Sample.buffer("000102").position(1);
        assertEquals(1, new ByteReader(bytes, "sample").u8());
        assertEquals(1, bytes.position());
    }
}
