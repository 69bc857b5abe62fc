package ptar.block;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.tree.Content;

class SamplerTest {
    private static final int LENGTH = 8 << 20;

    /// Noise with a stretch of zeros in it.
    private static Sampler.Verdict verdict(int length, int zerosFrom, int zeros) {
        try (Arena arena = Arena.ofConfined(); Sampler sampler = new Sampler()) {
            MemorySegment raw = arena.allocate(length);
            raw.copyFrom(MemorySegment.ofArray(Content.random(3, length).bytes()));
            raw.asSlice(zerosFrom, zeros).fill((byte) 0);
            return sampler.judge(raw);
        }
    }

    /// 64 KiB of zeros hold two samples of 256, wherever they lie; 900,000 bytes a tenth of them.
    @ParameterizedTest
    @CsvSource({
        "0, 0, NOISE", "0, 65536, NEARLY_NOISE", "8323072, 65536, NEARLY_NOISE", "4000000, 65536, NEARLY_NOISE",
        "4000000, 800000, NEARLY_NOISE", "4000000, 900000, COMPRESSIBLE", "0, 8388608, COMPRESSIBLE"
    })
    void seesWhatIsNotNoise(int zerosFrom, int zeros, Sampler.Verdict expected) {
        assertEquals(expected, verdict(LENGTH, zerosFrom, zeros));
    }

    @Test
    void doesNotJudgeWhatIsShort() {
        assertEquals(Sampler.Verdict.COMPRESSIBLE, verdict((1 << 20) - 1, 0, 0));
        assertEquals(Sampler.Verdict.NOISE, verdict(1 << 20, 0, 0));
    }

    @Test
    void theLastSampleMayEndWithThePayload() {
        int lastSample = (1 << 20) + (32 << 10);
        assertEquals(Sampler.Verdict.NEARLY_NOISE, verdict(lastSample + 2048, lastSample, 2048));
        assertEquals(Sampler.Verdict.NOISE, verdict(lastSample + 2047, lastSample, 2047));
    }
}
