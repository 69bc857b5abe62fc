package ptar.cli.match;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.tree.Bytes;

class GlobTest {
    private static boolean matches(String pattern, String name, boolean crosses, boolean ignoreCase, boolean below) {
        return new Glob(Bytes.of(pattern), crosses, ignoreCase).matches(Glyphs.of(Bytes.of(name)), 0, below);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {
        "*, abc, true", "a*c, abbc, true", "a*c, abcd, false", "?, ü, true", "??, ü, false", "[a-c]x, bx, true",
        "[!a-c]x, bx, false", "[^a-c]x, dx, true", "[]a], ], true", "[]a], a, true", "[a-], -, true", "[ä-ü], ö, true",
        "[[:digit:][:upper:]], 7, true", "[[:digit:][:upper:]], q, false", "[[:alpha:]]*, xyz, true", "[, [, true",
        "[a, [a, true", "[a, a, false", "\\*, *, true", "\\*, x, false", "\\a, a, true", "a\\, a\\, true",
        "*.o, dir/x.o, true", "a*/c, a/b/c, true", "***, x, true", "*a*b*c*, xxaxxbxxcxx, true", "[\\]], ], true",
        "*a*b*c*, xxaxxcxxbxx, false", "\"\", \"\", true", "*, \"\", true", "?, \"\", false", "a?c, a/c, true",
        "[.], ., true", "[[.a.]], a, true"
    })
    void matchesAsFnmatchDoes(String pattern, String name, boolean expected) {
        assertEquals(expected, matches(pattern, name, true, false, false));
    }

    @ParameterizedTest
    @CsvSource({
        "*.o, dir/x.o, false", "a*/c, a/b/c, false", "a/*/c, a/b/c, true", "a?c, a/c, false", "a[/]c, a/c, false",
        "*/*, a/b, true", "*/*, a/b/c, false"
    })
    void keepsWildcardsWithinAComponent(String pattern, String name, boolean expected) {
        assertEquals(expected, matches(pattern, name, false, false, false));
    }

    @ParameterizedTest
    @CsvSource({"a*, ab/c, false, true", "a, a/b, false, true", "a, ab, false, false", "a*c, axc/d/e, false, true",
        "ABC, abc, true, true", "[A-C]x, bX, true, true", "Ä*, äb, true, true", "[[:upper:]], q, true, true"})
    void matchesBelowAndInAnyCase(String pattern, String name, boolean ignoreCase, boolean expected) {
        assertEquals(expected, matches(pattern, name, false, ignoreCase, true));
    }

    @Test
    void takesABrokenByteAsOneCharacter() {
        byte[] name = {'a', (byte) 0xff, 'b'};
        assertEquals(true, new Glob(Bytes.of("a?b"), true, false).matches(Glyphs.of(Bytes.copyOf(name)), 0, false));
        assertEquals(true, new Glob(Bytes.copyOf(name), true, true).matches(Glyphs.of(Bytes.copyOf(name)), 0, false));
    }

    @Test
    void agreesWithAnExponentialMatcherOnRandomPatterns() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            String pattern = word(random, "ab*?/", 7);
            String name = word(random, "ab/", 8);
            boolean crosses = random.nextBoolean();
            boolean below = random.nextBoolean();
            assertEquals(
                    slow(pattern, 0, name, 0, crosses, below), matches(pattern, name, crosses, false, below),
                    () -> "pattern " + pattern + " name " + name + " crosses " + crosses + " below " + below
                            + " seed " + seed);
        }
    }

    private static String word(Random random, String letters, int most) {
        StringBuilder word = new StringBuilder();
        for (int n = random.nextInt(most); n > 0; n--) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }

    private static boolean slow(String p, int i, String n, int j, boolean crosses, boolean below) {
        if (i == p.length()) {
            return j == n.length() || below && n.charAt(j) == '/';
        }
        if (p.charAt(i) == '*') {
            return slow(p, i + 1, n, j, crosses, below)
                    || j < n.length() && (crosses || n.charAt(j) != '/') && slow(p, i, n, j + 1, crosses, below);
        }
        return j < n.length() && (p.charAt(i) == '?' ? crosses || n.charAt(j) != '/' : p.charAt(i) == n.charAt(j))
                && slow(p, i + 1, n, j + 1, crosses, below);
    }
}
