package ptar.read;

import java.io.IOException;
import ptar.crypto.MasterKey;
import ptar.error.WrongKeyException;
import ptar.layout.Header;

/// Finds the master key of an archive whose header has been parsed, not believed.
@FunctionalInterface
public interface KeyFinder {
    /// Opens plain archives only.
    KeyFinder PLAIN = header -> {
        if (header.suite().isSealed()) {
            throw new WrongKeyException("the archive is encrypted: a password or key file is needed");
        }
        return MasterKey.plain();
    };

    /// @return closed by the reader
    /// @throws WrongKeyException if no key fits
    MasterKey keyOf(Header header) throws IOException;
}
