package ptar.cli.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Types at a terminal of its own, which `script` makes.
class TerminalPromptTest {
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whatIsTypedArrivesAndDoesNotShow() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "skipped: no script program");
        // Standard streams are no terminals, as in a pipe.
        Process process = startAtTerminal("'" + AskOnce.class.getName() + "' </dev/null 2>&1 | cat; stty -a");
        StringBuilder shown = new StringBuilder();
        InputStream out = process.getInputStream();
        while (!shown.toString().contains("Secret? ")) {
            int next = out.read();
            assertTrue(next >= 0, shown.toString());
            shown.append((char) next);
        }
        process.getOutputStream().write("pässword of mine\n".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        shown.append(new String(out.readAllBytes(), StandardCharsets.UTF_8));
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        String all = shown.toString();
        assertFalse(all.contains("word of mine"), all);
        String hex = HexFormat.of().formatHex("pässword of mine".getBytes(StandardCharsets.UTF_8));
        assertTrue(all.contains("got " + hex), all);
        assertTrue(all.matches("(?s).*[^-]echo\\b.*"), "the echo is on again: " + all);
    }

    @Test
    void withoutATerminalItSaysSo() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setsid")), "skipped: no setsid program");
        Process process = new ProcessBuilder("setsid", "--wait", java(), "-cp", System.getProperty("java.class.path"),
                AskOnce.class.getName()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        assertEquals("failed: there is no terminal to ask for the password: --password-file, --password-command or"
                        + " PTAR_PASSWORD gives it without\n",
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    private static Process startAtTerminal(String mainClassAndMore) throws IOException {
        String command = "'" + java() + "' -XX:TieredStopAtLevel=1 -cp '" + System.getProperty("java.class.path") + "' "
                + mainClassAndMore;
        return new ProcessBuilder("script", "-qec", command, "/dev/null").redirectErrorStream(true).start();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /// Runs in a JVM of its own.
    public static final class AskOnce {
        private AskOnce() {}

        public static void main(String[] arguments) {
            try {
                System.out.println("got " + HexFormat.of().formatHex(new TerminalPrompt().ask("Secret? ")));
            } catch (IOException e) {
                System.out.println("failed: " + e.getMessage());
            }
        }
    }
}
