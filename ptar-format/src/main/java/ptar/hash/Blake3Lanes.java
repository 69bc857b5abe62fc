package ptar.hash;

import java.util.Arrays;

/// BLAKE3's compression function over many blocks side by side, one lane each. Row `w` of the state holds word `w` of
/// all lanes, so that C2 turns the loops over lanes into vector instructions.
///
/// The code has its shape for C2 (Temurin 25, x86-64 with 256-bit vectors) with the options that the launcher gives,
/// and each of these was measured. Without the options it takes longer and computes the same.
/// - A loop is one quarter round. A loop over a whole round is not vectorised.
/// - Trip counts are constants, and each width has loops of its own. C2 takes the vector's size from the trip count it
///   knows or has seen: with a variable one, a program that starts with short inputs stays slow.
/// - Widths are [#WIDE] and [#NARROW], a multiple of the vector's lanes and one more, as C2 runs one round before those
///   with vectors. By itself it runs up to eight, until an address is aligned, and the rest behind; by
///   `-XX:SuperWordAutomaticAlignment=0` it does not. It gives loops of fewer than 70 rounds short vectors; the limit
///   is 10 by `-XX:LoopPercentProfileLimit=70`.
/// - Vectors are aligned all the same: the first begins with lane 1, 32 bytes behind the start of its array ([#FIRST]),
///   which `-XX:ObjectAlignmentInBytes=32` aligns. Otherwise half of the loads and stores cross cache lines.
/// - Rotations are written out. C2 leaves a call alone that the profile has seen too rarely for each call of the method
///   around it (`MinInlineFrequencyRatio`), and a short training run (`ptar.cli.Training`) sees few: of five builds of
///   one commit, two called `Integer.rotateRight` for every word, and took 1.2 times the CPU to create an archive.
final class Blake3Lanes {
    static final int WIDE = 65;
    static final int NARROW = 17;

    /// From how many lanes on a pass with idle lanes takes less time than the same without.
    private static final int WORTH_NARROW = 8;
    private static final int WORTH_WIDE = 40;

    /// Without C2 (`-XX:TieredStopAtLevel=1`, which short commands run with) lanes take longer than no lanes.
    private static final boolean VECTORISED = !System.getProperty("java.vm.info", "").contains("emulated-client");

    /// So many blocks or chunks are hashed one by one before lanes are used: the loops over lanes are slow until C2 has
    /// compiled them, which costs a quarter of a second, and a command that hashes no more never earns it back. Not
    /// synchronised: it says about when.
    private static int coldCount = 32 << 10;

    private static final int STATE_ROWS = 16;
    private static final int MESSAGE_ROWS = 16;
    private static final int UPPER_ROWS = 8;

    /// Rows of [#upper] after the first half of the initial value.
    private static final int COUNTER_LOW = 4;
    private static final int COUNTER_HIGH = 5;
    private static final int BLOCK_LENGTH = 6;
    private static final int FLAGS = 7;

    /// Index of lane 0 in a row: behind the array's header of 16 bytes and three words that nobody uses.
    private static final int FIRST = 3;

    /// At least [#FIRST] and [#WIDE] together, and with the array's header a multiple of 64 bytes: rows are allocated,
    /// and stay, one after another, so that all have the same alignment.
    private static final int ROW_LENGTH = 76;

    /// Which message word goes where in each round.
    private static final int[][] SCHEDULE = schedule();

    private final int[][] state;
    private final int[][] message;
    /// What the upper half of the state starts from in every block.
    private final int[][] upper;

    Blake3Lanes() {
        int[][] rows = new int[STATE_ROWS + MESSAGE_ROWS + UPPER_ROWS][ROW_LENGTH];
        state = Arrays.copyOfRange(rows, 0, STATE_ROWS);
        message = Arrays.copyOfRange(rows, STATE_ROWS, STATE_ROWS + MESSAGE_ROWS);
        upper = Arrays.copyOfRange(rows, STATE_ROWS + MESSAGE_ROWS, rows.length);
        for (int word = 0; word < COUNTER_LOW; word++) {
            Arrays.fill(upper[word], Blake3Block.IV[word]);
        }
        Arrays.fill(upper[BLOCK_LENGTH], Blake3.BLOCK_WORDS * Integer.BYTES);
    }

    /// For tests: from now on so many blocks or chunks without lanes, then lanes.
    static void useAfter(int count) {
        coldCount = count;
    }

    /// How many lanes the next pass over `count` blocks or chunks should have; 0 if a pass does not pay.
    static int widthFor(int count) {
        if (!VECTORISED) {
            return 0;
        }
        if (coldCount > 0) {
            coldCount -= count;
            return 0;
        }
        return count >= WORTH_WIDE ? WIDE : count >= WORTH_NARROW ? NARROW : 0;
    }

    /// Hashes `count` full chunks, at most `width`, from `firstChunk` of `words`.
    void hashChunks(int width, int count, int[] key, int[] words, int firstChunk, long firstCounter, int flags) {
        start(key, width);
        for (int lane = 0; lane < count; lane++) {
            upper[COUNTER_LOW][FIRST + lane] = (int) (firstCounter + lane);
            upper[COUNTER_HIGH][FIRST + lane] = (int) ((firstCounter + lane) >>> Integer.SIZE);
        }
        for (int block = 0; block < Blake3.CHUNK_WORDS; block += Blake3.BLOCK_WORDS) {
            if (block == 0) {
                Arrays.fill(upper[FLAGS], flags | Blake3.CHUNK_START);
            } else if (block == Blake3.BLOCK_WORDS) {
                Arrays.fill(upper[FLAGS], flags);
            } else if (block == Blake3.CHUNK_WORDS - Blake3.BLOCK_WORDS) {
                Arrays.fill(upper[FLAGS], flags | Blake3.CHUNK_END);
            }
            load(words, firstChunk * Blake3.CHUNK_WORDS + block, Blake3.CHUNK_WORDS, count);
            compress(width);
        }
    }

    /// Hashes `count` parents, at most `width`, from pair `firstPair` of the chaining values in `cvs`.
    void hashParents(int width, int count, int[] key, int[] cvs, int firstPair, int flags) {
        start(key, width);
        Arrays.fill(upper[COUNTER_LOW], 0);
        Arrays.fill(upper[COUNTER_HIGH], 0);
        Arrays.fill(upper[FLAGS], flags | Blake3.PARENT);
        load(cvs, firstPair * Blake3.BLOCK_WORDS, Blake3.BLOCK_WORDS, count);
        compress(width);
    }

    /// Copies the chaining values of the first `count` lanes to `cvs`, one after another from number `first`.
    void store(int[] cvs, int first, int count) {
        for (int lane = 0, to = first * Blake3.CV_WORDS; lane < count; lane++, to += Blake3.CV_WORDS) {
            for (int word = 0; word < Blake3.CV_WORDS; word++) {
                cvs[to + word] = state[word][FIRST + lane];
            }
        }
    }

    private void start(int[] key, int width) {
        for (int word = 0; word < Blake3.CV_WORDS; word++) {
            Arrays.fill(state[word], FIRST, FIRST + width, key[word]);
        }
    }

    /// Transposes a block of each lane into the rows of the message: lane `i` from `from + i * stride`.
    private void load(int[] words, int from, int stride, int count) {
        int[][] m = message;
        int[] m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3], m4 = m[4], m5 = m[5], m6 = m[6], m7 = m[7];
        int[] m8 = m[8], m9 = m[9], m10 = m[10], m11 = m[11], m12 = m[12], m13 = m[13], m14 = m[14], m15 = m[15];
        for (int lane = FIRST, at = from; lane < FIRST + count; lane++, at += stride) {
            m0[lane] = words[at];
            m1[lane] = words[at + 1];
            m2[lane] = words[at + 2];
            m3[lane] = words[at + 3];
            m4[lane] = words[at + 4];
            m5[lane] = words[at + 5];
            m6[lane] = words[at + 6];
            m7[lane] = words[at + 7];
            m8[lane] = words[at + 8];
            m9[lane] = words[at + 9];
            m10[lane] = words[at + 10];
            m11[lane] = words[at + 11];
            m12[lane] = words[at + 12];
            m13[lane] = words[at + 13];
            m14[lane] = words[at + 14];
            m15[lane] = words[at + 15];
        }
    }

    private void compress(int width) {
        for (int word = 0; word < Blake3.CV_WORDS; word++) {
            System.arraycopy(upper[word], FIRST, state[Blake3.CV_WORDS + word], FIRST, width);
        }
        if (width == WIDE) {
            wideRounds(state, message);
        } else {
            narrowRounds(state, message);
        }
        for (int word = 0; word < Blake3.CV_WORDS; word++) {
            xor(state[word], state[Blake3.CV_WORDS + word], width);
        }
    }

    private static void wideRounds(int[][] v, int[][] m) {
        for (int[] s : SCHEDULE) {
            wideQuarter(v[0], v[4], v[8], v[12], m[s[0]], m[s[1]]);
            wideQuarter(v[1], v[5], v[9], v[13], m[s[2]], m[s[3]]);
            wideQuarter(v[2], v[6], v[10], v[14], m[s[4]], m[s[5]]);
            wideQuarter(v[3], v[7], v[11], v[15], m[s[6]], m[s[7]]);
            wideQuarter(v[0], v[5], v[10], v[15], m[s[8]], m[s[9]]);
            wideQuarter(v[1], v[6], v[11], v[12], m[s[10]], m[s[11]]);
            wideQuarter(v[2], v[7], v[8], v[13], m[s[12]], m[s[13]]);
            wideQuarter(v[3], v[4], v[9], v[14], m[s[14]], m[s[15]]);
        }
    }

    private static void wideQuarter(int[] a, int[] b, int[] c, int[] d, int[] x, int[] y) {
        for (int i = FIRST; i < FIRST + WIDE; i++) {
            int av = a[i] + b[i] + x[i];
            int dv = d[i] ^ av;
            dv = dv >>> 16 | dv << 16;
            int cv = c[i] + dv;
            int bv = b[i] ^ cv;
            bv = bv >>> 12 | bv << 20;
            av += bv + y[i];
            dv ^= av;
            dv = dv >>> 8 | dv << 24;
            cv += dv;
            bv ^= cv;
            a[i] = av;
            b[i] = bv >>> 7 | bv << 25;
            c[i] = cv;
            d[i] = dv;
        }
    }

    /// As [#wideRounds], in loops of their own: calling shared ones cost a seventh.
    private static void narrowRounds(int[][] v, int[][] m) {
        for (int[] s : SCHEDULE) {
            narrowQuarter(v[0], v[4], v[8], v[12], m[s[0]], m[s[1]]);
            narrowQuarter(v[1], v[5], v[9], v[13], m[s[2]], m[s[3]]);
            narrowQuarter(v[2], v[6], v[10], v[14], m[s[4]], m[s[5]]);
            narrowQuarter(v[3], v[7], v[11], v[15], m[s[6]], m[s[7]]);
            narrowQuarter(v[0], v[5], v[10], v[15], m[s[8]], m[s[9]]);
            narrowQuarter(v[1], v[6], v[11], v[12], m[s[10]], m[s[11]]);
            narrowQuarter(v[2], v[7], v[8], v[13], m[s[12]], m[s[13]]);
            narrowQuarter(v[3], v[4], v[9], v[14], m[s[14]], m[s[15]]);
        }
    }

    private static void narrowQuarter(int[] a, int[] b, int[] c, int[] d, int[] x, int[] y) {
        for (int i = FIRST; i < FIRST + NARROW; i++) {
            int av = a[i] + b[i] + x[i];
            int dv = d[i] ^ av;
            dv = dv >>> 16 | dv << 16;
            int cv = c[i] + dv;
            int bv = b[i] ^ cv;
            bv = bv >>> 12 | bv << 20;
            av += bv + y[i];
            dv ^= av;
            dv = dv >>> 8 | dv << 24;
            cv += dv;
            bv ^= cv;
            a[i] = av;
            b[i] = bv >>> 7 | bv << 25;
            c[i] = cv;
            d[i] = dv;
        }
    }

    private static void xor(int[] lower, int[] upper, int width) {
        for (int i = FIRST; i < FIRST + width; i++) {
            lower[i] ^= upper[i];
        }
    }

    private static int[][] schedule() {
        int[] permutation = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
        int[][] rounds = new int[Blake3Block.ROUNDS][MESSAGE_ROWS];
        Arrays.setAll(rounds[0], i -> i);
        for (int round = 1; round < rounds.length; round++) {
            int[] previous = rounds[round - 1];
            Arrays.setAll(rounds[round], i -> previous[permutation[i]]);
        }
        return rounds;
    }
}
