package ptar.hash;

import static java.lang.Integer.rotateRight;

import java.util.Arrays;

/// BLAKE3's compression function over many blocks side by side, one lane each: row `w` of the state holds word `w` of
/// every lane, so that the loops over lanes become vector instructions in C2.
///
/// What the shape of the code is for (measured on Temurin 25, AVX-512):
/// - One loop is one quarter round. With a whole round in it, C2 does not vectorise.
/// - [#quarter] is inlined with a constant width, and the trip count of its loop becomes a constant. With a variable
///   one, C2 unrolls by what it has seen so far, and a program that began with short inputs stays slow.
/// - The first [#PAD] lanes are idle: C2 runs them one by one to reach an aligned address.
final class Blake3Lanes {
    static final int WIDE = 64;
    static final int NARROW = 16;

    /// From this many on, a narrow pass with idle lanes beats hashing one by one.
    private static final int WORTH_NARROW = 6;
    private static final int WORTH_WIDE = 40;

    private static final int PAD = 4;
    private static final int ROWS = 16;

    /// Which message word goes where in each round.
    private static final int[][] SCHEDULE = schedule();

    private final int[][] state = new int[ROWS][PAD + WIDE];
    private final int[][] message = new int[ROWS][PAD + WIDE];

    /// How many lanes the next pass over `count` blocks or chunks should have; 0 if a pass does not pay.
    static int widthFor(int count) {
        return count >= WORTH_WIDE ? WIDE : count >= WORTH_NARROW ? NARROW : 0;
    }

    /// Hashes `count` full chunks, at most `width`, from `firstChunk` of `words`.
    void hashChunks(int width, int count, int[] key, int[] words, int firstChunk, long firstCounter, int flags) {
        start(key);
        for (int block = 0; block < Blake3.CHUNK_WORDS; block += Blake3.BLOCK_WORDS) {
            int blockFlags = flags
                | (block == 0 ? Blake3.CHUNK_START : 0)
                | (block == Blake3.CHUNK_WORDS - Blake3.BLOCK_WORDS ? Blake3.CHUNK_END : 0);
            for (int lane = 0, from = firstChunk * Blake3.CHUNK_WORDS + block; lane < count; lane++) {
                load(words, from + lane * Blake3.CHUNK_WORDS, PAD + lane);
            }
            fillUpperRows(blockFlags);
            for (int lane = 0; lane < count; lane++) {
                state[12][PAD + lane] = (int) (firstCounter + lane);
                state[13][PAD + lane] = (int) ((firstCounter + lane) >>> Integer.SIZE);
            }
            compress(width);
        }
    }

    /// Hashes `count` parents, at most `width`, from pair `firstPair` of the chaining values in `cvs`.
    void hashParents(int width, int count, int[] key, int[] cvs, int firstPair, int flags) {
        start(key);
        for (int lane = 0; lane < count; lane++) {
            load(cvs, (firstPair + lane) * Blake3.BLOCK_WORDS, PAD + lane);
        }
        fillUpperRows(flags | Blake3.PARENT);
        Arrays.fill(state[12], 0);
        Arrays.fill(state[13], 0);
        compress(width);
    }

    /// Copies the chaining values of the first `count` lanes to `cvs`, one after another from number `first`.
    void store(int[] cvs, int first, int count) {
        for (int lane = 0, to = first * Blake3.CV_WORDS; lane < count; lane++, to += Blake3.CV_WORDS) {
            for (int word = 0; word < Blake3.CV_WORDS; word++) {
                cvs[to + word] = state[word][PAD + lane];
            }
        }
    }

    private void start(int[] key) {
        for (int word = 0; word < Blake3.CV_WORDS; word++) {
            Arrays.fill(state[word], key[word]);
        }
    }

    private void load(int[] words, int from, int lane) {
        for (int word = 0; word < ROWS; word++) {
            message[word][lane] = words[from + word];
        }
    }

    private void fillUpperRows(int flags) {
        for (int word = 0; word < 4; word++) {
            Arrays.fill(state[8 + word], Blake3Block.IV[word]);
        }
        Arrays.fill(state[14], Blake3.BLOCK_WORDS * Integer.BYTES);
        Arrays.fill(state[15], flags);
    }

    private void compress(int width) {
        if (width == WIDE) {
            wideRounds(state, message);
        } else {
            narrowRounds(state, message);
        }
        for (int word = 0; word < Blake3.CV_WORDS; word++) {
            xor(state[word], state[Blake3.CV_WORDS + word]);
        }
    }

    private static void wideRounds(int[][] v, int[][] m) {
        for (int[] s : SCHEDULE) {
            for (int i = 0; i < 4; i++) {
                wideQuarter(v[i], v[4 + i], v[8 + i], v[12 + i], m[s[2 * i]], m[s[2 * i + 1]]);
            }
            for (int i = 0; i < 4; i++) {
                wideQuarter(v[i], v[4 + (i + 1 & 3)], v[8 + (i + 2 & 3)], v[12 + (i + 3 & 3)],
                    m[s[8 + 2 * i]], m[s[9 + 2 * i]]);
            }
        }
    }

    private static void narrowRounds(int[][] v, int[][] m) {
        for (int[] s : SCHEDULE) {
            for (int i = 0; i < 4; i++) {
                narrowQuarter(v[i], v[4 + i], v[8 + i], v[12 + i], m[s[2 * i]], m[s[2 * i + 1]]);
            }
            for (int i = 0; i < 4; i++) {
                narrowQuarter(v[i], v[4 + (i + 1 & 3)], v[8 + (i + 2 & 3)], v[12 + (i + 3 & 3)],
                    m[s[8 + 2 * i]], m[s[9 + 2 * i]]);
            }
        }
    }

    private static void wideQuarter(int[] a, int[] b, int[] c, int[] d, int[] x, int[] y) {
        quarter(a, b, c, d, x, y, PAD + WIDE);
    }

    private static void narrowQuarter(int[] a, int[] b, int[] c, int[] d, int[] x, int[] y) {
        quarter(a, b, c, d, x, y, PAD + NARROW);
    }

    private static void quarter(int[] a, int[] b, int[] c, int[] d, int[] x, int[] y, int end) {
        for (int i = 0; i < end; i++) {
            int av = a[i] + b[i] + x[i];
            int dv = rotateRight(d[i] ^ av, 16);
            int cv = c[i] + dv;
            int bv = rotateRight(b[i] ^ cv, 12);
            av += bv + y[i];
            dv = rotateRight(dv ^ av, 8);
            cv += dv;
            a[i] = av;
            b[i] = rotateRight(bv ^ cv, 7);
            c[i] = cv;
            d[i] = dv;
        }
    }

    private static void xor(int[] lower, int[] upper) {
        for (int i = 0; i < PAD + WIDE; i++) {
            lower[i] ^= upper[i];
        }
    }

    private static int[][] schedule() {
        int[] permutation = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
        int[][] rounds = new int[Blake3Block.ROUNDS][ROWS];
        Arrays.setAll(rounds[0], i -> i);
        for (int round = 1; round < rounds.length; round++) {
            int[] previous = rounds[round - 1];
            Arrays.setAll(rounds[round], i -> previous[permutation[i]]);
        }
        return rounds;
    }
}
