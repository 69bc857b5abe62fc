package ptar.layout;

import java.nio.ByteBuffer;

/// The two things that a header carries of its master key. The layout knows how they lie, `ptar.crypto` how they are
/// made.
public interface HeaderKey {
    /// 32 bytes that only this key has.
    byte[] commitment();

    /// 32 bytes that only a holder of this key can make for these header bytes.
    byte[] headerMac(ByteBuffer header);
}
