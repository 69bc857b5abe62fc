package ptar.cli.match;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import ptar.cli.options.UsageException;
import ptar.tree.Bytes;

/// `--transform`: sed's `s/regex/replacement/flags` on names, one after the other.
///
/// Flags: `g` all, a number (from) the nth match, `i` any case, `x` extended expressions, and the scopes `r` names of
/// entries, `s` targets of symbolic links, `h` targets of hard links, capitals for not; all three at first, changed for
/// what follows by `flags=r;`. The replacement has `&`, `\1` to `\9`, `\n`, and `\L`, `\l`, `\E` and their
/// upper-case likes for case.
public final class Transform {
    /// What a name is.
    public enum Scope { ENTRY, SYMLINK, HARD_LINK }

    private record Rule(Pattern pattern, List<Piece> replacement, boolean all, int nth, int scopes) {}

    /// A piece of a replacement.
    ///
    /// @param group number of the group it stands for, -1 for text, -2 for a change of case
    private record Piece(int group, String text) {}

    private static final int TEXT = -1;
    private static final int CASE = -2;

    private final List<Rule> rules = new ArrayList<>();
    private int scopes = 0b111;

    /// @throws UsageException if an expression is not one of sed's
    public Transform(List<Bytes> expressions) throws UsageException {
        for (Bytes expression : expressions) {
            parse(NameText.of(expression));
        }
    }

    /// True if there is nothing to do.
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /// @return the new name, which may be empty
    public Bytes apply(Bytes name, Scope scope) {
        if (rules.isEmpty()) {
            return name;
        }
        String text = NameText.of(name);
        for (Rule rule : rules) {
            if ((rule.scopes >> scope.ordinal() & 1) != 0) {
                text = replace(rule, text);
            }
        }
        return NameText.toBytes(text);
    }

    private static String replace(Rule rule, String text) {
        Matcher matcher = rule.pattern.matcher(text);
        StringBuilder out = new StringBuilder();
        int from = 0;
        int last = -1;
        int count = 0;
        while (matcher.find()) {
            // As in sed, nothing right behind a match is no match of its own.
            boolean isRest = matcher.end() == last;
            last = matcher.end();
            if (isRest || ++count < rule.nth) {
                continue;
            }
            out.append(text, from, matcher.start());
            substitute(rule.replacement, matcher, out);
            from = matcher.end();
            if (!rule.all) {
                break;
            }
        }
        return out.append(text, from, text.length()).toString();
    }

    /// Puts a replacement together; `mode` is the case asked for until `\E`, `once` the one of the next character.
    private static void substitute(List<Piece> pieces, Matcher matcher, StringBuilder out) {
        char mode = 'E';
        char once = 0;
        for (Piece piece : pieces) {
            if (piece.group == CASE) {
                char c = piece.text.charAt(0);
                if (c == 'l' || c == 'u') {
                    once = c;
                } else {
                    mode = c;
                    once = 0;
                }
                continue;
            }
            String text = piece.group == TEXT ? piece.text : matcher.group(piece.group);
            if (text == null || text.isEmpty()) {
                continue;
            }
            String cased = mode == 'L' ? text.toLowerCase(java.util.Locale.ROOT)
                    : mode == 'U' ? text.toUpperCase(java.util.Locale.ROOT) : text;
            if (once != 0) {
                String first = cased.substring(0, cased.offsetByCodePoints(0, 1));
                cased = (once == 'l' ? first.toLowerCase(java.util.Locale.ROOT)
                        : first.toUpperCase(java.util.Locale.ROOT)) + cased.substring(first.length());
                once = 0;
            }
            out.append(cased);
        }
    }

    private void parse(String text) throws UsageException {
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("flags=", at)) {
                int end = text.indexOf(';', at);
                end = end < 0 ? text.length() : end;
                scopes = scopes(text.substring(at + 6, end), 0);
                at = end + 1;
            } else {
                at = parseRule(text, at);
            }
        }
    }

    /// @return behind the rule and its semicolon
    private int parseRule(String text, int from) throws UsageException {
        if (text.charAt(from) != 's' || from + 1 == text.length()) {
            throw invalid();
        }
        char delimiter = text.charAt(from + 1);
        int middle = closing(text, from + 2, delimiter);
        int end = closing(text, middle + 1, delimiter);
        String regex = unescaped(text.substring(from + 2, middle), delimiter);
        String replacement = text.substring(middle + 1, end);
        int stop = text.indexOf(';', end + 1);
        stop = stop < 0 ? text.length() : stop;
        boolean all = false;
        boolean extended = false;
        boolean ignoreCase = false;
        int nth = 0;
        StringBuilder scopeFlags = new StringBuilder();
        for (char flag : text.substring(end + 1, stop).toCharArray()) {
            switch (flag) {
                case 'g' -> all = true;
                case 'i' -> ignoreCase = true;
                case 'x' -> extended = true;
                case 'r', 'R', 's', 'S', 'h', 'H' -> scopeFlags.append(flag);
                default -> {
                    if (flag < '0' || flag > '9' || nth > 100_000) {
                        throw new UsageException(UsageException.COMBINATION, "Unknown flag in transform expression: "
                                + flag);
                    }
                    nth = 10 * nth + flag - '0';
                }
            }
        }
        try {
            Pattern pattern = Pattern.compile(
                    PosixRegex.toJava(regex, extended),
                    (ignoreCase ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0) | Pattern.DOTALL);
            int groups = pattern.matcher("").groupCount();
            rules.add(new Rule(
                    pattern, replacement(replacement, delimiter, groups), all, nth,
                    scopes(scopeFlags.toString(), scopes)));
        } catch (PatternSyntaxException e) {
            throw new UsageException(
                    UsageException.COMBINATION, "Invalid transform expression: " + e.getDescription());
        } catch (IllegalArgumentException e) {
            throw new UsageException(UsageException.COMBINATION, "Invalid transform expression: " + e.getMessage());
        }
        return stop + 1;
    }

    private static int closing(String text, int from, char delimiter) throws UsageException {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == delimiter) {
                return i;
            }
        }
        throw invalid();
    }

    /// `\,` in an expression whose delimiter is `,` is a plain comma.
    private static String unescaped(String regex, char delimiter) {
        return regex.replace("\\" + delimiter, delimiter == '/' || Character.isLetterOrDigit(delimiter)
                ? "" + delimiter : PLAIN.indexOf(delimiter) >= 0 ? "" + delimiter : "\\" + delimiter);
    }

    private static final String PLAIN = ",;:!@#%&=~_-'\"<> ";

    private static List<Piece> replacement(String source, char delimiter, int groups) throws UsageException {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c != '&' && (c != '\\' || i + 1 == source.length())) {
                text.append(c);
                continue;
            }
            char escaped = c == '&' ? '0' : source.charAt(++i);
            boolean isGroup = escaped >= '0' && escaped <= '9';
            boolean isCase = "LUElu".indexOf(escaped) >= 0;
            if (!isGroup && !isCase) {
                text.append(plain(escaped));
                continue;
            }
            if (!text.isEmpty()) {
                pieces.add(new Piece(TEXT, text.toString()));
                text.setLength(0);
            }
            if (isGroup && escaped - '0' > groups) {
                throw new UsageException(
                        UsageException.COMBINATION, "Invalid transform replacement: back reference out of range");
            }
            pieces.add(isGroup ? new Piece(escaped - '0', "") : new Piece(CASE, "" + escaped));
        }
        if (!text.isEmpty()) {
            pieces.add(new Piece(TEXT, text.toString()));
        }
        return pieces;
    }

    private static char plain(char escaped) {
        return switch (escaped) {
            case 'a' -> 7;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 11;
            default -> escaped;
        };
    }

    private static int scopes(String flags, int start) throws UsageException {
        int scopes = start;
        for (char flag : flags.toCharArray()) {
            int bit = "rsh".indexOf(Character.toLowerCase(flag));
            if (bit < 0) {
                throw invalid();
            }
            scopes = Character.isLowerCase(flag) ? scopes | 1 << bit : scopes & ~(1 << bit);
        }
        return scopes;
    }

    private static UsageException invalid() {
        return new UsageException(UsageException.COMBINATION, "Invalid transform expression");
    }
}
