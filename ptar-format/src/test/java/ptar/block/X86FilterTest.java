package ptar.block;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class X86FilterTest {
    private static final int WINDOW = X86Filter.WINDOW_SIZE;
    /// Of a block, as the specification bounds it.
    private static final int MAX_RAW_LENGTH = (1 << 26) + (1 << 24) + 16;

    private static byte[] applied(byte[] code) {
        byte[] payload = code.clone();
        X86Filter.apply(MemorySegment.ofArray(payload));
        return payload;
    }

    private static byte[] undone(byte[] payload) {
        byte[] code = payload.clone();
        X86Filter.undo(MemorySegment.ofArray(code));
        return code;
    }

    /// The table in the specification, §4.1.
    @ParameterizedTest
    @CsvSource({
        "e8 10000000 90, e8 15000000 90", // call: its operand ends at 5
        "90e9 faffffff 90, 90e9 00000000 90", // jmp
        "e8 f0ffffff 90, e8 f5ffffff 90", // a negative one stays negative
        "e8 ffffff00 90, e8 040000ff 90", // 2^24 - 1 + 5 as 25 bits
        "e8 000000ff 90, e8 050000ff 90", // the least that is converted, and
        "e8 fffffffe 90, e8 fffffffe 90", // one that is not
        "e8 00000001 90, e8 00000001 90",
        "488b05 00010000, 488b05 07010000", // mov rax, [rip + 256]
        "488d3d 00010000, 488d3d 07010000", // lea rdi
        "8915 00000000, 8915 06000000", // mov [rip], edx
        "8f05 00000000, 8f05 06000000", // pop [rip]
        "8b45 00000000, 8b45 00000000", // of another mode
        "8a05 00000000, 8a05 00000000", // another opcode
        "e8 11000000, e8 11000000", // nothing begins in the last five bytes
        "e8 112233e8 00000000 9090, e8 112233e8 09000000 9090", // behind three bytes of what is none
        "e8 e8000000 e9000000 00, e8 ed000000 e9000000 00", // an operand holds no instruction
        "'', ''",
    })
    void convertsWhatTheSpecificationSays(String code, String payload) {
        byte[] before = HexFormat.of().parseHex(code.replace(" ", ""));
        byte[] after = HexFormat.of().parseHex(payload.replace(" ", ""));
        assertArrayEquals(after, applied(before));
        assertArrayEquals(before, undone(after));
    }

    /// The definition, word for word and slow.
    private static byte[] defined(byte[] code, int sign) {
        byte[] b = code.clone();
        for (int p = 0; p + 6 <= b.length; ) {
            int q;
            if ((b[p] & 0xfe) == 0xe8) {
                q = p + 1;
            } else if ((b[p] & 0xf9) == 0x89 && (b[p + 1] & 0xc7) == 0x05) {
                q = p + 2;
            } else {
                p++;
                continue;
            }
            if (b[q + 3] == 0 || b[q + 3] == -1) {
                int v = b[q] & 0xff | (b[q + 1] & 0xff) << 8 | (b[q + 2] & 0xff) << 16 | b[q + 3] << 24;
                v = (v + sign * (q + 4)) << 7 >> 7;
                for (int i = 0; i < 4; i++) {
                    b[q + i] = (byte) (v >> 8 * i);
                }
                p = q + 4;
            } else {
                p = q + 3;
            }
        }
        return b;
    }

    /// Opcodes, ModRM bytes and the highest bytes of operands one upon the other.
    private static byte[] dense(Random random, int length) {
        int[] alphabet = {0xe8, 0xe9, 0x89, 0x8b, 0x8d, 0x8f, 0x05, 0x0d, 0x3d, 0x00, 0xff, 0x00, 0xff, 0x01, 0x90};
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) alphabet[random.nextInt(alphabet.length)];
        }
        return bytes;
    }

    private static void assertDefined(byte[] bytes, String what) {
        byte[] payload = applied(bytes);
        assertArrayEquals(defined(bytes, 1), payload, what);
        assertArrayEquals(bytes, undone(payload), what);
        assertArrayEquals(defined(bytes, -1), undone(bytes), what);
        assertArrayEquals(bytes, applied(undone(bytes)), what);
    }

    @Test
    void isAsDefinedForShortPayloads() {
        long seed = new Random().nextLong();
        System.out.println("X86FilterTest.isAsDefinedForShortPayloads: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            assertDefined(dense(random, random.nextInt(40)), "seed " + seed + ", the " + i + "th");
        }
    }

    @Test
    void isAsDefinedAcrossWindows() {
        long seed = new Random().nextLong();
        System.out.println("X86FilterTest.isAsDefinedAcrossWindows: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            int length = WINDOW * (1 + random.nextInt(4)) - 20 + random.nextInt(40);
            byte[] bytes = dense(random, length);
            assertDefined(bytes, "seed " + seed + ", the " + i + "th");
            random.nextBytes(bytes);
            assertDefined(bytes, "seed " + seed + ", noise, the " + i + "th");
        }
    }

    /// Where positions no longer fit into 24, 25 and 26 bits, and at the end of the largest block.
    @Test
    void isAsDefinedFarFromTheStart() {
        long seed = new Random().nextLong();
        System.out.println("X86FilterTest.isAsDefinedFarFromTheStart: seed " + seed);
        Random random = new Random(seed);
        byte[] bytes = new byte[MAX_RAW_LENGTH];
        for (int end : new int[] {(1 << 24) + 100, (1 << 25) + 100, (1 << 26) + 100, MAX_RAW_LENGTH}) {
            System.arraycopy(dense(random, 200), 0, bytes, end - 200, 200);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment payload = arena.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, payload, JAVA_BYTE, 0, bytes.length);
            X86Filter.apply(payload);
            assertArrayEquals(defined(bytes, 1), payload.toArray(JAVA_BYTE), "seed " + seed);
            X86Filter.undo(payload);
            assertArrayEquals(bytes, payload.toArray(JAVA_BYTE), "seed " + seed);
        }
    }

    /// Positions count from the payload's start, not from where its memory begins, and nothing beside it is touched.
    @Test
    void seesThePayloadOnly() {
        byte[] around = HexFormat.of().parseHex("e8e8e8e81000000090e8e8e8");
        X86Filter.apply(MemorySegment.ofArray(around).asSlice(3, 6));
        assertEquals("e8e8e8e81500000090e8e8e8", HexFormat.of().formatHex(around));
    }

    @Test
    void saysWhetherAnythingIsCode() {
        assertTrue(X86Filter.apply(MemorySegment.ofArray(new byte[] {(byte) 0xe8, 0, 0, 0, 0, 0})));
        assertFalse(X86Filter.apply(MemorySegment.ofArray(new byte[] {(byte) 0xe8, 0, 0, 0, 1, 0})));
        assertFalse(X86Filter.apply(MemorySegment.ofArray(new byte[100_000])));
    }
}
