package ptar.crypto;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import ptar.layout.Suite;

/// Seals and opens the segments of one run (spec §3). One instance a thread.
public sealed interface SegmentCipher extends AutoCloseable permits PlainCipher, ConscryptCipher, BouncyCastleCipher {
    int TAG_SIZE = 16;
    /// CRC32C, archive tag, index. What is under the tag begins behind the CRC: the archive tag and the index.
    int HEAD_SIZE = 16;

    /// A cipher for the run with this salt and index. A thread that needs its own calls this again.
    static SegmentCipher forRun(Suite suite, MasterKey key, byte[] salt, int runIndex) {
        byte[] runKey = key.runKey(salt, runIndex);
        try {
            return switch (suite) {
                case PLAIN -> new PlainCipher(runKey);
                case AES_256_GCM_SIV -> CryptoProvider.chosen().segmentCipher(runKey);
            };
        } finally {
            Arrays.fill(runKey, (byte) 0);
        }
    }

    /// Seals in place: `segment` holds head (16 bytes: its CRC is not set yet), plain payload and room for the tag.
    ///
    /// @param segment native memory
    /// @param payloadLength bytes of the payload; the tag comes right behind it
    void seal(MemorySegment segment, int payloadLength);

    /// Opens in place: the payload is plain afterwards.
    ///
    /// @param segment native memory: head, sealed payload, tag
    /// @return false if the tag does not match: the payload must not be used and is cleared
    boolean open(MemorySegment segment, int payloadLength);

    /// True if opening only compares: who verifies the payload by a hash of its own can do without.
    boolean isPlain();

    /// Wipes the key.
    @Override
    void close();
}
