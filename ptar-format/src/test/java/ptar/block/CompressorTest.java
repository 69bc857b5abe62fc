package ptar.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.block.ZstdContext.Parameter;
import ptar.layout.FrameHead;

final class CompressorTest {
    private static final int MIB = 1 << 20;
    private static final int WINDOW_LOG = 23;
    private static final long SEED = 11;

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void closeArena() {
        arena.close();
    }

    /// By the bytes, as they tell every parameter apart.
    @ParameterizedTest
    @CsvSource({"-7, 32, 6", "1, 32, 6", "2, 32, 6", "3, 32, 6", "4, 32, 6", "5, 64, 7", "7, 64, 7", "8, 128, 7",
        "12, 128, 7", "15, 128, 7", "16, 0, 0", "19, 0, 0"})
    void compressesAsTheSpecificationSays(int level, int minMatch, int hashRateLog) throws Exception {
        MemorySegment raw = repetitions();

        MemorySegment stored = compress(new Compressor(level, (int) raw.byteSize()), raw);

        try (ZstdContext own = withLongDistanceMatching(level);
                ZstdContext specified = withLongDistanceMatching(level)) {
            if (minMatch > 0) {
                specified.set(Parameter.LDM_MIN_MATCH, minMatch).set(Parameter.LDM_HASH_RATE_LOG, hashRateLog)
                        .set(Parameter.LDM_BUCKET_SIZE_LOG, 2);
            }
            if (level == 3) {
                specified.set(Parameter.HASH_LOG, 16);
            }
            assertEquals(-1, stored.mismatch(compress(specified, raw)));
            assertEquals(minMatch == 0, stored.mismatch(compress(own, raw)) == -1);
        }
    }

    @Test
    void whatIsShorterThanTheLevelsOwnWindowIsLeftToTheLevel() throws Exception {
        MemorySegment raw = repetitions().asSlice(0, 2 * MIB);

        MemorySegment stored = compress(new Compressor(3, (int) raw.byteSize()), raw);

        try (ZstdContext own = own(3)) {
            assertEquals(-1, stored.mismatch(compress(own, raw)));
        }
    }

    @Test
    void quickIsAsTheSpecificationSays() throws Exception {
        MemorySegment raw = repetitions();

        MemorySegment stored = compress(Compressor.quick((int) raw.byteSize()), raw);

        try (ZstdContext specified = withLongDistanceMatching(1); ZstdContext longer = withLongDistanceMatching(1)) {
            specified.set(Parameter.LDM_MIN_MATCH, 64).set(Parameter.LDM_HASH_RATE_LOG, 7)
                    .set(Parameter.LDM_BUCKET_SIZE_LOG, 2).set(Parameter.HASH_LOG, 15).set(Parameter.MIN_MATCH, 5);
            assertEquals(-1, stored.mismatch(compress(specified, raw)));
            longer.set(Parameter.HASH_LOG, 15).set(Parameter.MIN_MATCH, 5);
            assertNotEquals(-1, stored.mismatch(compress(longer, raw)));
        }
    }

    /// Noise of 4 MiB and then pieces of it with noise between them: too short for zstd's own 64 bytes.
    @Test
    void theDefaultLevelFindsWhatIsShorterThanZstdsOwnLimit() throws Exception {
        int first = 4 * MIB;
        int pieces = 10_000;
        int piece = 60;
        int between = 10;
        MemorySegment raw = noise(first + pieces * (piece + between));
        SplittableRandom random = new SplittableRandom(SEED + 1);
        for (int i = 0; i < pieces; i++) {
            MemorySegment.copy(raw, random.nextInt(first - piece), raw, first + i * (piece + between), piece);
        }

        MemorySegment stored = compress(new Compressor(3, (int) raw.byteSize()), raw);

        int all = pieces * piece;
        assertTrue(stored.byteSize() < raw.byteSize() - all / 4, "length " + stored.byteSize() + ", seed " + SEED);
    }

    @Test
    void noRoomIsAnErrorAndTheNextFrameIsWhole() throws Exception {
        MemorySegment raw = noise(MIB);
        try (Compressor compressor = new Compressor(3, MIB)) {
            MemorySegment small = arena.allocate(1000);
            IllegalStateException failed =
                    assertThrows(IllegalStateException.class, () -> compressor.compress(raw, small));
            assertEquals("zstd, a frame of 1048576: Destination buffer is too small", failed.getMessage());

            MemorySegment target = arena.allocate(Compressor.bound(MIB));
            checkGivesBack(raw, target.asSlice(0, compressor.compress(raw, target)));
        }
    }

    private static ZstdContext own(int level) {
        return new ZstdContext().set(Parameter.COMPRESSION_LEVEL, level);
    }

    private static ZstdContext withLongDistanceMatching(int level) {
        return own(level).set(Parameter.WINDOW_LOG, WINDOW_LOG).set(Parameter.ENABLE_LONG_DISTANCE_MATCHING, 1);
    }

    /// 5 MiB of words, and of pieces of 20 to 400 bytes of what came before, near and far.
    private MemorySegment repetitions() {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] bytes = new byte[5 * MIB];
        int length = 0;
        while (length < bytes.length) {
            int piece = Math.min(random.nextInt(20, 400), bytes.length - length);
            if (length > 1000 && random.nextInt(3) == 0) {
                System.arraycopy(bytes, random.nextInt(length - piece), bytes, length, piece);
            } else {
                for (int i = 0; i < piece; i++) {
                    bytes[length + i] = (byte) ('a' + Math.min(random.nextInt(30), random.nextInt(30)));
                }
            }
            length += piece;
        }
        MemorySegment raw = arena.allocate(length);
        raw.copyFrom(MemorySegment.ofArray(bytes));
        return raw;
    }

    private MemorySegment noise(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(SEED).nextBytes(bytes);
        MemorySegment raw = arena.allocate(length);
        raw.copyFrom(MemorySegment.ofArray(bytes));
        return raw;
    }

    private MemorySegment compress(Compressor compressor, MemorySegment raw) throws Exception {
        MemorySegment target = arena.allocate(Compressor.bound(raw.byteSize()));
        try (compressor) {
            MemorySegment stored = target.asSlice(0, compressor.compress(raw, target));
            checkGivesBack(raw, stored);
            return stored;
        }
    }

    private MemorySegment compress(ZstdContext context, MemorySegment raw) {
        MemorySegment target = arena.allocate(Compressor.bound(raw.byteSize()));
        return target.asSlice(0, context.compress(raw, target));
    }

    private void checkGivesBack(MemorySegment raw, MemorySegment stored) throws Exception {
        assertEquals(raw.byteSize(), Zstd.getFrameContentSize(stored.toArray(ValueLayout.JAVA_BYTE)));
        MemorySegment back = arena.allocate(raw.byteSize());
        try (Decompressor decompressor = new Decompressor()) {
            decompressor.decompress(FrameHead.ZSTD, stored, back, "test");
        }
        assertEquals(-1, raw.mismatch(back));
    }
}
