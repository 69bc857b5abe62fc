package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunEndTest {
    private static final RunEnd END = new RunEnd(0x0000_0504_0302_0100L, 0x0003_0201, 0x0003_0202);
    private static final long PLAIN = 1L << 50;

    private static byte[] bytes(RunEnd end) {
        ByteBuffer out = ByteBuffer.allocate(RunEnd.SIZE);
        end.writeTo(out);
        assertEquals(32, out.position());
        return out.array();
    }

    private static RunEnd read(byte[] bytes, long plainLength) throws Exception {
        return RunEnd.readFrom(ByteBuffer.wrap(bytes), plainLength, "here");
    }

    @Test
    void liesAsTheSpecificationSays() throws Exception {
        String hex = "f7656e64 01020300 0001020304050000 02020300 0000000000000000";
        byte[] expected = Sample.withCrcAt(Sample.bytes(hex + "00000000"), 28);
        assertEquals(Sample.hex(expected), Sample.hex(bytes(END)));
        assertEquals(END, read(expected, PLAIN));
    }

    @Test
    void aRunMayHaveNoRoot() throws Exception {
        RunEnd none = new RunEnd(-1, 0, 0);
        assertEquals("ffffffffffffffff", Sample.hex(bytes(none)).substring(16, 32));
        assertFalse(read(bytes(none), RunEnd.SIZE).hasRoot());
    }

    @Test
    void theRootLiesBeforeTheRunEnd() throws Exception {
        RunEnd end = new RunEnd(100, 50, 60);
        assertTrue(read(bytes(end), 100 + 24 + 50 + 32).hasRoot());
        assertCorrupt("out of range", () -> read(bytes(end), 100 + 24 + 50 + 31));
        assertCorrupt("out of range", () -> read(bytes(new RunEnd(Long.MAX_VALUE, 50, 60)), PLAIN));
        assertCorrupt("out of range", () -> read(bytes(new RunEnd(Long.MIN_VALUE, 50, 60)), PLAIN));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "stored length above 2^22, 4, 0x00400001", "stored length as u32, 4, 0x80000000",
        "raw length above 2^22, 16, 0x00400001", "raw length as u32, 16, 0x80000000", "reserved, 20, 1",
        "its last bytes, 24, 0x01000000",
    })
    void refusesAFieldOutOfRange(String what, int offset, String value) {
        byte[] bytes = bytes(END);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, Long.decode(value).intValue());
        assertCorrupt("run end out of range", () -> read(Sample.withCrcAt(bytes, 28), PLAIN));
    }

    @Test
    void aRunWithoutARootSaysNothingOfItsLengths() {
        assertCorrupt("out of range", () -> read(bytes(new RunEnd(-1, 1, 0)), PLAIN));
        assertCorrupt("out of range", () -> read(bytes(new RunEnd(-1, 0, 1)), PLAIN));
    }

    @Test
    void everyChangedByteShows() {
        for (int i = 0; i < RunEnd.SIZE; i++) {
            byte[] bytes = bytes(END);
            bytes[i] ^= 1;
            assertCorrupt("damaged run end", () -> read(bytes, PLAIN));
        }
        assertFalse(RunEnd.isAt(ByteBuffer.wrap(bytes(END), 0, 31)));
    }
}
