package ptar.cli.keys;

import java.io.IOException;

/// Someone who can be asked for a password.
@FunctionalInterface
public interface Prompt {
    /// @param question without a line feed
    /// @return what was typed, as bytes without the line feed; the caller's to wipe
    /// @throws IOException if there is nobody, or nothing is typed
    byte[] ask(String question) throws IOException;
}
