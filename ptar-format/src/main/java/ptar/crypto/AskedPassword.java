package ptar.crypto;

import java.io.IOException;
import ptar.layout.KeySlot;
import ptar.layout.PasswordSlot;

/// A password that is asked for when a password slot is met and nothing else has opened the archive, and once only.
public final class AskedPassword implements Secret {
    private final Source source;
    private Password answer;

    public AskedPassword(Source source) {
        this.source = source;
    }

    @Override
    public byte[] unwrapOrNull(KeySlot slot) throws IOException {
        if (!(slot instanceof PasswordSlot)) {
            return null;
        }
        if (answer == null) {
            answer = source.ask();
        }
        return answer.unwrapOrNull(slot);
    }

    @Override
    public void close() {
        if (answer != null) {
            answer.close();
        }
    }

    /// Who is asked: a terminal, a program.
    @FunctionalInterface
    public interface Source {
        /// @throws IOException if there is no one to ask
        Password ask() throws IOException;
    }
}
