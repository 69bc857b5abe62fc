package ptar.cli.options;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import ptar.cli.options.Option.Argument;
import ptar.tree.Bytes;

/// Takes a command line apart as GNU's `argp` and tar do: options between operands, clusters of letters (`-xvf a`),
/// abbreviated long names, `--` before what is no option, and the old style, where the first word is letters without
/// a dash whose arguments follow in their order (`xfC a dir`).
public final class CommandLine {
    private final List<Given> given = new ArrayList<>();
    private final List<Bytes> words;
    private int next;

    private CommandLine(List<Bytes> words) {
        this.words = words;
    }

    /// @param mayBeOldStyle whether a first word without a dash is options: true for a program's own arguments
    public static List<Given> parse(List<Bytes> words, boolean mayBeOldStyle) throws UsageException {
        CommandLine line = new CommandLine(words);
        if (mayBeOldStyle && !words.isEmpty() && !words.getFirst().isEmpty() && words.getFirst().get(0) != '-') {
            line.oldStyle();
        }
        line.rest();
        return line.given;
    }

    // Bytes as text with one character a byte: option names are ASCII, and values become bytes again.
    private static String latin(Bytes word) {
        return new String(word.toArray(), ISO_8859_1);
    }

    private void oldStyle() throws UsageException {
        String letters = latin(words.get(next++));
        for (char letter : letters.toCharArray()) {
            Option option = known(letter);
            Bytes value = null;
            if (option.argument() == Argument.REQUIRED) {
                if (next == words.size()) {
                    throw new UsageException(
                            UsageException.COMBINATION, "Old option '" + letter + "' requires an argument.");
                }
                value = words.get(next++);
            }
            given.add(new Given(option, value, "-" + letter));
        }
    }

    private void rest() throws UsageException {
        boolean options = true;
        while (next < words.size()) {
            Bytes word = words.get(next++);
            String text = latin(word);
            if (!options || text.length() < 2 || text.charAt(0) != '-') {
                given.add(new Given(Option.OPERAND, word, ""));
            } else if (text.equals("--")) {
                options = false;
            } else if (text.startsWith("--")) {
                longOption(text);
            } else {
                cluster(text);
            }
        }
    }

    private void cluster(String text) throws UsageException {
        for (int i = 1; i < text.length(); i++) {
            char letter = text.charAt(i);
            Option option = known(letter);
            String typed = "-" + letter;
            if (option.argument() == Argument.NONE) {
                given.add(new Given(option, null, typed));
                continue;
            }
            String attached = text.substring(i + 1);
            if (!attached.isEmpty() || option.argument() == Argument.OPTIONAL) {
                given.add(new Given(option, attached.isEmpty() ? null : bytes(attached), typed));
            } else {
                given.add(new Given(option, following("option requires an argument -- '" + letter + "'"), typed));
            }
            return;
        }
    }

    private void longOption(String text) throws UsageException {
        int equals = text.indexOf('=');
        String name = text.substring(2, equals < 0 ? text.length() : equals);
        Option option = named(name);
        String typed = "--" + name;
        if (equals >= 0) {
            if (option.argument() == Argument.NONE) {
                throw new UsageException(
                        UsageException.OPTIONS, "option '--" + fullName(option, name) + "' doesn't allow an argument");
            }
            given.add(new Given(option, bytes(text.substring(equals + 1)), typed));
        } else if (option.argument() == Argument.REQUIRED) {
            given.add(new Given(
                    option, following("option '--" + fullName(option, name) + "' requires an argument"), typed));
        } else {
            given.add(new Given(option, null, typed));
        }
    }

    private Bytes following(String complaint) throws UsageException {
        if (next == words.size()) {
            throw new UsageException(UsageException.OPTIONS, complaint);
        }
        return words.get(next++);
    }

    private static Option known(char letter) throws UsageException {
        Option option = Option.ofLetter(letter);
        if (option == null) {
            throw new UsageException(UsageException.OPTIONS, "invalid option -- '" + shown("" + letter) + "'");
        }
        return option;
    }

    /// The option with a name, or the only one of tar's whose names begin so, or the only one of ptar's: an option of
    /// ours takes no abbreviation away from a script.
    ///
    /// Messages hold no argument: who types `--password=` tells it to nobody else.
    private static Option named(String name) throws UsageException {
        Option found = null;
        boolean ambiguous = false;
        for (Option option : Option.values()) {
            for (String candidate : option.names()) {
                if (candidate.equals(name)) {
                    return option;
                }
                if (candidate.startsWith(name) && found != option) {
                    boolean replaces = found == null || found.isOwn() && !option.isOwn();
                    ambiguous = !replaces && (ambiguous || found.isOwn() == option.isOwn());
                    found = replaces ? option : found;
                }
            }
        }
        if (found == null) {
            throw new UsageException(UsageException.OPTIONS, "unrecognized option '--" + shown(name) + "'");
        }
        if (ambiguous) {
            throw new UsageException(
                    UsageException.OPTIONS,
                    "option '--" + shown(name) + "' is ambiguous; possibilities:" + possibilities(name));
        }
        return found;
    }

    private static String possibilities(String prefix) {
        StringBuilder all = new StringBuilder();
        for (Option option : Option.values()) {
            for (String name : option.names()) {
                if (name.startsWith(prefix)) {
                    all.append(" '--").append(name).append('\'');
                }
            }
        }
        return all.toString();
    }

    private static String fullName(Option option, String typed) {
        for (String name : option.names()) {
            if (name.startsWith(typed)) {
                return name;
            }
        }
        return typed;
    }

    private static String shown(String latin) {
        return bytes(latin).toString();
    }

    private static Bytes bytes(String latin) {
        return Bytes.wrap(latin.getBytes(ISO_8859_1));
    }
}
