package ptar.crypto;

import java.util.Arrays;

/// BLAKE2b without a key, up to 64 bytes of output (RFC 7693): the part of it that Argon2 needs.
final class Blake2b {
    static final int MAX_HASH_SIZE = 64;

    private static final int BLOCK_SIZE = 128;
    private static final long[] IV = {
        0x6a09e667f3bcc908L, 0xbb67ae8584caa73bL, 0x3c6ef372fe94f82bL, 0xa54ff53a5f1d36f1L,
        0x510e527fade682d1L, 0x9b05688c2b3e6c1fL, 0x1f83d9abfb41bd6bL, 0x5be0cd19137e2179L,
    };
    private static final byte[][] SIGMA = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
        {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
        {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
        {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
        {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
    };

    private final int hashSize;
    private final long[] state = IV.clone();
    private final byte[] block = new byte[BLOCK_SIZE];
    private final long[] words = new long[16];
    private final long[] v = new long[16];
    private int filled;
    private long total;

    Blake2b(int hashSize) {
        if (hashSize < 1 || hashSize > MAX_HASH_SIZE) {
            throw new IllegalArgumentException("a BLAKE2b hash of " + hashSize + " bytes");
        }
        this.hashSize = hashSize;
        state[0] ^= 0x01010000L ^ hashSize;
    }

    Blake2b update(byte[] in) {
        int at = 0;
        while (at < in.length) {
            // A full block waits until it is known not to be the last.
            if (filled == BLOCK_SIZE) {
                total += BLOCK_SIZE;
                compress(false);
                filled = 0;
            }
            int n = Math.min(BLOCK_SIZE - filled, in.length - at);
            System.arraycopy(in, at, block, filled, n);
            filled += n;
            at += n;
        }
        return this;
    }

    Blake2b updateInt(int value) {
        return update(new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)});
    }

    /// The hash; what is left in memory of the input is wiped, and this object is of no further use.
    byte[] finish() {
        total += filled;
        Arrays.fill(block, filled, BLOCK_SIZE, (byte) 0);
        compress(true);
        byte[] hash = new byte[hashSize];
        for (int i = 0; i < hashSize; i++) {
            hash[i] = (byte) (state[i >> 3] >>> 8 * (i & 7));
        }
        Arrays.fill(block, (byte) 0);
        Arrays.fill(words, 0);
        Arrays.fill(v, 0);
        Arrays.fill(state, 0);
        return hash;
    }

    private void compress(boolean last) {
        for (int i = 0; i < 16; i++) {
            words[i] = Longs.get(block, 8 * i);
        }
        System.arraycopy(state, 0, v, 0, 8);
        System.arraycopy(IV, 0, v, 8, 8);
        v[12] ^= total;
        if (last) {
            v[14] = ~v[14];
        }
        for (int round = 0; round < 12; round++) {
            byte[] s = SIGMA[round % 10];
            mix(0, 4, 8, 12, words[s[0]], words[s[1]]);
            mix(1, 5, 9, 13, words[s[2]], words[s[3]]);
            mix(2, 6, 10, 14, words[s[4]], words[s[5]]);
            mix(3, 7, 11, 15, words[s[6]], words[s[7]]);
            mix(0, 5, 10, 15, words[s[8]], words[s[9]]);
            mix(1, 6, 11, 12, words[s[10]], words[s[11]]);
            mix(2, 7, 8, 13, words[s[12]], words[s[13]]);
            mix(3, 4, 9, 14, words[s[14]], words[s[15]]);
        }
        for (int i = 0; i < 8; i++) {
            state[i] ^= v[i] ^ v[i + 8];
        }
    }

    private void mix(int a, int b, int c, int d, long x, long y) {
        v[a] += v[b] + x;
        v[d] = Long.rotateRight(v[d] ^ v[a], 32);
        v[c] += v[d];
        v[b] = Long.rotateRight(v[b] ^ v[c], 24);
        v[a] += v[b] + y;
        v[d] = Long.rotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = Long.rotateRight(v[b] ^ v[c], 63);
    }
}
