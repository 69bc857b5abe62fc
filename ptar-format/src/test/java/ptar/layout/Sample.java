package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.function.Executable;
import ptar.error.CorruptArchiveException;
import ptar.tree.Bytes;

/// What the tests of the records have in common: bytes as hex, bytes that count up, and how a refusal looks.
final class Sample {
    private Sample() {}

    /// @param hex with any white space
    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }

    static ByteBuffer buffer(String hex) {
        return ByteBuffer.wrap(bytes(hex));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static String hex(ByteWriter out) {
        return hex(out.toArray());
    }

    /// Bytes that count up from `first`.
    static Bytes counting(int first, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (first + i);
        }
        return Bytes.wrap(bytes);
    }

    static String countingHex(int first, int length) {
        return hex(counting(first, length).toArray());
    }

    static Pointer pointer(int run, long offset, int stored, int raw) {
        return new Pointer(run, offset, stored, raw, counting(raw, Pointer.HASH_SIZE));
    }

    /// Sets the CRC32C over all bytes before it, so that a changed field is what is refused.
    static byte[] withCrcAt(byte[] bytes, int offset) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, offset);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, (int) crc.getValue());
        return bytes;
    }

    /// @param says what the message must hold
    static void assertCorrupt(String says, Executable reading) {
        CorruptArchiveException refused = assertThrows(CorruptArchiveException.class, reading);
        assertTrue(refused.getMessage().contains(says), refused.getMessage());
        assertTrue(refused.getMessage().indexOf('\n') < 0, "one line");
    }
}
