package ptar.cli.match;

import java.util.Arrays;
import ptar.tree.Bytes;

/// A wildcard pattern as POSIX `fnmatch` reads it: `*`, `?`, `[a-z]`, `[!…]`, `[[:alpha:]]`, and `\` before what is
/// meant as it stands. A leading dot is nothing special.
final class Glob {
    private final int[] pattern;
    private final boolean starCrossesSlash;
    private final boolean ignoreCase;

    Glob(Bytes pattern, boolean starCrossesSlash, boolean ignoreCase) {
        this.pattern = Glyphs.of(pattern);
        this.starCrossesSlash = starCrossesSlash;
        this.ignoreCase = ignoreCase;
    }

    static boolean hasWildcards(Bytes text) {
        for (int i = 0; i < text.length(); i++) {
            byte b = text.get(i);
            if (b == '*' || b == '?' || b == '[' || b == '\\') {
                return true;
            }
        }
        return false;
    }

    /// @param from glyph at which the name starts
    /// @param below whether a pattern also matches what lies below its match (`FNM_LEADING_DIR`)
    boolean matches(int[] name, int from, boolean below) {
        // Greedy with one point to come back to for each side of a slash: linear in practice, and never worse than
        // pattern × name.
        int p = 0;
        int n = from;
        int starPattern = -1;
        int starName = -1;
        while (true) {
            if (p == pattern.length && (n == name.length || below && name[n] == '/')) {
                return true;
            }
            int after = p < pattern.length ? step(p, name, n) : -1;
            if (p < pattern.length && pattern[p] == '*') {
                starPattern = ++p;
                starName = n;
            } else if (after >= 0) {
                p = after;
                n++;
            } else if (starName >= 0 && starName < name.length
                    && (starCrossesSlash || name[starName] != '/')) {
                n = ++starName;
                p = starPattern;
            } else {
                return false;
            }
        }
    }

    /// Matches one glyph of the name.
    ///
    /// @return where the pattern goes on, -1 if it does not match
    private int step(int p, int[] name, int n) {
        if (n >= name.length) {
            return -1;
        }
        int glyph = name[n];
        switch (pattern[p]) {
            case '*':
                return -1;
            case '?':
                return glyph == '/' && !starCrossesSlash ? -1 : p + 1;
            case '[':
                int end = bracketEnd(p);
                if (end >= 0) {
                    return (glyph != '/' || starCrossesSlash) && inBracket(p + 1, end, glyph) ? end + 1 : -1;
                }
                return glyph == '[' ? p + 1 : -1;
            case '\\':
                if (p + 1 < pattern.length) {
                    return same(pattern[p + 1], glyph) ? p + 2 : -1;
                }
                return glyph == '\\' ? p + 1 : -1;
            default:
                return same(pattern[p], glyph) ? p + 1 : -1;
        }
    }

    private boolean same(int a, int b) {
        return a == b || ignoreCase && fold(a) == fold(b);
    }

    private static int fold(int glyph) {
        return glyph >= Glyphs.BYTE ? glyph : Character.toLowerCase(Character.toUpperCase(glyph));
    }

    /// Where the `]` is that closes the bracket at p; -1 if there is none, so that `[` means itself.
    private int bracketEnd(int p) {
        int i = p + 1;
        if (i < pattern.length && (pattern[i] == '!' || pattern[i] == '^')) {
            i++;
        }
        if (i < pattern.length && pattern[i] == ']') {
            i++;
        }
        while (i < pattern.length && pattern[i] != ']') {
            if (pattern[i] == '/' && !starCrossesSlash) {
                return -1;
            }
            if (pattern[i] == '[' && i + 1 < pattern.length
                    && (pattern[i + 1] == ':' || pattern[i + 1] == '.' || pattern[i + 1] == '=')) {
                int close = classEnd(i);
                i = close < 0 ? i + 1 : close;
            } else if (pattern[i] == '\\') {
                i += 2;
            } else {
                i++;
            }
        }
        return i < pattern.length ? i : -1;
    }

    /// Behind the `:]` of the class at i; -1 if there is none.
    private int classEnd(int i) {
        for (int k = i + 2; k + 1 < pattern.length; k++) {
            if (pattern[k] == pattern[i + 1] && pattern[k + 1] == ']') {
                return k + 2;
            }
        }
        return -1;
    }

    private boolean inBracket(int from, int end, int glyph) {
        int i = from;
        boolean negated = pattern[i] == '!' || pattern[i] == '^';
        i += negated ? 1 : 0;
        boolean found = false;
        while (i < end) {
            int close = pattern[i] == '[' && i + 1 < end && pattern[i + 1] == ':' ? classEnd(i) : -1;
            if (close >= 0) {
                found |= inClass(Arrays.copyOfRange(pattern, i + 2, close - 2), glyph);
                i = close;
                continue;
            }
            i += pattern[i] == '\\' && i + 1 < end ? 1 : 0;
            int low = pattern[i++];
            int high = low;
            if (i + 1 < end && pattern[i] == '-') {
                i += pattern[i + 1] == '\\' && i + 2 < end ? 2 : 1;
                high = pattern[i++];
            }
            found |= inRange(low, high, glyph);
        }
        return found != negated;
    }

    private boolean inRange(int low, int high, int glyph) {
        if (glyph >= low && glyph <= high) {
            return true;
        }
        if (!ignoreCase || glyph >= Glyphs.BYTE) {
            return false;
        }
        int lower = Character.toLowerCase(glyph);
        int upper = Character.toUpperCase(glyph);
        return lower >= low && lower <= high || upper >= low && upper <= high;
    }

    private boolean inClass(int[] name, int glyph) {
        if (glyph >= Glyphs.BYTE) {
            return false;
        }
        return switch (new String(name, 0, name.length)) {
            case "alpha" -> Character.isLetter(glyph);
            case "digit" -> glyph >= '0' && glyph <= '9';
            case "alnum" -> Character.isLetterOrDigit(glyph);
            case "upper" -> Character.isUpperCase(glyph) || ignoreCase && Character.isLowerCase(glyph);
            case "lower" -> Character.isLowerCase(glyph) || ignoreCase && Character.isUpperCase(glyph);
            case "space" -> Character.isWhitespace(glyph);
            case "blank" -> glyph == ' ' || glyph == '\t';
            case "punct" -> glyph > ' ' && glyph < 0x7f && !Character.isLetterOrDigit(glyph);
            case "cntrl" -> Character.isISOControl(glyph);
            case "print" -> !Character.isISOControl(glyph);
            case "graph" -> !Character.isISOControl(glyph) && !Character.isWhitespace(glyph);
            case "xdigit" -> glyph < 0x80 && Character.digit(glyph, 16) >= 0;
            default -> false;
        };
    }
}
