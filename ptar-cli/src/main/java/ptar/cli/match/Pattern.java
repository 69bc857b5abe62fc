package ptar.cli.match;

import java.util.List;
import ptar.tree.Bytes;

/// One pattern with what was said of it, matched as gnulib's `exclude` does: at the start of a name or behind any of
/// its slashes, and what lies below a match too.
public final class Pattern {
    private final Bytes text;
    private final Glob glob;
    private final boolean anchored;
    private final boolean below;

    private Pattern(Bytes text, boolean wildcards, boolean anchored, boolean crosses, boolean ignoreCase,
            boolean below) {
        this.text = text;
        this.anchored = anchored;
        this.below = below;
        boolean isGlob = wildcards && Glob.hasWildcards(text) || ignoreCase;
        this.glob = isGlob ? new Glob(wildcards ? text : escaped(text), crosses, ignoreCase) : null;
    }

    /// A name to be left out: wildcards, also behind slashes, unless said otherwise.
    public static Pattern excluding(Bytes text, Toggles toggles) {
        return new Pattern(
                text, orElse(toggles.wildcards(), true), orElse(toggles.anchored(), false),
                orElse(toggles.starCrossesSlash(), true), toggles.ignoreCase(), toggles.recursion());
    }

    /// A name to be taken out of an archive: as it stands, from its start, unless said otherwise.
    public static Pattern selecting(Bytes text, Toggles toggles) {
        return new Pattern(
                text, orElse(toggles.wildcards(), false), orElse(toggles.anchored(), true),
                orElse(toggles.starCrossesSlash(), true), toggles.ignoreCase(), toggles.recursion());
    }

    private static boolean orElse(Boolean said, boolean otherwise) {
        return said == null ? otherwise : said;
    }

    private static Bytes escaped(Bytes text) {
        byte[] escaped = new byte[2 * text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            byte b = text.get(i);
            if (b == '*' || b == '?' || b == '[' || b == '\\') {
                escaped[length++] = '\\';
            }
            escaped[length++] = b;
        }
        return Bytes.copyOf(escaped, 0, length);
    }

    public Bytes text() {
        return text;
    }

    /// True if only one path and what lies below it can match.
    public boolean isLiteral() {
        return glob == null && anchored;
    }

    public boolean matches(Bytes name) {
        return glob == null ? matchesLiteral(name) : matchesGlob(Glyphs.of(name));
    }

    /// True if any of the patterns matches.
    static boolean anyMatches(List<Pattern> patterns, Bytes name) {
        int[] glyphs = null;
        for (Pattern pattern : patterns) {
            if (pattern.glob == null) {
                if (pattern.matchesLiteral(name)) {
                    return true;
                }
                continue;
            }
            glyphs = glyphs == null ? Glyphs.of(name) : glyphs;
            if (pattern.matchesGlob(glyphs)) {
                return true;
            }
        }
        return false;
    }

    private boolean matchesGlob(int[] glyphs) {
        if (glob.matches(glyphs, 0, below)) {
            return true;
        }
        for (int i = 0; i + 1 < glyphs.length && !anchored; i++) {
            if (glyphs[i] == '/' && glyphs[i + 1] != '/' && glob.matches(glyphs, i + 1, below)) {
                return true;
            }
        }
        return false;
    }

    private boolean matchesLiteral(Bytes name) {
        if (literalAt(name, 0)) {
            return true;
        }
        for (int slash = anchored ? -1 : name.indexOf((byte) '/', 0); slash >= 0;
                slash = name.indexOf((byte) '/', slash + 1)) {
            if (literalAt(name, slash + 1)) {
                return true;
            }
        }
        return false;
    }

    private boolean literalAt(Bytes name, int from) {
        int end = from + text.length();
        if (end > name.length() || end < name.length() && !(below && name.get(end) == '/')) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (name.get(from + i) != text.get(i)) {
                return false;
            }
        }
        return true;
    }
}
