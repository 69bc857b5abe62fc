package ptar.crypto;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import ptar.hash.Blake3;

/// Plain suite: the payload stands as it is, and the tag is a keyed BLAKE3 of it and of its place. Spec §3.
final class PlainCipher implements SegmentCipher {
    private static final int TAGGED_FROM = 4;

    private final Blake3 hasher;

    PlainCipher(byte[] runKey) {
        hasher = Blake3.keyedHasher(runKey);
    }

    @Override
    public void seal(MemorySegment segment, int payloadLength) {
        byte[] tag = tag(segment, payloadLength);
        MemorySegment.copy(MemorySegment.ofArray(tag), 0, segment, HEAD_SIZE + payloadLength, TAG_SIZE);
    }

    @Override
    public boolean isPlain() {
        return true;
    }

    @Override
    public boolean open(MemorySegment segment, int payloadLength) {
        byte[] stored = new byte[TAG_SIZE];
        MemorySegment.copy(segment, HEAD_SIZE + payloadLength, MemorySegment.ofArray(stored), 0, TAG_SIZE);
        boolean matches = MessageDigest.isEqual(stored, tag(segment, payloadLength));
        if (!matches) {
            segment.asSlice(HEAD_SIZE, payloadLength).fill((byte) 0);
        }
        return matches;
    }

    private byte[] tag(MemorySegment segment, int payloadLength) {
        byte[] tag = new byte[TAG_SIZE];
        hasher.update(segment, TAGGED_FROM, HEAD_SIZE - TAGGED_FROM + payloadLength);
        hasher.finish(tag, 0, TAG_SIZE);
        return tag;
    }

    /// Nothing to wipe: everyone knows a plain archive's run key.
    @Override
    public void close() {}
}
