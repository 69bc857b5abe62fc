package ptar.cli.list;

import java.util.Arrays;
import java.util.List;
import ptar.tree.Bytes;

/// Writes names in one of gnulib's quoting styles (`--quoting-style`).
public final class Quoter {
    public static final List<String> STYLES = List.of(
            "literal", "shell", "shell-always", "shell-escape", "shell-escape-always", "c", "c-maybe", "escape",
            "locale", "clocale");

    private final String style;
    private final boolean utf8;
    private final boolean[] quoted = new boolean[256];

    /// @param utf8 whether the output is UTF-8, so that what is printable in it stays
    public Quoter(String style, boolean utf8, Bytes quoteChars, Bytes noQuoteChars) {
        if (!STYLES.contains(style)) {
            throw new IllegalArgumentException("no quoting style: " + style);
        }
        this.style = style;
        this.utf8 = utf8;
        for (int i = 0; i < quoteChars.length(); i++) {
            quoted[quoteChars.get(i) & 0xff] = true;
        }
        for (int i = 0; i < noQuoteChars.length(); i++) {
            quoted[noQuoteChars.get(i) & 0xff] = false;
        }
    }

    public Bytes quote(Bytes name) {
        return switch (style) {
            case "literal" -> name;
            case "escape" -> escaped(name, '\0');
            case "c" -> around(escaped(name, '"'), "\"", "\"");
            case "c-maybe" -> hasUnprintable(name) || name.indexOf((byte) '"', 0) >= 0
                    ? around(escaped(name, '"'), "\"", "\"") : name;
            case "locale", "clocale" -> utf8 ? around(escaped(name, '\0'), "\u2018", "\u2019")
                    : style.equals("locale") ? around(escaped(name, '\''), "'", "'")
                    : around(escaped(name, '"'), "\"", "\"");
            case "shell" -> needsShellQuotes(name) ? shell(name, false) : name;
            case "shell-always" -> shell(name, false);
            case "shell-escape" -> needsShellQuotes(name) || hasUnprintable(name) ? shell(name, true) : name;
            default -> shell(name, true);
        };
    }

    private static Bytes around(Bytes text, String open, String close) {
        return Bytes.of(open).concat(text).concat(Bytes.of(close));
    }

    /// C escapes; octal for what is not printable.
    ///
    /// @param quote the closing quote, escaped too; NUL for none
    private Bytes escaped(Bytes name, char quote) {
        byte[] out = null;
        int length = 0;
        int i = 0;
        while (i < name.length() && isWord(name.get(i))) {
            i++; // most names are nothing else, and a listing quotes each before anything is compiled
        }
        while (i < name.length()) {
            int n = printable(name, i);
            byte b = name.get(i);
            boolean plain = n > 0 && b != '\\' && b != quote && !quoted[b & 0xff];
            if (plain && out == null) {
                i += n;
                continue;
            }
            if (out == null) {
                out = new byte[4 * name.length()];
                name.slice(0, i).copyTo(out, 0);
                length = i;
            }
            if (plain) {
                for (int k = 0; k < n; k++) {
                    out[length++] = name.get(i + k);
                }
                i += n;
            } else {
                length = escape(b, n > 0, out, length);
                i++;
            }
        }
        return out == null ? name : Bytes.wrap(Arrays.copyOf(out, length));
    }

    private boolean isWord(byte b) {
        return (b >= 'a' && b <= 'z' || b >= '-' && b <= '9' || b >= 'A' && b <= 'Z' || b == '_') && !quoted[b];
    }

    private static int escape(byte b, boolean printable, byte[] out, int at) {
        int length = at;
        out[length++] = '\\';
        int known = "\u0007\b\t\n\u000b\f\r".indexOf(b);
        if (printable) {
            out[length++] = b;
        } else if (known >= 0 && b >= 0) {
            out[length++] = (byte) "abtnvfr".charAt(known);
        } else {
            out[length++] = (byte) ('0' + (b >> 6 & 3));
            out[length++] = (byte) ('0' + (b >> 3 & 7));
            out[length++] = (byte) ('0' + (b & 7));
        }
        return length;
    }

    /// Length of the printable character at a position; 0 if the byte there is not printable.
    private int printable(Bytes name, int at) {
        int b = name.get(at) & 0xff;
        if (b < 0x80) {
            return b >= 0x20 && b < 0x7f ? 1 : 0;
        }
        if (!utf8) {
            return 0;
        }
        int n = b >= 0xc2 && b <= 0xdf ? 2 : b >= 0xe0 && b <= 0xef ? 3 : b >= 0xf0 && b <= 0xf4 ? 4 : 0;
        // Bytes#toString escapes what is not well-formed, not printable, or turns the direction of writing.
        return n > 0 && at + n <= name.length() && name.slice(at, at + n).toString().charAt(0) != '\\' ? n : 0;
    }

    private boolean hasUnprintable(Bytes name) {
        int i = 0;
        while (i < name.length()) {
            int n = printable(name, i);
            if (n == 0) {
                return true;
            }
            i += n;
        }
        return false;
    }

    private boolean needsShellQuotes(Bytes name) {
        if (name.isEmpty()) {
            return true;
        }
        for (int i = 0; i < name.length(); i++) {
            byte b = name.get(i);
            if (" \t\n\r!\"$&'()*;<=>?[\\^`|".indexOf(b) >= 0 || i == 0 && (b == '#' || b == '~')
                    || quoted[b & 0xff]) {
                return true;
            }
        }
        return name.length() == 1 && (name.get(0) == '{' || name.get(0) == '}');
    }

    /// In single quotes; a single quote is `'\''`.
    ///
    /// @param escapes whether what is not printable becomes `'$'\n''`
    private Bytes shell(Bytes name, boolean escapes) {
        boolean doubled = name.indexOf((byte) '\'', 0) >= 0 && !hasUnprintable(name)
                && name.indexOf((byte) '"', 0) < 0 && name.indexOf((byte) '$', 0) < 0
                && name.indexOf((byte) '`', 0) < 0 && name.indexOf((byte) '\\', 0) < 0
                && name.indexOf((byte) '!', 0) < 0;
        if (doubled) {
            return around(name, "\"", "\"");
        }
        byte[] out = new byte[16 * name.length() + 2];
        int length = 0;
        out[length++] = '\'';
        boolean inEscapes = false;
        for (int i = 0; i < name.length(); i++) {
            int n = printable(name, i);
            byte b = name.get(i);
            if (escapes && n == 0) {
                length = inEscapes ? length : put("'$'", out, length);
                inEscapes = true;
                length = escape(b, false, out, length);
                continue;
            }
            if (inEscapes) {
                length = put("''", out, length);
                inEscapes = false;
            }
            if (b == '\'') {
                length = put("'\\''", out, length);
                continue;
            }
            for (int k = 0; k < Math.max(n, 1); k++) {
                out[length++] = name.get(i + k);
            }
            i += Math.max(n, 1) - 1;
        }
        out[length++] = '\'';
        return Bytes.wrap(Arrays.copyOf(out, length));
    }

    private static int put(String text, byte[] out, int at) {
        Bytes.of(text).copyTo(out, at);
        return at + text.length();
    }
}
