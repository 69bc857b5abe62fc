package ptar.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.layout.FrameHead;
import ptar.storage.BufferPool;
import ptar.tree.Content;

class FrameCompressorTest {
    private static final int LENGTH = 1 << 20;

    private final BufferPool buffers = new BufferPool(1 << 24);

    /// Noise but for a stretch of zeros, which is all that can be saved.
    private FrameCompressor.Stored compressed(int level, int zeros) {
        MemorySegment raw = buffers.take(LENGTH);
        MemorySegment.copy(MemorySegment.ofArray(Content.random(1, LENGTH - zeros).bytes()), 0, raw, 0, LENGTH - zeros);
        raw.asSlice(LENGTH - zeros, zeros).fill((byte) 0);
        try (FrameCompressor compressor = new FrameCompressor(buffers, level, LENGTH)) {
            return compressor.compress(raw, LENGTH, false);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3, 10000, STORED", "3, 20000, ZSTD", "19, 10000, STORED",
        "20, 10000, ZSTD", "20, 2000, ZSTD", "20, 0, STORED", "-7, 0, STORED"
    })
    void savesTheReadersTimeOrEveryByte(int level, int zeros, String codec) {
        FrameCompressor.Stored stored = compressed(level, zeros);
        assertEquals(codec.equals("ZSTD") ? FrameHead.ZSTD : FrameHead.STORED, stored.codec());
        assertEquals(LENGTH, stored.rawLength());
        if (codec.equals("STORED")) {
            assertEquals(LENGTH, stored.storedLength());
        }
    }

    /// Noise that repeats what is 1 MiB before: no sample sees it, only zstd does.
    private FrameCompressor.Stored repeated(int level, boolean fewFiles) {
        MemorySegment noise = MemorySegment.ofArray(Content.random(2, LENGTH).bytes());
        MemorySegment raw = buffers.take(4L * LENGTH);
        for (long at = 0; at < 4L * LENGTH; at += LENGTH) {
            MemorySegment.copy(noise, 0, raw, at, LENGTH);
        }
        try (FrameCompressor compressor = new FrameCompressor(buffers, level, 4 * LENGTH)) {
            return compressor.compress(raw, 4 * LENGTH, fewFiles);
        }
    }

    @Test
    void noiseOfFewFilesIsStoredUnseen() {
        FrameCompressor.Stored stored = repeated(3, true);
        assertEquals(FrameHead.STORED, stored.codec());
        assertEquals(4 * LENGTH, stored.storedLength());
    }

    @ParameterizedTest
    @CsvSource({"1, false", "3, false", "9, false", "20, true", "20, false"})
    void whatRepeatsInNoiseOfManyFilesIsFound(int level, boolean fewFiles) {
        FrameCompressor.Stored found = repeated(level, fewFiles);
        assertEquals(FrameHead.ZSTD, found.codec());
        assertTrue(found.storedLength() < LENGTH + LENGTH / 16, () -> "" + found.storedLength());
    }

    @Test
    void whatCompressesIsShort() {
        assertTrue(compressed(3, LENGTH).storedLength() < 1000);
    }
}
