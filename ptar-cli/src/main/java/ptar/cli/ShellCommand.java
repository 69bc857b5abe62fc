package ptar.cli;

import java.util.Map;
import ptar.cli.keys.Keys;
import ptar.tree.Bytes;

/// Commands of the user for `/bin/sh`, to the byte. Java gives text to a process in the locale's characters, and what
/// those lack is lost; so only ASCII goes that way, and the rest is spelt out for the shell.
final class ShellCommand {
    private static final Bytes QUOTE = Bytes.of("'");

    private ShellCommand() {}

    /// A shell that runs a script, which is not told the archive's password.
    static ProcessBuilder of(Bytes script) {
        ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", isAscii(script) ? text(script) : spelt(script));
        shell.environment().remove(Keys.PASSWORD);
        return shell;
    }

    /// A shell that runs a script with more variables in its environment.
    static ProcessBuilder of(Bytes script, Map<String, Bytes> variables) {
        Bytes exports = Bytes.EMPTY;
        for (Map.Entry<String, Bytes> variable : variables.entrySet()) {
            if (!isAscii(variable.getValue())) {
                exports = exports.concat(Bytes.of("export " + variable.getKey() + "="))
                        .concat(quoted(variable.getValue())).concat(Bytes.of("\n"));
            }
        }
        ProcessBuilder shell = of(exports.concat(script));
        variables.forEach((name, value) -> {
            if (isAscii(value)) {
                shell.environment().put(name, text(value));
            }
        });
        return shell;
    }

    /// A word that stands for exactly these bytes.
    static Bytes quoted(Bytes word) {
        Bytes quoted = QUOTE;
        int from = 0;
        for (int quote = word.indexOf((byte) '\'', 0); quote >= 0; quote = word.indexOf((byte) '\'', from)) {
            quoted = quoted.concat(word.slice(from, quote)).concat(Bytes.of("'\\''"));
            from = quote + 1;
        }
        return quoted.concat(word.slice(from, word.length())).concat(QUOTE);
    }

    private static boolean isAscii(Bytes bytes) {
        for (int i = 0; i < bytes.length(); i++) {
            if (bytes.get(i) < 0) {
                return false;
            }
        }
        return true;
    }

    private static String text(Bytes ascii) {
        return ascii.utf8OrNull();
    }

    /// `eval "$(printf '...')"`, every byte but letters, digits and spaces in octal.
    private static String spelt(Bytes script) {
        StringBuilder out = new StringBuilder("eval \"$(printf '");
        for (int i = 0; i < script.length(); i++) {
            int b = script.get(i) & 0xff;
            boolean isPlain = b == ' ' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z';
            out.append(isPlain ? String.valueOf((char) b) : "\\" + octal(b));
        }
        return out.append("')\"").toString();
    }

    private static String octal(int b) {
        return "" + (b >> 6) + (b >> 3 & 7) + (b & 7);
    }
}
