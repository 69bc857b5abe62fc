package ptar.cli;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import ptar.tree.Bytes;

/// Asks for confirmation (`-w`), on the terminal where there is one, else on standard input.
final class Prompt {
    private BufferedReader answers;

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

    private static Reader open() {
        try {
            return new FileReader("/dev/tty", StandardCharsets.UTF_8);
        } catch (IOException noTerminal) {
            return new InputStreamReader(System.in, StandardCharsets.UTF_8);
        }
    }
}
