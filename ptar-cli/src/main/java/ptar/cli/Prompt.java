package ptar.cli;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import ptar.tree.Bytes;

/// Asks for confirmation (`-w`): answers come on standard input, or from the terminal if that has the archive.
final class Prompt {
    private final boolean inputIsTaken;
    private BufferedReader answers;

    Prompt(boolean inputIsTaken) {
        this.inputIsTaken = inputIsTaken;
    }

    /// @param action `add`, `extract`
    synchronized boolean confirms(Console console, String action, Bytes name) {
        console.ask(action + " '" + console.shown(name) + "'?");
        try {
            if (answers == null) {
                answers = new BufferedReader(open());
            }
            String answer = answers.readLine();
            return answer != null && (answer.startsWith("y") || answer.startsWith("Y"));
        } catch (IOException e) {
            throw new Fatal("Cannot read the answer: " + Failure.reason(e), e);
        }
    }

    private Reader open() throws IOException {
        return inputIsTaken ? new FileReader("/dev/tty", StandardCharsets.UTF_8)
                : new InputStreamReader(System.in, StandardCharsets.UTF_8);
    }
}
