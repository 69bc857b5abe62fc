package ptar.hash;

import static java.lang.Integer.rotateRight;

/// BLAKE3's compression function over one block.
///
/// All state and the message stay in locals. The permutation moves 16 locals around, and still this loop of seven
/// rounds is a third faster than seven rounds written out: that one runs out of registers.
final class Blake3Block {
    /// The initial chaining value, also the third row of every compression's state: SHA-256's.
    static final int[] IV = {
        0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
    };
    static final int ROUNDS = 7;

    private Blake3Block() {
    }

    /// Compresses 16 words from `offset` of `words`.
    ///
    /// @param state in: the chaining value in its first 8 words; out: the next one there, and above it the words that
    ///     only extended output uses
    /// @param length bytes of the block that are input
    static void compress(int[] state, int[] words, int offset, long counter, int length, int flags) {
        int m0 = words[offset + 0], m1 = words[offset + 1], m2 = words[offset + 2], m3 = words[offset + 3];
        int m4 = words[offset + 4], m5 = words[offset + 5], m6 = words[offset + 6], m7 = words[offset + 7];
        int m8 = words[offset + 8], m9 = words[offset + 9], m10 = words[offset + 10], m11 = words[offset + 11];
        int m12 = words[offset + 12], m13 = words[offset + 13], m14 = words[offset + 14], m15 = words[offset + 15];

        int v0 = state[0], v1 = state[1], v2 = state[2], v3 = state[3];
        int v4 = state[4], v5 = state[5], v6 = state[6], v7 = state[7];
        int v8 = IV[0], v9 = IV[1], v10 = IV[2], v11 = IV[3];
        int v12 = (int) counter, v13 = (int) (counter >>> Integer.SIZE), v14 = length, v15 = flags;
        for (int round = 1; ; round++) {
            v0 += v4 + m0; v12 = rotateRight(v12 ^ v0, 16); v8 += v12; v4 = rotateRight(v4 ^ v8, 12);
            v0 += v4 + m1; v12 = rotateRight(v12 ^ v0, 8); v8 += v12; v4 = rotateRight(v4 ^ v8, 7);
            v1 += v5 + m2; v13 = rotateRight(v13 ^ v1, 16); v9 += v13; v5 = rotateRight(v5 ^ v9, 12);
            v1 += v5 + m3; v13 = rotateRight(v13 ^ v1, 8); v9 += v13; v5 = rotateRight(v5 ^ v9, 7);
            v2 += v6 + m4; v14 = rotateRight(v14 ^ v2, 16); v10 += v14; v6 = rotateRight(v6 ^ v10, 12);
            v2 += v6 + m5; v14 = rotateRight(v14 ^ v2, 8); v10 += v14; v6 = rotateRight(v6 ^ v10, 7);
            v3 += v7 + m6; v15 = rotateRight(v15 ^ v3, 16); v11 += v15; v7 = rotateRight(v7 ^ v11, 12);
            v3 += v7 + m7; v15 = rotateRight(v15 ^ v3, 8); v11 += v15; v7 = rotateRight(v7 ^ v11, 7);

            v0 += v5 + m8; v15 = rotateRight(v15 ^ v0, 16); v10 += v15; v5 = rotateRight(v5 ^ v10, 12);
            v0 += v5 + m9; v15 = rotateRight(v15 ^ v0, 8); v10 += v15; v5 = rotateRight(v5 ^ v10, 7);
            v1 += v6 + m10; v12 = rotateRight(v12 ^ v1, 16); v11 += v12; v6 = rotateRight(v6 ^ v11, 12);
            v1 += v6 + m11; v12 = rotateRight(v12 ^ v1, 8); v11 += v12; v6 = rotateRight(v6 ^ v11, 7);
            v2 += v7 + m12; v13 = rotateRight(v13 ^ v2, 16); v8 += v13; v7 = rotateRight(v7 ^ v8, 12);
            v2 += v7 + m13; v13 = rotateRight(v13 ^ v2, 8); v8 += v13; v7 = rotateRight(v7 ^ v8, 7);
            v3 += v4 + m14; v14 = rotateRight(v14 ^ v3, 16); v9 += v14; v4 = rotateRight(v4 ^ v9, 12);
            v3 += v4 + m15; v14 = rotateRight(v14 ^ v3, 8); v9 += v14; v4 = rotateRight(v4 ^ v9, 7);

            if (round == ROUNDS) {
                break;
            }
            int first0 = m0;
            m0 = m2; m2 = m3; m3 = m10; m10 = m12; m12 = m9; m9 = m11; m11 = m5; m5 = first0;
            int first1 = m1;
            m1 = m6; m6 = m4; m4 = m7; m7 = m13; m13 = m14; m14 = m15; m15 = m8; m8 = first1;
        }
        state[8] = v8 ^ state[0];
        state[9] = v9 ^ state[1];
        state[10] = v10 ^ state[2];
        state[11] = v11 ^ state[3];
        state[12] = v12 ^ state[4];
        state[13] = v13 ^ state[5];
        state[14] = v14 ^ state[6];
        state[15] = v15 ^ state[7];
        state[0] = v0 ^ v8;
        state[1] = v1 ^ v9;
        state[2] = v2 ^ v10;
        state[3] = v3 ^ v11;
        state[4] = v4 ^ v12;
        state[5] = v5 ^ v13;
        state[6] = v6 ^ v14;
        state[7] = v7 ^ v15;
    }
}
