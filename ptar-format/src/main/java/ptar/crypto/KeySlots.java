package ptar.crypto;

import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.layout.Header;

/// Opens headers: finds the master key, and only then believes the rest. Spec §2.
public final class KeySlots {
    private KeySlots() {}

    /// The header of every plain archive.
    public static Header plainHeader() {
        try (MasterKey key = MasterKey.plain()) {
            return Header.plain(key);
        }
    }

    /// The key of a plain archive, once its header is verified.
    ///
    /// @param name of the archive, for messages
    /// @throws CorruptArchiveException if the commitment or the MAC does not match
    public static MasterKey unlockPlain(Header header, String name) throws ArchiveException {
        MasterKey key = MasterKey.plain();
        if (!header.isAuthentic(key)) {
            throw new CorruptArchiveException("%s: header is damaged: its MAC does not match".formatted(name));
        }
        return key;
    }
}
