package ptar.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Argon2id version 0x13 (RFC 9106): turns a password into a key at a cost in memory that an attacker has to pay too.
///
/// The memory lies outside the heap in one piece, is worked on one block at a time in arrays of 128 words, and is wiped
/// before it is given back. Lanes are filled one after the other: what counts is the time with one.
final class Argon2id {
    private static final int VERSION = 0x13;
    private static final int TYPE_ID = 2;
    private static final int BLOCK_WORDS = 128;
    private static final int BLOCK_SIZE = 1024;
    private static final int SLICES = 4;
    private static final long LOW = 0xffff_ffffL;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfLong LITTLE_ENDIAN_WORD = WORD.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment memory;
    private final int passes;
    private final int lanes;
    private final int laneLength;
    private final int segmentLength;
    /// Blocks in all.
    private final int blocks;

    private final long[] current = new long[BLOCK_WORDS];
    private final long[] mixed = new long[BLOCK_WORDS];
    private final long[] other = new long[BLOCK_WORDS];

    private Argon2id(MemorySegment memory, int blocks, int passes, int lanes) {
        this.memory = memory;
        this.blocks = blocks;
        this.passes = passes;
        this.lanes = lanes;
        laneLength = blocks / lanes;
        segmentLength = laneLength / SLICES;
    }

    /// @param memoryKib at least 8 a lane; the caller has bounded it
    /// @throws OutOfMemoryError if the system does not give the memory
    static byte[] hash(byte[] password, byte[] salt, int memoryKib, int passes, int lanes, int length) {
        return hash(password, salt, new byte[0], new byte[0], memoryKib, passes, lanes, length);
    }

    static byte[] hash(byte[] password, byte[] salt, byte[] secret, byte[] associatedData, int memoryKib, int passes,
            int lanes, int length) {
        if (lanes < 1 || passes < 1 || length < 4 || memoryKib < 8 * lanes) {
            throw new IllegalArgumentException("Argon2id with %d KiB, %d passes, %d lanes, %d bytes"
                    .formatted(memoryKib, passes, lanes, length));
        }
        int blocks = memoryKib / (SLICES * lanes) * (SLICES * lanes);
        byte[] start = startingHash(password, salt, secret, associatedData, memoryKib, passes, lanes, length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate((long) blocks * BLOCK_SIZE, Long.BYTES);
            try {
                return new Argon2id(memory, blocks, passes, lanes).run(start, length);
            } finally {
                memory.fill((byte) 0);
            }
        } finally {
            Arrays.fill(start, (byte) 0);
        }
    }

    /// H0, with room behind it for the number of a block and of a lane.
    private static byte[] startingHash(byte[] password, byte[] salt, byte[] secret, byte[] associatedData,
            int memoryKib, int passes, int lanes, int length) {
        Blake2b hash = new Blake2b(Blake2b.MAX_HASH_SIZE);
        hash.updateInt(lanes).updateInt(length).updateInt(memoryKib).updateInt(passes).updateInt(VERSION)
                .updateInt(TYPE_ID);
        for (byte[] input : new byte[][] {password, salt, secret, associatedData}) {
            hash.updateInt(input.length).update(input);
        }
        byte[] h0 = hash.finish();
        byte[] start = Arrays.copyOf(h0, Blake2b.MAX_HASH_SIZE + 8);
        Arrays.fill(h0, (byte) 0);
        return start;
    }

    private byte[] run(byte[] start, int length) {
        for (int lane = 0; lane < lanes; lane++) {
            for (int block = 0; block < 2; block++) {
                start[Blake2b.MAX_HASH_SIZE] = (byte) block;
                start[Blake2b.MAX_HASH_SIZE + 4] = (byte) lane;
                byte[] first = longHash(start, BLOCK_SIZE);
                MemorySegment.copy(MemorySegment.ofArray(first), 0, memory, offset(lane, block), BLOCK_SIZE);
                toNativeOrder(offset(lane, block));
                Arrays.fill(first, (byte) 0);
            }
        }
        for (int pass = 0; pass < passes; pass++) {
            for (int slice = 0; slice < SLICES; slice++) {
                for (int lane = 0; lane < lanes; lane++) {
                    fillSegment(pass, slice, lane);
                }
            }
        }
        Arrays.fill(current, 0);
        for (int lane = 0; lane < lanes; lane++) {
            load(offset(lane, laneLength - 1), other);
            xor(current, other);
        }
        byte[] last = new byte[BLOCK_SIZE];
        for (int i = 0; i < BLOCK_WORDS; i++) {
            Longs.put(last, 8 * i, current[i]);
        }
        byte[] tag = longHash(last, length);
        Arrays.fill(last, (byte) 0);
        Arrays.fill(current, 0);
        Arrays.fill(mixed, 0);
        Arrays.fill(other, 0);
        return tag;
    }

    /// RFC 9106 §3.4: one slice of one lane.
    private void fillSegment(int pass, int slice, int lane) {
        boolean independent = pass == 0 && slice < SLICES / 2;
        Addresses addresses = independent ? new Addresses(pass, slice, lane) : null;
        int from = pass == 0 && slice == 0 ? 2 : 0;
        int column = slice * segmentLength + from;
        load(offset(lane, column == 0 ? laneLength - 1 : column - 1), current);
        for (int i = from; i < segmentLength; i++, column++) {
            long random = independent ? addresses.at(i) : current[0];
            int refLane = pass == 0 && slice == 0 ? lane : (int) ((random >>> 32) % lanes);
            int refColumn = reference(pass, slice, i, random & LOW, refLane == lane);
            step(offset(refLane, refColumn), offset(lane, column), pass > 0);
        }
    }

    /// RFC 9106 §3.4.2: the column of the reference block in its lane.
    private int reference(int pass, int slice, int i, long j1, boolean sameLane) {
        int before = pass == 0 ? slice * segmentLength : laneLength - segmentLength;
        int area = sameLane ? before + i - 1 : before - (i == 0 ? 1 : 0);
        long x = j1 * j1 >>> 32;
        long relative = area - 1 - (area * x >>> 32);
        int start = pass == 0 || slice == SLICES - 1 ? 0 : (slice + 1) * segmentLength;
        return (int) ((start + relative) % laneLength);
    }

    /// One block: the compression of the one before it, which is in [#current], and of a reference; from the second
    /// pass on, combined with what was there.
    private void step(long reference, long target, boolean combine) {
        load(reference, other);
        xor(current, other);
        System.arraycopy(current, 0, mixed, 0, BLOCK_WORDS);
        permute(mixed);
        xor(current, mixed);
        if (combine) {
            load(target, other);
            xor(current, other);
        }
        MemorySegment.copy(current, 0, memory, WORD, target, BLOCK_WORDS);
    }

    private long offset(int lane, int column) {
        return ((long) lane * laneLength + column) * BLOCK_SIZE;
    }

    private void load(long offset, long[] block) {
        MemorySegment.copy(memory, WORD, offset, block, 0, BLOCK_WORDS);
    }

    /// Words lie in the machine's own order: only the first two blocks of a lane come as bytes.
    private void toNativeOrder(long offset) {
        for (int i = 0; i < BLOCK_WORDS; i++) {
            memory.setAtIndex(WORD, offset / 8 + i, memory.getAtIndex(LITTLE_ENDIAN_WORD, offset / 8 + i));
        }
    }

    private static void xor(long[] target, long[] with) {
        for (int i = 0; i < BLOCK_WORDS; i++) {
            target[i] ^= with[i];
        }
    }

    /// The permutation of RFC 9106 §3.5: over the eight rows of sixteen words, then over the columns.
    private static void permute(long[] z) {
        for (int row = 0; row < 8; row++) {
            round(z, 16 * row, 2);
        }
        for (int column = 0; column < 8; column++) {
            round(z, 2 * column, 16);
        }
    }

    /// P of RFC 9106 §3.6 over eight pairs of words, `stride` apart. Written out, so that the sixteen words stay in
    /// registers.
    private static void round(long[] z, int at, int stride) {
        long v0 = z[at + 0 * stride];
        long v1 = z[at + 0 * stride + 1];
        long v2 = z[at + 1 * stride];
        long v3 = z[at + 1 * stride + 1];
        long v4 = z[at + 2 * stride];
        long v5 = z[at + 2 * stride + 1];
        long v6 = z[at + 3 * stride];
        long v7 = z[at + 3 * stride + 1];
        long v8 = z[at + 4 * stride];
        long v9 = z[at + 4 * stride + 1];
        long v10 = z[at + 5 * stride];
        long v11 = z[at + 5 * stride + 1];
        long v12 = z[at + 6 * stride];
        long v13 = z[at + 6 * stride + 1];
        long v14 = z[at + 7 * stride];
        long v15 = z[at + 7 * stride + 1];
        v0 += v4 + 2 * (v0 & LOW) * (v4 & LOW);
        v12 = Long.rotateRight(v12 ^ v0, 32);
        v8 += v12 + 2 * (v8 & LOW) * (v12 & LOW);
        v4 = Long.rotateRight(v4 ^ v8, 24);
        v0 += v4 + 2 * (v0 & LOW) * (v4 & LOW);
        v12 = Long.rotateRight(v12 ^ v0, 16);
        v8 += v12 + 2 * (v8 & LOW) * (v12 & LOW);
        v4 = Long.rotateRight(v4 ^ v8, 63);
        v1 += v5 + 2 * (v1 & LOW) * (v5 & LOW);
        v13 = Long.rotateRight(v13 ^ v1, 32);
        v9 += v13 + 2 * (v9 & LOW) * (v13 & LOW);
        v5 = Long.rotateRight(v5 ^ v9, 24);
        v1 += v5 + 2 * (v1 & LOW) * (v5 & LOW);
        v13 = Long.rotateRight(v13 ^ v1, 16);
        v9 += v13 + 2 * (v9 & LOW) * (v13 & LOW);
        v5 = Long.rotateRight(v5 ^ v9, 63);
        v2 += v6 + 2 * (v2 & LOW) * (v6 & LOW);
        v14 = Long.rotateRight(v14 ^ v2, 32);
        v10 += v14 + 2 * (v10 & LOW) * (v14 & LOW);
        v6 = Long.rotateRight(v6 ^ v10, 24);
        v2 += v6 + 2 * (v2 & LOW) * (v6 & LOW);
        v14 = Long.rotateRight(v14 ^ v2, 16);
        v10 += v14 + 2 * (v10 & LOW) * (v14 & LOW);
        v6 = Long.rotateRight(v6 ^ v10, 63);
        v3 += v7 + 2 * (v3 & LOW) * (v7 & LOW);
        v15 = Long.rotateRight(v15 ^ v3, 32);
        v11 += v15 + 2 * (v11 & LOW) * (v15 & LOW);
        v7 = Long.rotateRight(v7 ^ v11, 24);
        v3 += v7 + 2 * (v3 & LOW) * (v7 & LOW);
        v15 = Long.rotateRight(v15 ^ v3, 16);
        v11 += v15 + 2 * (v11 & LOW) * (v15 & LOW);
        v7 = Long.rotateRight(v7 ^ v11, 63);
        v0 += v5 + 2 * (v0 & LOW) * (v5 & LOW);
        v15 = Long.rotateRight(v15 ^ v0, 32);
        v10 += v15 + 2 * (v10 & LOW) * (v15 & LOW);
        v5 = Long.rotateRight(v5 ^ v10, 24);
        v0 += v5 + 2 * (v0 & LOW) * (v5 & LOW);
        v15 = Long.rotateRight(v15 ^ v0, 16);
        v10 += v15 + 2 * (v10 & LOW) * (v15 & LOW);
        v5 = Long.rotateRight(v5 ^ v10, 63);
        v1 += v6 + 2 * (v1 & LOW) * (v6 & LOW);
        v12 = Long.rotateRight(v12 ^ v1, 32);
        v11 += v12 + 2 * (v11 & LOW) * (v12 & LOW);
        v6 = Long.rotateRight(v6 ^ v11, 24);
        v1 += v6 + 2 * (v1 & LOW) * (v6 & LOW);
        v12 = Long.rotateRight(v12 ^ v1, 16);
        v11 += v12 + 2 * (v11 & LOW) * (v12 & LOW);
        v6 = Long.rotateRight(v6 ^ v11, 63);
        v2 += v7 + 2 * (v2 & LOW) * (v7 & LOW);
        v13 = Long.rotateRight(v13 ^ v2, 32);
        v8 += v13 + 2 * (v8 & LOW) * (v13 & LOW);
        v7 = Long.rotateRight(v7 ^ v8, 24);
        v2 += v7 + 2 * (v2 & LOW) * (v7 & LOW);
        v13 = Long.rotateRight(v13 ^ v2, 16);
        v8 += v13 + 2 * (v8 & LOW) * (v13 & LOW);
        v7 = Long.rotateRight(v7 ^ v8, 63);
        v3 += v4 + 2 * (v3 & LOW) * (v4 & LOW);
        v14 = Long.rotateRight(v14 ^ v3, 32);
        v9 += v14 + 2 * (v9 & LOW) * (v14 & LOW);
        v4 = Long.rotateRight(v4 ^ v9, 24);
        v3 += v4 + 2 * (v3 & LOW) * (v4 & LOW);
        v14 = Long.rotateRight(v14 ^ v3, 16);
        v9 += v14 + 2 * (v9 & LOW) * (v14 & LOW);
        v4 = Long.rotateRight(v4 ^ v9, 63);
        z[at + 0 * stride] = v0;
        z[at + 0 * stride + 1] = v1;
        z[at + 1 * stride] = v2;
        z[at + 1 * stride + 1] = v3;
        z[at + 2 * stride] = v4;
        z[at + 2 * stride + 1] = v5;
        z[at + 3 * stride] = v6;
        z[at + 3 * stride + 1] = v7;
        z[at + 4 * stride] = v8;
        z[at + 4 * stride + 1] = v9;
        z[at + 5 * stride] = v10;
        z[at + 5 * stride + 1] = v11;
        z[at + 6 * stride] = v12;
        z[at + 6 * stride + 1] = v13;
        z[at + 7 * stride] = v14;
        z[at + 7 * stride + 1] = v15;
    }

    /// H' of RFC 9106 §3.3: a hash of any length.
    private static byte[] longHash(byte[] input, int length) {
        if (length <= Blake2b.MAX_HASH_SIZE) {
            return new Blake2b(length).updateInt(length).update(input).finish();
        }
        byte[] out = new byte[length];
        byte[] v = new Blake2b(Blake2b.MAX_HASH_SIZE).updateInt(length).update(input).finish();
        int at = 0;
        while (length - at > Blake2b.MAX_HASH_SIZE) {
            System.arraycopy(v, 0, out, at, Blake2b.MAX_HASH_SIZE / 2);
            at += Blake2b.MAX_HASH_SIZE / 2;
            v = new Blake2b(Math.min(Blake2b.MAX_HASH_SIZE, length - at)).update(v).finish();
        }
        System.arraycopy(v, 0, out, at, length - at);
        Arrays.fill(v, (byte) 0);
        return out;
    }

    /// The pseudo-random words of a segment that must not depend on the password: RFC 9106 §3.4.1.2.
    private final class Addresses {
        private final long[] input = new long[BLOCK_WORDS];
        private final long[] words = new long[BLOCK_WORDS];
        private int made = -1;

        Addresses(int pass, int slice, int lane) {
            input[0] = pass;
            input[1] = lane;
            input[2] = slice;
            input[3] = blocks;
            input[4] = passes;
            input[5] = TYPE_ID;
        }

        long at(int i) {
            if (i / BLOCK_WORDS != made) {
                made = i / BLOCK_WORDS;
                input[6] = made + 1;
                compressWithZero(input);
                compressWithZero(words);
            }
            return words[i % BLOCK_WORDS];
        }

        private void compressWithZero(long[] block) {
            System.arraycopy(block, 0, mixed, 0, BLOCK_WORDS);
            permute(mixed);
            for (int i = 0; i < BLOCK_WORDS; i++) {
                words[i] = block[i] ^ mixed[i];
            }
        }
    }
}
