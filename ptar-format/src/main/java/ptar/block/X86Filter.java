package ptar.block;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// Makes machine code of x86-64 compress better: distances from an instruction, which differ wherever the same
/// function is called or the same variable read, become positions, which are the same. Spec §4.1, from which the rule
/// for what is an operand comes; [#undo] is the inverse of [#apply] for all bytes, code or not.
public final class X86Filter {
    private static final boolean BIG_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    static final int WINDOW_SIZE = 32 << 10;
    /// Opcode, ModRM, operand: nothing is looked for in the last bytes of a payload.
    private static final int MAX_MATCH_LENGTH = 6;
    /// Operands are signed, of 25 bits.
    private static final int UNUSED_BITS = Integer.SIZE - 25;
    private static final long INT_MASK = 0xffff_ffffL;

    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final long LOW_BITS = 0x7f * EACH_BYTE;

    private final MemorySegment payload;
    private final int sign;
    /// Bytes are copied here to be looked at, eight in a word: before C2 has compiled it, words that are read out of
    /// bytes take one and a half times as long. One word more than a window, so that there is one behind the last.
    private final long[] words = new long[WINDOW_SIZE / Long.BYTES + 1];
    private final MemorySegment window = MemorySegment.ofArray(words).asSlice(0, WINDOW_SIZE);
    private boolean changed;

    private X86Filter(MemorySegment payload, int sign) {
        this.payload = payload;
        this.sign = sign;
    }

    /// Distances become positions, in place.
    ///
    /// @return whether there were any
    public static boolean apply(MemorySegment payload) {
        return new X86Filter(payload, 1).convert();
    }

    /// Positions become distances, in place.
    public static void undo(MemorySegment payload) {
        new X86Filter(payload, -1).convert();
    }

    private boolean convert() {
        boolean any = false;
        long size = payload.byteSize();
        for (long at = 0; size - at >= MAX_MATCH_LENGTH; ) {
            long length = Math.min(window.byteSize(), size - at);
            MemorySegment.copy(payload, at, window, 0, length);
            swapBytes();
            changed = false;
            int done = convertWindow((int) at, (int) length - MAX_MATCH_LENGTH);
            if (changed) {
                swapBytes();
                MemorySegment.copy(window, 0, payload, at, length);
                any = true;
            }
            at += done;
        }
        return any;
    }

    private void swapBytes() {
        if (BIG_ENDIAN) {
            for (int i = 0; i < words.length; i++) {
                words[i] = Long.reverseBytes(words[i]);
            }
        }
    }

    /// @param at where the window's first byte is in the payload
    /// @param last position in the window at which an instruction may begin
    /// @return the next such position, in the window or just behind it
    private int convertWindow(int at, int last) {
        int next = 0;
        for (int i = 0; i <= last >>> 3; i++) {
            long word = words[i];
            long following = word >>> Byte.SIZE | words[i + 1] << Long.SIZE - Byte.SIZE;
            long branches = zeroBytes(word & 0xfe * EACH_BYTE ^ 0xe8 * EACH_BYTE);
            long others = zeroBytes(
                    word & 0xf9 * EACH_BYTE ^ 0x89 * EACH_BYTE | following & 0xc7 * EACH_BYTE ^ 0x05 * EACH_BYTE);
            for (long found = branches | others; found != 0; found &= found - 1) {
                int match = (i << 3) + (Long.numberOfTrailingZeros(found) >>> 3);
                if (match >= next && match <= last) {
                    boolean branch = (branches & found & -found) != 0;
                    next = convertOperand(at, branch ? match + 1 : match + 2);
                }
            }
        }
        return Math.max(next, last + 1);
    }

    /// @param operand position in the window
    /// @return where the next instruction may begin
    private int convertOperand(int at, int operand) {
        int word = operand >>> 3;
        int shift = (operand & 7) << 3;
        int unshift = Long.SIZE - 1 - shift; // and one more: a shift by 64 does nothing
        int value = (int) (words[word] >>> shift | words[word + 1] << 1 << unshift);
        int high = value >> 24;
        if (high != 0 && high != -1) {
            return operand + 3;
        }
        int end = operand + Integer.BYTES;
        int converted = value + sign * (at + end) << UNUSED_BITS >> UNUSED_BITS;
        long difference = (value ^ converted) & INT_MASK;
        words[word] ^= difference << shift;
        words[word + 1] ^= difference >>> 1 >>> unshift;
        changed = true;
        return end;
    }

    /// The highest bit of each byte that is zero. (Warren: Hacker's Delight, 6-1.)
    private static long zeroBytes(long word) {
        return ~((word & LOW_BITS) + LOW_BITS | word | LOW_BITS);
    }
}
