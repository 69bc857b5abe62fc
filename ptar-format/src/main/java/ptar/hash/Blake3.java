package ptar.hash;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/// BLAKE3 with its three modes: hash, keyed hash and key derivation.
///
/// An instance keeps its mode and key for life, hashes one input after another and allocates nothing after its
/// first long one. It is not thread-safe; make one per thread, some 150 KiB each. The static methods make an instance
/// sized for their input, which costs more than a short hash itself: they suit keys and headers, not chunks.
///
/// Input is copied into a staging area of whole chunks. This costs 5 % or so, and heap and native segments share one
/// compiled path: reading words through [MemorySegment] slows down as soon as a program uses several kinds.
///
/// "Chunk" here is BLAKE3's own, 1 KiB, not the archive's.
public final class Blake3 {
    /// Bytes of a hash that is not extended.
    public static final int HASH_SIZE = 32;
    public static final int KEY_SIZE = 32;

    static final int BLOCK_WORDS = 16;
    static final int CHUNK_WORDS = 256;
    static final int CV_WORDS = 8;
    private static final int BLOCK_SIZE = 64;
    private static final int CHUNK_SIZE = 1024;

    private static final int MAX_GROUP_CHUNKS = 128;
    private static final int MAX_DEPTH = 54;   // 2^54 chunks are 2^64 bytes

    static final int CHUNK_START = 1;
    static final int CHUNK_END = 1 << 1;
    static final int PARENT = 1 << 2;
    private static final int ROOT = 1 << 3;
    private static final int KEYED_HASH = 1 << 4;
    private static final int DERIVE_KEY_CONTEXT = 1 << 5;
    private static final int DERIVE_KEY_MATERIAL = 1 << 6;

    private static final boolean BIG_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    private final int[] key;
    private final int modeFlags;

    /// One group is staged at a time: a power of two of chunks, so that a full group is a whole subtree.
    private final int groupChunks;
    private final int[] words;
    private final MemorySegment staging;
    private int staged;
    private long groups;

    private final int[] cvs;
    private final int[] stack = new int[MAX_DEPTH * CV_WORDS];
    private int stackHeight;

    /// In: a chaining value in the lower half. Out: the 64 bytes that a compression gives.
    private final int[] state = new int[BLOCK_WORDS];
    private final int[] rootBlock = new int[BLOCK_WORDS];
    private Blake3Lanes lanes;

    private Blake3(int[] key, int modeFlags, long expectedLength) {
        this.key = key;
        this.modeFlags = modeFlags;
        long chunks = Math.min(MAX_GROUP_CHUNKS, Math.max(1, (expectedLength + CHUNK_SIZE - 1) / CHUNK_SIZE));
        groupChunks = Integer.highestOneBit((int) (2 * chunks - 1));
        words = new int[groupChunks * CHUNK_WORDS];
        staging = MemorySegment.ofArray(words);
        cvs = new int[Math.max(2, groupChunks) * CV_WORDS];
    }

    /// A hasher without a key.
    public static Blake3 hasher() {
        return hasher(Long.MAX_VALUE - CHUNK_SIZE);
    }

    /// A hasher with a key of [#KEY_SIZE] bytes, which is copied.
    public static Blake3 keyedHasher(byte[] key) {
        return keyedHasher(key, Long.MAX_VALUE - CHUNK_SIZE);
    }

    /// A hasher whose input is key material and whose output is a key for the purpose that `context` names.
    /// The context is a constant of the program, never made from input.
    public static Blake3 keyDeriver(String context) {
        return keyDeriver(context, Long.MAX_VALUE - CHUNK_SIZE);
    }

    private static Blake3 hasher(long expectedLength) {
        return new Blake3(Blake3Block.IV, 0, expectedLength);
    }

    private static Blake3 keyedHasher(byte[] key, long expectedLength) {
        if (key.length != KEY_SIZE) {
            throw new IllegalArgumentException("BLAKE3 key has " + key.length + " bytes, not " + KEY_SIZE);
        }
        return new Blake3(littleEndianWords(key), KEYED_HASH, expectedLength);
    }

    private static Blake3 keyDeriver(String context, long expectedLength) {
        byte[] text = context.getBytes(StandardCharsets.UTF_8);
        byte[] contextKey = new byte[KEY_SIZE];
        new Blake3(Blake3Block.IV, DERIVE_KEY_CONTEXT, text.length).update(text, 0, text.length).finish(contextKey, 0);
        return new Blake3(littleEndianWords(contextKey), DERIVE_KEY_MATERIAL, expectedLength);
    }

    /// Writes the hash of a range of `in` to `out`, [#HASH_SIZE] bytes from `outOffset`.
    public static void hash(byte[] in, int offset, int length, byte[] out, int outOffset) {
        hasher(length).update(in, offset, length).finishAndWipe(out, outOffset, HASH_SIZE);
    }

    /// Writes the hash of a range of `in` to `out`, [#HASH_SIZE] bytes from `outOffset`.
    public static void hash(MemorySegment in, long offset, long length, byte[] out, int outOffset) {
        hasher(length).update(in, offset, length).finishAndWipe(out, outOffset, HASH_SIZE);
    }

    /// Writes the hash of a range of `in` under `key` to `out`, [#HASH_SIZE] bytes from `outOffset`.
    public static void keyedHash(byte[] key, byte[] in, int offset, int length, byte[] out, int outOffset) {
        keyedHasher(key, length).update(in, offset, length).finishAndWipe(out, outOffset, HASH_SIZE);
    }

    /// Writes the hash of a range of `in` under `key` to `out`, [#HASH_SIZE] bytes from `outOffset`.
    public static void keyedHash(byte[] key, MemorySegment in, long offset, long length, byte[] out, int outOffset) {
        keyedHasher(key, length).update(in, offset, length).finishAndWipe(out, outOffset, HASH_SIZE);
    }

    /// A key of `length` bytes for the purpose that `context` names.
    public static byte[] deriveKey(String context, byte[] material, int length) {
        byte[] derived = new byte[length];
        keyDeriver(context, material.length).update(material, 0, material.length)
                .finishAndWipe(derived, 0, length);
        return derived;
    }

    /// Leaves nothing of a key or its material in memory that the collector has not cleared yet.
    private void finishAndWipe(byte[] out, int offset, int length) {
        finish(out, offset, length);
        if (key != Blake3Block.IV) {
            Arrays.fill(key, 0);
        }
        for (int[] used : new int[][] {words, cvs, stack, state, rootBlock}) {
            Arrays.fill(used, 0);
        }
    }

    /// Appends to the input.
    public Blake3 update(byte[] in, int offset, int length) {
        return update(MemorySegment.ofArray(in), offset, length);
    }

    /// Appends to the input.
    public Blake3 update(MemorySegment in, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, in.byteSize());
        for (long done = 0; done < length; ) {
            int part = (int) Math.min(length - done, room());
            MemorySegment.copy(in, offset + done, staging, staged, part);
            staged += part;
            done += part;
        }
        return this;
    }

    /// Writes the hash of all that came since the last finish, [#HASH_SIZE] bytes, and starts anew.
    public void finish(byte[] out, int offset) {
        finish(out, offset, HASH_SIZE);
    }

    /// Writes `length` bytes of extended output and starts anew. Shorter output is a prefix of longer output.
    public void finish(byte[] out, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, out.length);
        int chunks = Math.max(1, (staged + CHUNK_SIZE - 1) / CHUNK_SIZE);
        int rootLength = BLOCK_SIZE;
        int rootFlags = modeFlags | PARENT | ROOT;
        settleWords();
        padLastBlock();
        if (chunks == 1 && stackHeight == 0) {
            int lastBlock = Math.max(0, (staged - 1) / BLOCK_SIZE);
            rootLength = staged - lastBlock * BLOCK_SIZE;
            rootFlags = modeFlags | ROOT | CHUNK_END | (lastBlock == 0 ? CHUNK_START : 0);
            System.arraycopy(key, 0, state, 0, CV_WORDS);
            compressBlocks(0, lastBlock, 0);
            System.arraycopy(state, 0, cvs, 0, CV_WORDS);
            System.arraycopy(words, lastBlock * BLOCK_WORDS, rootBlock, 0, BLOCK_WORDS);
        } else {
            hashLeaves(chunks);
            reduce(chunks, stackHeight == 0 ? 2 : 1);
            if (stackHeight == 0) {
                System.arraycopy(cvs, 0, rootBlock, 0, 2 * CV_WORDS);
            } else {
                mergeStack(1);
                System.arraycopy(stack, 0, rootBlock, 0, CV_WORDS);
                System.arraycopy(cvs, 0, rootBlock, CV_WORDS, CV_WORDS);
            }
            System.arraycopy(key, 0, cvs, 0, CV_WORDS);
        }
        writeRoot(rootLength, rootFlags, out, offset, length);
        staged = 0;
        groups = 0;
        stackHeight = 0;
    }

    /// How many bytes the staging area takes; a full one is hashed first, for now it is known not to be the last.
    private int room() {
        int capacity = groupChunks * CHUNK_SIZE;
        if (staged == capacity) {
            settleWords();
            hashLeaves(groupChunks);
            reduce(groupChunks, 1);
            groups++;
            mergeStack(stackHeight - Long.numberOfTrailingZeros(groups));
            System.arraycopy(cvs, 0, stack, stackHeight++ * CV_WORDS, CV_WORDS);
            staged = 0;
        }
        return capacity - staged;
    }

    /// Bytes were staged as they came; BLAKE3's words are little-endian on every machine.
    private void settleWords() {
        if (BIG_ENDIAN) {
            int count = (staged + Integer.BYTES - 1) / Integer.BYTES;
            for (int i = 0; i < count; i++) {
                words[i] = Integer.reverseBytes(words[i]);
            }
        }
    }

    private void padLastBlock() {
        int from = staged / Integer.BYTES;
        int end = Math.max(1, (staged + BLOCK_SIZE - 1) / BLOCK_SIZE) * BLOCK_WORDS;
        if (from < end) {
            int keptBits = (staged % Integer.BYTES) * Byte.SIZE;
            words[from] &= (1 << keptBits) - 1;
            Arrays.fill(words, from + 1, end, 0);
        }
    }

    /// Puts the chaining values of the staged chunks into [#cvs].
    private void hashLeaves(int chunks) {
        int full = staged / CHUNK_SIZE;
        long firstCounter = groups * groupChunks;
        int done = 0;
        for (int width = Blake3Lanes.widthFor(full); width > 0; width = Blake3Lanes.widthFor(full - done)) {
            int count = Math.min(width, full - done);
            lanes().hashChunks(width, count, key, words, done, firstCounter + done, modeFlags);
            lanes.store(cvs, done, count);
            done += count;
        }
        for (; done < chunks; done++) {
            System.arraycopy(key, 0, state, 0, CV_WORDS);
            int length = Math.min(CHUNK_SIZE, staged - done * CHUNK_SIZE);
            int lastBlock = (length - 1) / BLOCK_SIZE;
            int firstBlock = done * (CHUNK_SIZE / BLOCK_SIZE);
            compressBlocks(firstBlock, lastBlock, firstCounter + done);
            int flags = modeFlags | CHUNK_END | (lastBlock == 0 ? CHUNK_START : 0);
            Blake3Block.compress(state, words, (firstBlock + lastBlock) * BLOCK_WORDS, firstCounter + done,
                length - lastBlock * BLOCK_SIZE, flags);
            System.arraycopy(state, 0, cvs, done * CV_WORDS, CV_WORDS);
        }
    }

    /// All blocks of a chunk but its last.
    private void compressBlocks(int firstBlock, int count, long counter) {
        for (int i = 0; i < count; i++) {
            int flags = modeFlags | (i == 0 ? CHUNK_START : 0);
            Blake3Block.compress(state, words, (firstBlock + i) * BLOCK_WORDS, counter, BLOCK_SIZE, flags);
        }
    }

    /// Replaces pairs of neighbours by their parents, level by level, until no more than `target` values are left.
    /// An odd last one moves up as it is, which gives just BLAKE3's tree.
    private void reduce(int count, int target) {
        while (count > target) {
            int pairs = count / 2;
            int done = 0;
            for (int width = Blake3Lanes.widthFor(pairs); width > 0; width = Blake3Lanes.widthFor(pairs - done)) {
                int parents = Math.min(width, pairs - done);
                lanes().hashParents(width, parents, key, cvs, done, modeFlags);
                lanes.store(cvs, done, parents);
                done += parents;
            }
            for (; done < pairs; done++) {
                System.arraycopy(key, 0, state, 0, CV_WORDS);
                Blake3Block.compress(state, cvs, done * 2 * CV_WORDS, 0, BLOCK_SIZE, modeFlags | PARENT);
                System.arraycopy(state, 0, cvs, done * CV_WORDS, CV_WORDS);
            }
            if (count % 2 != 0) {
                System.arraycopy(cvs, (count - 1) * CV_WORDS, cvs, pairs * CV_WORDS, CV_WORDS);
            }
            count = pairs + count % 2;
        }
    }

    /// Joins the first value of [#cvs] with those on the stack until no more than `height` are left there.
    private void mergeStack(int height) {
        while (stackHeight > height) {
            System.arraycopy(cvs, 0, rootBlock, CV_WORDS, CV_WORDS);
            System.arraycopy(stack, --stackHeight * CV_WORDS, rootBlock, 0, CV_WORDS);
            System.arraycopy(key, 0, state, 0, CV_WORDS);
            Blake3Block.compress(state, rootBlock, 0, 0, BLOCK_SIZE, modeFlags | PARENT);
            System.arraycopy(state, 0, cvs, 0, CV_WORDS);
        }
    }

    private void writeRoot(int rootLength, int rootFlags, byte[] out, int offset, int length) {
        for (int done = 0; done < length; done += BLOCK_SIZE) {
            System.arraycopy(cvs, 0, state, 0, CV_WORDS);
            Blake3Block.compress(state, rootBlock, 0, done / BLOCK_SIZE, rootLength, rootFlags);
            int part = Math.min(BLOCK_SIZE, length - done);
            for (int i = 0; i < part; i++) {
                out[offset + done + i] = (byte) (state[i / Integer.BYTES] >>> (i % Integer.BYTES) * Byte.SIZE);
            }
        }
    }

    private Blake3Lanes lanes() {
        if (lanes == null) {
            lanes = new Blake3Lanes();
        }
        return lanes;
    }

    private static int[] littleEndianWords(byte[] bytes) {
        int[] result = new int[bytes.length / Integer.BYTES];
        for (int i = 0; i < bytes.length; i++) {
            result[i / Integer.BYTES] |= (bytes[i] & 0xff) << (i % Integer.BYTES) * Byte.SIZE;
        }
        return result;
    }
}
