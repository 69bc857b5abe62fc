package ptar.crypto;

import java.io.IOException;
import ptar.layout.KeySlot;

/// Something that opens key slots of its kind.
public sealed interface Secret extends AutoCloseable permits Password, AskedPassword, KeyFile, Identity {
    /// Tries one slot.
    ///
    /// @return the 32 bytes of a key, the caller's to wipe: the master key once the header's commitment agrees; null if
    ///     the slot is of another kind, or for another secret
    /// @throws IOException if the secret has to be asked for and is not to be had
    byte[] unwrapOrNull(KeySlot slot) throws IOException;

    /// Wipes it.
    @Override
    void close();
}
