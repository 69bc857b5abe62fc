package ptar.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ptar.block.Sampler.Verdict.COMPRESSIBLE;
import static ptar.block.Sampler.Verdict.NEARLY_NOISE;
import static ptar.block.Sampler.Verdict.NOISE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.tree.Content;

class SamplerTest {
    private static final int LENGTH = 8 << 20;
    private static final int SAMPLES = LENGTH >> 15;

    /// @param edit of noise
    private static Sampler.Verdict verdict(int length, Consumer<MemorySegment> edit) {
        try (Arena arena = Arena.ofConfined(); Sampler sampler = new Sampler()) {
            MemorySegment raw = arena.allocate(length);
            raw.copyFrom(MemorySegment.ofArray(Content.random(3, length).bytes()));
            edit.accept(raw);
            return sampler.judge(raw);
        }
    }

    private static Consumer<MemorySegment> zeros(int from, int length) {
        return raw -> raw.asSlice(from, length).fill((byte) 0);
    }

    @Test
    void noiseIsNoise() {
        assertEquals(NOISE, verdict(LENGTH, raw -> {}));
        assertEquals(COMPRESSIBLE, verdict(LENGTH, zeros(0, LENGTH)));
    }

    /// 64 KiB of zeros hold two samples of 256 or nearly; 1,100,000 bytes an eighth of them.
    @ParameterizedTest
    @ValueSource(ints = {0, 4_000_000, LENGTH - 1_100_000})
    void seesWhatIsNotNoiseWhereverItLies(int from) {
        assertEquals(NEARLY_NOISE, verdict(LENGTH, zeros(from, 65_536)));
        assertEquals(NEARLY_NOISE, verdict(LENGTH, zeros(from, 700_000)));
        assertEquals(COMPRESSIBLE, verdict(LENGTH, zeros(from, 1_100_000)));
    }

    /// A sample with n zeros saves a little less than n bytes; 128 are 1/4096 of all.
    @Test
    void aHeaderInOneOfManyIsNoise() {
        assertEquals(NOISE, verdict(LENGTH, zeros(Sampler.positionOf(101), 128)));
        assertEquals(NEARLY_NOISE, verdict(LENGTH, zeros(Sampler.positionOf(101), 200)));
    }

    @Test
    void theFirstSamplesMayBeEnough() {
        assertEquals(COMPRESSIBLE, verdict(LENGTH, raw -> {
            for (int i = 0; i < SAMPLES; i += 64) {
                zeros(Sampler.positionOf(i), 2048).accept(raw);
            }
        }));
        assertEquals(NEARLY_NOISE, verdict(LENGTH, raw -> {
            for (int i = 1; i < SAMPLES; i += 64) {
                zeros(Sampler.positionOf(i), 2048).accept(raw);
            }
        }));
    }

    /// Pages of a database, of which a part is free.
    @ParameterizedTest
    @ValueSource(ints = {0, 4_096, 16_384, 28_672})
    void seesWhatComesAtEqualDistances(int phase) {
        assertEquals(COMPRESSIBLE, verdict(LENGTH, raw -> {
            for (int at = phase; at + 12_288 <= LENGTH; at += 32_768) {
                zeros(at, 12_288).accept(raw);
            }
        }));
    }

    @Test
    void doesNotJudgeWhatIsShort() {
        assertEquals(COMPRESSIBLE, verdict((1 << 20) - 1, raw -> {}));
        assertEquals(NOISE, verdict(1 << 20, raw -> {}));
    }

    private static boolean looksLikeX86Code(Content content) {
        try (Sampler sampler = new Sampler()) {
            return sampler.looksLikeX86Code(MemorySegment.ofBuffer(
                    ByteBuffer.allocateDirect((int) content.size()).put(content.bytes()).flip()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40_000, 900_000, 1 << 20, 5_000_000})
    void codeIsCode(int size) {
        assertTrue(looksLikeX86Code(Content.machineCode(1, size)));
    }

    @Test
    void elseNothingIs() {
        assertFalse(looksLikeX86Code(Content.hole(5_000_000)));
        assertFalse(looksLikeX86Code(Content.random(1, 5_000_000)));
        assertFalse(looksLikeX86Code(Content.of("it is read by people, caf\u00e9 and all\n".repeat(100_000))));
        assertFalse(looksLikeX86Code(Content.machineCode(1, 32_767))); // as short as that there is no sample
    }

    /// As in an object file: what is called is filled in by the linker.
    @Test
    void callsOfNothingAreNotCode() {
        byte[] call = {(byte) 0xe8, 0, 0, 0, 0};
        byte[] code = Content.of("push mov pop".repeat(100_000)).bytes();
        for (int at = 0; at + call.length <= code.length; at += 97) {
            System.arraycopy(call, 0, code, at, call.length);
        }
        assertFalse(looksLikeX86Code(Content.of(code)));
    }

    /// Copies have the same distances, and other positions.
    @Test
    void codeThatRepeatsInASampleIsNotWorthIt() {
        Content[] copies = new Content[300];
        Arrays.fill(copies, Content.join(Content.machineCode(1, 5_000), Content.of("x")));
        assertFalse(looksLikeX86Code(Content.join(copies)));
    }

    @Test
    void aSampleIsTakenOfEach32KiB() {
        for (int i = 0; i < 4096; i++) {
            assertEquals(i, Sampler.positionOf(i) >> 15);
            assertEquals(i, Sampler.positionOf(i) + 2047 >> 15);
        }
        assertEquals(0, Sampler.positionOf(0));
        assertEquals(32_768 + 18_986, Sampler.positionOf(1)); // as the text of the specification gives it
    }
}
