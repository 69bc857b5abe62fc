package ptar.read;

import java.io.IOException;
import java.util.List;
import ptar.crypto.KeySlots;
import ptar.crypto.MasterKey;
import ptar.crypto.Secret;
import ptar.layout.Header;

/// Finds the master key of an archive whose header has been parsed, not believed.
@FunctionalInterface
public interface KeyFinder {
    /// Opens plain archives only: a sealed one's header does not fit the all-zero key.
    KeyFinder PLAIN = _ -> MasterKey.plain();

    /// Opens plain archives, and sealed ones with any of these.
    ///
    /// @param name of the archive, for messages
    static KeyFinder of(List<? extends Secret> secrets, String name) {
        return header -> KeySlots.unlock(header, secrets, name);
    }

    /// @param header a plain one too: who expects a sealed archive can refuse it
    /// @return closed by the reader
    /// @throws ptar.error.WrongKeyException if no key fits
    MasterKey keyOf(Header header) throws IOException;
}
