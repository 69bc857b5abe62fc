package ptar.cli.keys;

import java.io.Console;
import java.io.EOFException;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Asks at the terminal that the program was started from, whatever its standard streams are: an archive may come from
/// one and go to another. What is typed does not show.
///
/// `System.console` is there only if both standard streams are terminals, so on Unix this is `/dev/tty` and `stty`.
public final class TerminalPrompt implements Prompt {
    private static final File TTY = new File("/dev/tty");
    private static final int MAX_LENGTH = 4096;

    @Override
    public byte[] ask(String question) throws IOException {
        return TTY.exists() ? askTty(question) : askConsole(question);
    }

    private static byte[] askTty(String question) throws IOException {
        try (OutputStream out = openForWriting(); InputStream in = new FileInputStream(TTY)) {
            String before = stty("-g");
            Thread restore = new Thread(() -> restore(before));
            Runtime.getRuntime().addShutdownHook(restore);
            try {
                // Echo off first: what is typed ahead must not show either.
                stty("-echo");
                out.write(question.getBytes(StandardCharsets.UTF_8));
                return readLine(in);
            } finally {
                restore(before);
                remove(restore);
                out.write('\n');
            }
        }
    }

    /// Never returns if a signal is ending the program: nothing is asked or told any more.
    private static void remove(Thread hook) throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            try {
                Thread.currentThread().join();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
    }

    private static OutputStream openForWriting() throws IOException {
        try {
            return new FileOutputStream(TTY);
        } catch (IOException nobody) {
            throw noTerminal();
        }
    }

    /// Byte by byte: what comes behind the line is not ours.
    private static byte[] readLine(InputStream in) throws IOException {
        byte[] line = new byte[MAX_LENGTH];
        try {
            for (int length = 0; length < MAX_LENGTH; length++) {
                int next = in.read();
                if (next < 0 && length == 0) {
                    throw new EOFException("no password was typed");
                }
                if (next < 0 || next == '\n') {
                    return Arrays.copyOf(line, length);
                }
                line[length] = (byte) next;
            }
            throw new IOException("the password is longer than " + MAX_LENGTH + " bytes");
        } finally {
            Arrays.fill(line, (byte) 0);
        }
    }

    private static void restore(String before) {
        try {
            stty(before);
        } catch (IOException terminalIsGone) {
            // There is nothing left to restore.
        }
    }

    private static String stty(String argument) throws IOException {
        Process process = new ProcessBuilder("stty", argument)
                .redirectInput(TTY)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("the terminal does not let its echo be turned off");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return output;
    }

    private static byte[] askConsole(String question) throws IOException {
        Console console = System.console();
        char[] typed = console == null ? null : console.readPassword("%s", question);
        if (typed == null) {
            throw noTerminal();
        }
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(typed));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        Arrays.fill(encoded.array(), (byte) 0);
        Arrays.fill(typed, '\0');
        return bytes;
    }

    private static IOException noTerminal() {
        return new IOException("there is no terminal to ask for the password: --password-file, --password-command or"
                + " PTAR_PASSWORD gives it without");
    }
}
