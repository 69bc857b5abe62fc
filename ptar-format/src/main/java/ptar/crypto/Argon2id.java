package ptar.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
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
    private static final long[] ZEROS = new long[BLOCK_WORDS];
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfLong LITTLE_ENDIAN_WORD = WORD.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment memory;
    /// The same memory. At most 2^27 words: 1 GiB.
    private final LongBuffer words;
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
        words = memory.asByteBuffer().order(ByteOrder.nativeOrder()).asLongBuffer();
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
            for (int i = 0; i < BLOCK_WORDS; i++) {
                current[i] ^= other[i];
            }
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

    /// One block: the compression G (RFC 9106 §3.5) of the one before it, which is in [#current], and of a reference;
    /// from the second pass on, combined with what was there.
    private void step(long reference, long target, boolean combine) {
        load(reference, other);
        rows(current, other);
        long[] with = ZEROS;
        if (combine) {
            load(target, other);
            with = other;
        }
        columns(current, with);
        words.put((int) (target / Long.BYTES), current);
    }

    private void rows(long[] block, long[] with) {
        for (int row = 0; row < 8; row++) {
            row(block, with, mixed, 16 * row);
        }
    }

    private void columns(long[] block, long[] with) {
        for (int column = 0; column < 8; column++) {
            column(mixed, with, block, 2 * column);
        }
    }

    private long offset(int lane, int column) {
        return ((long) lane * laneLength + column) * BLOCK_SIZE;
    }

    private void load(long offset, long[] block) {
        words.get((int) (offset / Long.BYTES), block);
    }

    /// Words lie in the machine's own order: only the first two blocks of a lane come as bytes.
    private void toNativeOrder(long offset) {
        for (int i = 0; i < BLOCK_WORDS; i++) {
            memory.setAtIndex(WORD, offset / 8 + i, memory.getAtIndex(LITTLE_ENDIAN_WORD, offset / 8 + i));
        }
    }

    /// P of RFC 9106 §3.6 over one row of `current ^ other`, which stays in `current`. Written out, so that the sixteen
    /// words are locals: C1, which short commands run with, keeps more of them in registers, and copies less.
    private static void row(long[] current, long[] other, long[] mixed, int at) {
        long v0 = current[at] ^ other[at];
        long v1 = current[at + 1] ^ other[at + 1];
        long v2 = current[at + 2] ^ other[at + 2];
        long v3 = current[at + 3] ^ other[at + 3];
        long v4 = current[at + 4] ^ other[at + 4];
        long v5 = current[at + 5] ^ other[at + 5];
        long v6 = current[at + 6] ^ other[at + 6];
        long v7 = current[at + 7] ^ other[at + 7];
        long v8 = current[at + 8] ^ other[at + 8];
        long v9 = current[at + 9] ^ other[at + 9];
        long v10 = current[at + 10] ^ other[at + 10];
        long v11 = current[at + 11] ^ other[at + 11];
        long v12 = current[at + 12] ^ other[at + 12];
        long v13 = current[at + 13] ^ other[at + 13];
        long v14 = current[at + 14] ^ other[at + 14];
        long v15 = current[at + 15] ^ other[at + 15];
        current[at] = v0;
        current[at + 1] = v1;
        current[at + 2] = v2;
        current[at + 3] = v3;
        current[at + 4] = v4;
        current[at + 5] = v5;
        current[at + 6] = v6;
        current[at + 7] = v7;
        current[at + 8] = v8;
        current[at + 9] = v9;
        current[at + 10] = v10;
        current[at + 11] = v11;
        current[at + 12] = v12;
        current[at + 13] = v13;
        current[at + 14] = v14;
        current[at + 15] = v15;
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
        mixed[at] = v0;
        mixed[at + 1] = v1;
        mixed[at + 2] = v2;
        mixed[at + 3] = v3;
        mixed[at + 4] = v4;
        mixed[at + 5] = v5;
        mixed[at + 6] = v6;
        mixed[at + 7] = v7;
        mixed[at + 8] = v8;
        mixed[at + 9] = v9;
        mixed[at + 10] = v10;
        mixed[at + 11] = v11;
        mixed[at + 12] = v12;
        mixed[at + 13] = v13;
        mixed[at + 14] = v14;
        mixed[at + 15] = v15;
    }

    /// P over one column of `mixed`; what comes out is added to `current`, and so is `with`.
    private static void column(long[] mixed, long[] with, long[] current, int at) {
        long v0 = mixed[at];
        long v1 = mixed[at + 1];
        long v2 = mixed[at + 16];
        long v3 = mixed[at + 17];
        long v4 = mixed[at + 32];
        long v5 = mixed[at + 33];
        long v6 = mixed[at + 48];
        long v7 = mixed[at + 49];
        long v8 = mixed[at + 64];
        long v9 = mixed[at + 65];
        long v10 = mixed[at + 80];
        long v11 = mixed[at + 81];
        long v12 = mixed[at + 96];
        long v13 = mixed[at + 97];
        long v14 = mixed[at + 112];
        long v15 = mixed[at + 113];
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
        current[at] ^= v0 ^ with[at];
        current[at + 1] ^= v1 ^ with[at + 1];
        current[at + 16] ^= v2 ^ with[at + 16];
        current[at + 17] ^= v3 ^ with[at + 17];
        current[at + 32] ^= v4 ^ with[at + 32];
        current[at + 33] ^= v5 ^ with[at + 33];
        current[at + 48] ^= v6 ^ with[at + 48];
        current[at + 49] ^= v7 ^ with[at + 49];
        current[at + 64] ^= v8 ^ with[at + 64];
        current[at + 65] ^= v9 ^ with[at + 65];
        current[at + 80] ^= v10 ^ with[at + 80];
        current[at + 81] ^= v11 ^ with[at + 81];
        current[at + 96] ^= v12 ^ with[at + 96];
        current[at + 97] ^= v13 ^ with[at + 97];
        current[at + 112] ^= v14 ^ with[at + 112];
        current[at + 113] ^= v15 ^ with[at + 113];
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
        private final long[] random = new long[BLOCK_WORDS];
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
                compressWithZero(random);
            }
            return random[i % BLOCK_WORDS];
        }

        private void compressWithZero(long[] block) {
            System.arraycopy(block, 0, random, 0, BLOCK_WORDS);
            rows(random, ZEROS);
            columns(random, ZEROS);
        }
    }
}
