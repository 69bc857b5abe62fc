package ptar.block;

import com.github.luben.zstd.Zstd;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What the specification asks of a compressed payload beyond what zstd does: one frame, no dictionary, and a window
/// that a reader who decodes piece by piece can hold. Spec §4.
final class ZstdFrame {
    private static final int MAGIC = 0xfd2f_b528;
    private static final int MIN_SIZE = 6;
    private static final int DICTIONARY_BITS = 3;
    private static final int SINGLE_SEGMENT_BIT = 0x20;
    /// Exponent 17 above 2^10, no mantissa: 2^27 bytes.
    private static final int MAX_WINDOW_DESCRIPTOR = 17 << 3;

    private ZstdFrame() {}

    static boolean isOne(MemorySegment stored) {
        ByteBuffer bytes = stored.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.capacity() < MIN_SIZE || bytes.getInt(0) != MAGIC) {
            return false;
        }
        int descriptor = bytes.get(4);
        if ((descriptor & DICTIONARY_BITS) != 0) {
            return false;
        }
        boolean isSingleSegment = (descriptor & SINGLE_SEGMENT_BIT) != 0; // its window is its content
        if (!isSingleSegment && (bytes.get(5) & 0xff) > MAX_WINDOW_DESCRIPTOR) {
            return false;
        }
        return Zstd.findDirectByteBufferFrameCompressedSize(bytes, 0, bytes.capacity()) == bytes.capacity();
    }
}
