package ptar.chunk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ChunkIdTest {
    @Test
    void wordsAreLittleEndianAndRoundTrip() {
        byte[] bytes = new byte[ChunkId.SIZE + 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        ChunkId id = ChunkId.readFrom(bytes, 1);
        assertEquals(
            new ChunkId(0x0807060504030201L, 0x100f0e0d0c0b0a09L, 0x1817161514131211L, 0x201f1e1d1c1b1a19L), id);
        assertEquals("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", id.toString());
        byte[] out = new byte[bytes.length];
        out[0] = bytes[0];
        out[out.length - 1] = bytes[bytes.length - 1];
        id.writeTo(out, 1);
        assertArrayEquals(bytes, out);
    }

    @Test
    void refusesTooFewBytes() {
        assertThrows(IndexOutOfBoundsException.class, () -> ChunkId.readFrom(new byte[32], 1));
    }
}
