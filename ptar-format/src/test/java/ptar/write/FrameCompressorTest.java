package ptar.write;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.block.Compressor;
import ptar.block.Decompressor;
import ptar.block.Sampler;
import ptar.error.CorruptArchiveException;
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
            return compressor.compressPage(raw, LENGTH);
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

    /// Noise of 1 MiB, four times: only zstd sees that it repeats.
    private static byte[] repeatingNoise() {
        byte[] noise = Content.random(2, LENGTH).bytes();
        byte[] all = new byte[4 * LENGTH];
        for (int at = 0; at < all.length; at += LENGTH) {
            System.arraycopy(noise, 0, all, at, LENGTH);
        }
        return all;
    }

    private FrameCompressor.Stored block(byte[] content, int level, boolean storeNoise) {
        MemorySegment raw = buffers.take(content.length);
        MemorySegment.copy(MemorySegment.ofArray(content), 0, raw, 0, content.length);
        try (FrameCompressor compressor = new FrameCompressor(buffers, level, content.length)) {
            return compressor.compressBlock(raw, content.length, storeNoise);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-7, 1, 2, 3})
    void noiseIsStoredUnseenWhereItMayBe(int level) {
        FrameCompressor.Stored stored = block(repeatingNoise(), level, true);
        assertEquals(FrameHead.STORED, stored.codec());
        assertEquals(4 * LENGTH, stored.storedLength());
    }

    @ParameterizedTest
    @CsvSource({"1, false", "3, false", "4, true", "9, false", "20, true"})
    void elseWhatRepeatsInItIsFound(int level, boolean storeNoise) {
        FrameCompressor.Stored found = block(repeatingNoise(), level, storeNoise);
        assertEquals(FrameHead.ZSTD, found.codec());
        assertTrue(found.storedLength() < LENGTH + LENGTH / 16, () -> "" + found.storedLength());
    }

    /// Nearly noise: a thirtieth of it is words.
    @ParameterizedTest
    @CsvSource({"-1, false", "1, false", "2, true", "3, true", "4, false"})
    void whatIsNearlyNoiseGetsLittleTime(int level, boolean fast) {
        byte[] content = Content.random(4, 4 * LENGTH).bytes();
        for (int at = LENGTH; at < LENGTH + 150_000; at += 6) {
            String word = "of five bytes".substring(content[at] & 7);
            System.arraycopy(word.getBytes(US_ASCII), 0, content, at, 5);
        }
        FrameCompressor.Stored stored = block(content, level, true);
        byte[] expected;
        try (Arena arena = Arena.ofConfined();
                Compressor compressor = fast
                        ? Compressor.quick(content.length) : new Compressor(level, content.length)) {
            MemorySegment raw = arena.allocate(content.length);
            raw.copyFrom(MemorySegment.ofArray(content));
            MemorySegment target = arena.allocate(Compressor.bound(content.length));
            expected = target.asSlice(0, compressor.compress(raw, target)).toArray(JAVA_BYTE);
        }
        assertArrayEquals(expected, stored.payload().toArray(JAVA_BYTE));
    }

    private static byte[] decompressed(FrameCompressor.Stored stored) throws CorruptArchiveException {
        try (Decompressor decompressor = new Decompressor()) {
            MemorySegment raw = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(stored.rawLength()));
            decompressor.decompress(stored.codec(), stored.payload(), raw, "here");
            return raw.toArray(JAVA_BYTE);
        }
    }

    /// To filter takes a reader's time: not of who wants speed.
    @ParameterizedTest
    @CsvSource({"-1, false", "3, false", "8, false", "9, true", "19, true", "20, true"})
    void codeIsFilteredFromLevel9On(int level, boolean filtered) throws CorruptArchiveException {
        byte[] code = Content.machineCode(5, 2 * LENGTH).bytes();
        FrameCompressor.Stored stored = block(code, level, true);
        assertEquals(filtered ? FrameHead.ZSTD_X86 : FrameHead.ZSTD, stored.codec());
        assertArrayEquals(code, decompressed(stored));
        byte[] text = Content.of("of which nothing is code\n".repeat(100_000)).bytes();
        assertEquals(FrameHead.ZSTD, block(text, level, true).codec());
    }

    /// Copies of the same code, with a difference here and there, are far smaller as they are: no sample sees that.
    @Test
    void codeThatRepeatsFarAwayIsNotFiltered() throws CorruptArchiveException {
        byte[] code = Content.machineCode(7, LENGTH).bytes();
        byte[] twice = Arrays.copyOf(code, 2 * LENGTH + 1);
        System.arraycopy(code, 0, twice, LENGTH + 1, LENGTH);
        for (int at = LENGTH; at < twice.length; at += 8_000) {
            twice[at]++;
        }
        assertEquals(FrameHead.ZSTD_X86, block(code, 9, true).codec());
        FrameCompressor.Stored stored = block(twice, 9, true);
        assertEquals(FrameHead.ZSTD, stored.codec());
        assertArrayEquals(twice, decompressed(stored));
    }

    /// Samples of 32 KiB begin with 5 KiB of calls of one place: of all the block that is too little.
    @Test
    void whatIsStoredIsNotFiltered() throws CorruptArchiveException {
        byte[] content = Content.random(6, 4 * LENGTH).bytes();
        ByteBuffer code = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < content.length; start += 512 << 10) {
            for (int at = start; at < start + 5_000; at += 5) {
                code.put(at, (byte) 0xe8).putInt(at + 1, 1000 - (at + 5));
            }
        }
        try (Sampler sampler = new Sampler()) {
            assertTrue(sampler.looksLikeX86Code(MemorySegment.ofBuffer(
                    ByteBuffer.allocateDirect(content.length).put(content).flip())));
        }
        FrameCompressor.Stored stored = block(content, 9, true);
        assertEquals(FrameHead.STORED, stored.codec());
        assertArrayEquals(content, decompressed(stored));
    }

    @Test
    void whatCompressesIsShort() {
        assertTrue(compressed(3, LENGTH).storedLength() < 1000);
    }
}
