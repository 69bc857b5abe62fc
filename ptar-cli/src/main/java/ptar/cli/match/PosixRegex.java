package ptar.cli.match;

/// Translates a POSIX regular expression, basic or extended with GNU's additions, to Java's syntax.
///
/// Two differences stay: where several alternatives match, POSIX takes the longest, Java the first; and an interval is
/// not repeated, nor repeats what is repeated (`a{2}?`), without parentheses.
final class PosixRegex {
    private final String source;
    private final boolean extended;
    private final StringBuilder out = new StringBuilder();
    private int at;
    /// The length of [#out] behind what repeats something.
    private int repeated = -1;

    private PosixRegex(String source, boolean extended) {
        this.source = source;
        this.extended = extended;
    }

    static String toJava(String source, boolean extended) {
        PosixRegex translation = new PosixRegex(source, extended);
        while (translation.at < source.length()) {
            translation.next();
        }
        return translation.out.toString();
    }

    private void next() {
        char c = source.charAt(at++);
        switch (c) {
            case '\\' -> escape();
            case '[' -> bracket();
            case '.' -> out.append('.');
            case '*' -> {
                if (extended) {
                    repeat(c);
                } else if (startsExpression(at - 1)) {
                    literal(c);
                } else {
                    operator(c);
                }
            }
            case '^' -> out.append(extended || startsExpression(at - 1) ? "^" : "\\^");
            case '$' -> out.append(extended || endsExpression() ? "$" : "\\$");
            case '(', ')', '|', '+', '?', '{', '}' -> {
                if (!extended || c == '{' && !startsInterval() || c == '}' && !endsInterval()) {
                    out.append('\\');
                    out.append(c);
                } else if (c == '+' || c == '?' || c == '{') {
                    repeat(c);
                } else {
                    operator(c);
                }
            }
            default -> literal(c);
        }
    }

    /// Extended expressions: there must be something to repeat. To Java `(?` would mean something else.
    private void repeat(char c) {
        if (startsExpression(at - 1)) {
            throw new IllegalArgumentException("Invalid preceding regular expression");
        }
        operator(c);
    }

    private void operator(char c) {
        boolean repeats = "*+?{".indexOf(c) >= 0;
        if (repeats && repeated == out.length()) {
            repeatAgain(c);
            return;
        }
        out.append(c);
        if (c == '{' && source.startsWith(",", at)) {
            out.append('0'); // {,3} is at most 3
        }
        if (repeats && c != '{' || c == '}') {
            repeated = out.length();
        }
    }

    /// To Java a second sign says how greedy the first is: of two different ones `*` says the same.
    private void repeatAgain(char c) {
        char before = out.charAt(repeated - 1);
        if (before == '}' || c == '{') {
            throw new IllegalArgumentException("Repeated interval: put what is repeated into parentheses");
        }
        if (before != c) {
            out.setCharAt(repeated - 1, '*');
        }
    }

    /// A comma is one everywhere, and may part the numbers of an interval.
    private void literal(char c) {
        if (c < 0x80 && !Character.isLetterOrDigit(c) && c != ' ' && c != ',') {
            out.append('\\');
        }
        out.append(c);
    }

    private void escape() {
        if (at == source.length()) {
            out.append("\\\\");
            return;
        }
        char c = source.charAt(at++);
        switch (c) {
            case '(', ')', '|', '{', '}', '+', '?' -> {
                if (extended) {
                    out.append('\\').append(c);
                } else {
                    operator(c);
                }
            }
            case 'w', 'W', 's', 'S', 'b', 'B' -> out.append('\\').append(c);
            case '<', '>' -> out.append("\\b");
            case '`' -> out.append("\\A");
            case '\'' -> out.append("\\z");
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            default -> {
                if (c >= '1' && c <= '9') {
                    out.append("(?:\\").append(c).append(')');
                } else {
                    literal(c);
                }
            }
        }
    }

    /// Basic expressions: `*` and `^` are themselves or anchors only at the start, also of a group or alternative.
    private boolean startsExpression(int position) {
        String before = source.substring(0, position);
        if (extended) {
            int backslashes = 0;
            while (backslashes + 1 < position && before.charAt(position - 2 - backslashes) == '\\') {
                backslashes++;
            }
            return before.isEmpty() || backslashes % 2 == 0 && (before.endsWith("(") || before.endsWith("|"));
        }
        return before.isEmpty() || before.endsWith("\\(") || before.endsWith("\\|") || before.equals("^");
    }

    private boolean endsExpression() {
        String after = source.substring(at);
        return after.isEmpty() || after.startsWith("\\)") || after.startsWith("\\|");
    }

    private boolean startsInterval() {
        return at < source.length() && (Character.isDigit(source.charAt(at)) || source.charAt(at) == ',');
    }

    private boolean endsInterval() {
        int open = out.lastIndexOf("{");
        return open >= 0 && (open == 0 || out.charAt(open - 1) != '\\') && out.indexOf("}", open) < 0;
    }

    private void bracket() {
        int i = at;
        boolean negated = i < source.length() && source.charAt(i) == '^';
        i += negated ? 1 : 0;
        StringBuilder set = new StringBuilder(negated ? "[^" : "[");
        boolean first = true;
        while (i < source.length() && (first || source.charAt(i) != ']')) {
            first = false;
            char c = source.charAt(i);
            int close = c == '[' && i + 1 < source.length() && source.charAt(i + 1) == ':'
                    ? source.indexOf(":]", i + 2) : -1;
            if (close >= 0) {
                set.append(javaClass(source.substring(i + 2, close)));
                i = close + 2;
                continue;
            }
            if (c == '[' && i + 1 < source.length() && (source.charAt(i + 1) == '.' || source.charAt(i + 1) == '=')) {
                set.append(collating(i));
                i += 5;
                continue;
            }
            boolean isRange = c == '-' && set.length() > (negated ? 2 : 1) && i + 1 < source.length()
                    && source.charAt(i + 1) != ']';
            set.append(isRange || Character.isLetterOrDigit(c) || c >= 0x80 ? "" : "\\").append(c);
            i++;
        }
        if (i >= source.length()) {
            throw new IllegalArgumentException("Unmatched [, [^, [:, [., or [=");
        }
        at = i + 1;
        out.append(set).append(']');
    }

    /// `[.x.]` and `[=x=]` stand for x, and for nothing longer.
    private String collating(int start) {
        char kind = source.charAt(start + 1);
        if (!source.startsWith(kind + "]", start + 3)) {
            throw new IllegalArgumentException("Invalid collation character");
        }
        char c = source.charAt(start + 2);
        return (Character.isLetterOrDigit(c) || c >= 0x80 ? "" : "\\") + c;
    }

    private static String javaClass(String name) {
        return switch (name) {
            case "alpha" -> "\\p{IsAlphabetic}";
            case "digit" -> "0-9";
            case "alnum" -> "\\p{IsAlphabetic}\\p{IsDigit}";
            case "upper" -> "\\p{IsUppercase}";
            case "lower" -> "\\p{IsLowercase}";
            case "space" -> "\\s";
            case "blank" -> " \\t";
            case "punct" -> "\\p{Punct}";
            case "cntrl" -> "\\p{Cntrl}";
            case "print" -> "\\P{Cntrl}";
            case "graph" -> "\\S";
            case "xdigit" -> "0-9A-Fa-f";
            default -> throw new IllegalArgumentException("Invalid character class name");
        };
    }
}
