package ptar.crypto;

import java.lang.foreign.MemorySegment;

/// Seals and opens the segments of one run (spec §3). One instance a thread.
public interface SegmentCipher extends AutoCloseable {
    int TAG_SIZE = 16;

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

    /// Wipes the key.
    @Override
    void close();
}
