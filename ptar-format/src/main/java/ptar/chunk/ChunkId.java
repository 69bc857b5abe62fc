package ptar.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Objects;

/// What names a chunk: BLAKE3 of its bytes, keyed in an encrypted archive. The words hold the hash's bytes
/// little-endian.
public record ChunkId(long word0, long word1, long word2, long word3) {
    public static final int SIZE = 4 * Long.BYTES;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// The id in [#SIZE] bytes from `offset`.
    public static ChunkId readFrom(byte[] in, int offset) {
        Objects.checkFromIndexSize(offset, SIZE, in.length);
        return new ChunkId((long) WORD.get(in, offset), (long) WORD.get(in, offset + Long.BYTES),
            (long) WORD.get(in, offset + 2 * Long.BYTES), (long) WORD.get(in, offset + 3 * Long.BYTES));
    }

    /// Writes [#SIZE] bytes from `offset`.
    public void writeTo(byte[] out, int offset) {
        Objects.checkFromIndexSize(offset, SIZE, out.length);
        WORD.set(out, offset, word0);
        WORD.set(out, offset + Long.BYTES, word1);
        WORD.set(out, offset + 2 * Long.BYTES, word2);
        WORD.set(out, offset + 3 * Long.BYTES, word3);
    }

    /// The bytes in hexadecimal, as other programs print a hash.
    @Override
    public String toString() {
        byte[] bytes = new byte[SIZE];
        writeTo(bytes, 0);
        return HexFormat.of().formatHex(bytes);
    }
}
