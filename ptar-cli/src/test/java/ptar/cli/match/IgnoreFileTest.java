package ptar.cli.match;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.tree.Bytes;

class IgnoreFileTest {
    /// The rules of a file as the filter reads them: the last one that matches decides.
    private static boolean ignores(IgnoreFile.Syntax syntax, String content, String name, boolean isFolder) {
        IgnoreFile file = new IgnoreFile(Bytes.of("x"), true, syntax);
        List<IgnoreFile.Rule> rules = file.rules(Bytes.of(content.replace("|", "\n")));
        Bytes baseName = Bytes.of(name.substring(name.lastIndexOf('/') + 1));
        for (IgnoreFile.Rule rule : rules.reversed()) {
            if ((!rule.foldersOnly() || isFolder) && rule.matches(Bytes.of(name), baseName)) {
                return !rule.keeps();
            }
        }
        return false;
    }

    @ParameterizedTest
    @CsvSource({
        "PLAIN, *.o|b, x.o, true", "PLAIN, *.o|b, d/x.o, true", "PLAIN, *.o|b, d/b, true", "PLAIN, a/b, a/b, true",
        "CVS, a *.o b, q.o, true", "CVS, a *.o b, b, true", "CVS, a *.o b, c, false",
        "GIT, # x|*.o|!keep.o, d/a.o, true", "GIT, # x|*.o|!keep.o, d/keep.o, false", "GIT, /a, a, true",
        "GIT, /a, d/a, false", "GIT, d/a, d/a, true", "GIT, d/a, e/d/a, false", "GIT, build/, build, false",
        "GIT, \\#x, #x, true", "GIT, **/t, a/b/t, true", "GIT, **/t, t, true", "GIT, d/*, d/x/y, true",
        "GIT, d/*.c, d/x/y.c, false",
        "BAZAAR, *.o|!!x.o, x.o, true", "BAZAAR, RE:.*[0-9]$, ab7, true", "BAZAAR, *|!k, k, false",
        "MERCURIAL, ^a.*z$, abz, true", "MERCURIAL, syntax: glob|*.o, d/x.o, true",
        "MERCURIAL, glob:*.o, x.o, true", "MERCURIAL, syntax: glob|re:^q, qx, true"
    })
    void leavesOutWhatTheFileSays(IgnoreFile.Syntax syntax, String content, String name, boolean expected) {
        assertEquals(expected, ignores(syntax, content, name, false));
    }

    @ParameterizedTest
    @CsvSource({"GIT, build/, build, true", "GIT, build/, a/build, true", "GIT, /build/, a/build, false"})
    void leavesOutFoldersOnly(IgnoreFile.Syntax syntax, String content, String name, boolean expected) {
        assertEquals(expected, ignores(syntax, content, name, true));
    }
}
