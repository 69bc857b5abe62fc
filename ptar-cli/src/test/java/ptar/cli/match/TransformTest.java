package ptar.cli.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.cli.match.Transform.Scope;
import ptar.cli.options.UsageException;
import ptar.tree.Bytes;

class TransformTest {
    private static String apply(String expression, String name, Scope scope) throws UsageException {
        return new Transform(List.of(Bytes.of(expression))).apply(Bytes.of(name), scope).utf8OrNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ' ', value = {
        "s/a/b/ banana bbnana",
        "s/a/b/g banana bbnbnb",
        "s/a/b/2 banana banbna",
        "s/a/b/2g banana banbnb",
        "s,usr/,, usr/bin bin",
        "s|^|p/| a/b p/a/b",
        "s,^.*/,, a/b/c c",
        "s/\\(a\\)\\(b\\)/\\2\\1/ xaby xbay",
        "s/(a)(b)/\\2\\1/x xaby xbay",
        "s/a+/X/ a+ X",
        "s/a+/X/x aaa X",
        "s/a\\+/X/ aaa X",
        "s/[a-c]*$/-&-/ xabc x-abc-",
        "s/.*/\\U&/ name NAME",
        "s/.*/\\u&/ name Name",
        "s/\\(.\\)\\(.*\\)/\\U\\1\\E\\2/ name Name",
        "s/.*/\\U\\l&/ NAME nAME",
        "s,a\\,b,x, 1a,b2 1x2",
        "s/A/b/i banana bbnana",
        "s/a/b/;s/b/c/ ab cb",
        "s/[[:digit:]]\\{2\\}/N/ a123 aN3",
        "s/[]x]/y/ a]b ayb",
        "s/a\\{2,3\\}/N/ baaaa bNa",
        "s/[[.-.][=b=]]/N/g a-b aNN",
        "s/\\(+/N/x a((b aNb",
        "s/(a|b)+/N/x cabc cNc",
        "s/a\\{2,\\},/N/ baaaa,c bNc",
        "s/a{,2}b/N/x aaab aN",
        "s/a{2,3},/N/x baaa, bN",
        "s;b;c;;s;a;d;g abac dcdc",
        "s/a*/x/g baac xbxcx",
        "s/\\./_/g a.b.c a_b_c",
        "s/a\\|b/x/g cab cxx",
        "s/^\\./d/ ./a d/a",
        "s/ü/ue/ für fuer",
        "s/\\(a*\\)*b/x/ aab x",
        "s/a*?/X/x aab Xb",
        "s/a++ab/X/x aaab X",
        "s/^(.*?)b/[\\1]/x abab [aba]",
        "s/a\\+\\?b/X/ aab X",
        "s/a**/X/ aab Xb",
        "s/**b/X/ **b X"
    })
    void replacesAsSedDoes(String expression, String name, String expected) throws UsageException {
        assertEquals(expected, apply(expression, name, Scope.ENTRY));
    }

    @ParameterizedTest
    @CsvSource({
        "s/a/b/, b, b, b", "s/a/b/r, b, b, b", "s/a/b/S, b, a, b", "s/a/b/RH, a, b, a", "flags=r;s/a/b/, b, a, a",
        "flags=rh;s/a/b/, b, a, b", "flags=rh;s/a/b/s, b, b, b"
    })
    void keepsToItsScopes(String expression, String entry, String symlink, String hardLink) throws UsageException {
        assertEquals(entry, apply(expression, "a", Scope.ENTRY));
        assertEquals(symlink, apply(expression, "a", Scope.SYMLINK));
        assertEquals(hardLink, apply(expression, "a", Scope.HARD_LINK));
    }

    @Test
    void keepsBytesThatAreNotText() throws UsageException {
        Bytes name = Bytes.copyOf(new byte[] {'a', (byte) 0xff, (byte) 0xfe, 'b'});
        Transform transform = new Transform(List.of(Bytes.of("s/b/c/")));
        assertEquals(
                Bytes.copyOf(new byte[] {'a', (byte) 0xff, (byte) 0xfe, 'c'}), transform.apply(name, Scope.ENTRY));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "x/a/b/", "s/a/b", "s", "s/a/b/q", "s/\\(a/b/", "s/a/\\1/", "s/[a/b/", "s/(?i)a/b/x", "s/a|*/b/x", "s/+/b/x",
        "s/[[.ab.]]/b/", "s/a\\{3,1\\}/b/", "s/a{1}?/b/x", "s/a*\\{2\\}/b/"
    })
    void refusesWhatIsNoExpression(String expression) {
        assertThrows(UsageException.class, () -> apply(expression, "a", Scope.ENTRY));
    }
}
