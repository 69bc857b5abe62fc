package ptar.crypto;

import ptar.layout.KeySlot;

/// Something that a master key can be wrapped for: makes a key slot.
public sealed interface KeyWrapper permits Password, KeyFile, Recipient {
    /// A new slot with a fresh salt.
    KeySlot wrap(MasterKey key);
}
