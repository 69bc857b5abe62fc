package ptar.cli.match;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.cli.options.Option;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;

class PatternTest {
    private static Toggles toggles(String options) {
        Toggles toggles = Toggles.START;
        for (String option : options.isEmpty() ? new String[0] : options.split("\\+")) {
            toggles = toggles.after(Option.valueOf(option));
        }
        return toggles;
    }

    /// What GNU tar 1.34 leaves out.
    @ParameterizedTest
    @CsvSource({
        "sub, '', d/sub/f, true", "sub/, '', d/sub, false", "/sub, '', d/sub, false", "d/*, '', d/sub/f, true",
        "d/*, '', d, false", "sub/*, '', d/sub, false", "sub/*, '', d/sub/f, true", "sub, ANCHORED, d/sub, false",
        "d*f, NO_WILDCARDS_MATCH_SLASH, d/sub/f, false", "d*f, '', d/sub/f, true", "s*, NO_WILDCARDS, d/sub, false",
        "SUB, IGNORE_CASE, d/sub, true", "SUB, IGNORE_CASE+NO_WILDCARDS, d/sub, true",
        "SUB, IGNORE_CASE+NO_IGNORE_CASE, d/sub, false", "./d/sub, '', d/sub, false", "d/sub, '', ./d/sub, true",
        "sub, NO_RECURSION, d/sub/f, false", "s?b, NO_RECURSION, d/sub/f, false", "ub, '', d/sub, false",
        "d[a-z]*, ANCHORED, dx/y, true"
    })
    void leavesOutWhatTarLeavesOut(String pattern, String options, String name, boolean expected) {
        assertEquals(expected, Pattern.excluding(Bytes.of(pattern), toggles(options)).matches(Bytes.of(name)));
    }

    @Test
    void findsMembersByPathAndByPattern() {
        List<Members.Member> members = new ArrayList<>();
        members.add(Members.member(Bytes.of("./d/sub/"), Bytes.of("./d/sub/"), Toggles.START, 0));
        members.add(Members.member(Bytes.of("x*"), Bytes.of("x*"), Toggles.START, 0));
        members.add(Members.member(Bytes.of("y*"), Bytes.of("y*"), toggles("WILDCARDS"), 1));
        members.add(Members.member(Bytes.of("y*z"), Bytes.of("y*z"), toggles("WILDCARDS"), 2));
        members.add(Members.member(Bytes.of("/e"), Bytes.of("/e"), toggles("NO_RECURSION"), 3));
        Members chosen = new Members(members, 0);
        assertEquals(0, chosen.folderOf(EntryPath.of("d/sub")));
        assertEquals(0, chosen.folderOf(EntryPath.of("d/sub/deep/f")));
        assertEquals(-1, chosen.folderOf(EntryPath.of("d")));
        assertEquals(-1, chosen.folderOf(EntryPath.of("d/subway")));
        assertEquals(-1, chosen.folderOf(EntryPath.of("xy")));
        assertEquals(1, chosen.folderOf(EntryPath.of("y/z/q")));
        assertEquals(3, chosen.folderOf(EntryPath.of("e")));
        assertEquals(-1, chosen.folderOf(EntryPath.of("e/f")));
        assertEquals(
                List.of("x*"), chosen.notFound().stream().map(m -> m.typed().toString()).toList());
        assertEquals(1, chosen.folderOf(EntryPath.of("y*z")), "the first of two patterns counts");
        assertEquals(0, chosen.folderOf(EntryPath.of("x*")), "a name with a star matches itself");
        assertEquals(List.of(), chosen.notFound());
    }

    @Test
    void meansEverythingByTheRoot() {
        Members chosen = new Members(List.of(Members.member(Bytes.of("."), Bytes.of("."), Toggles.START, 0)), 0);
        assertEquals(0, chosen.folderOf(EntryPath.ROOT));
        assertEquals(0, chosen.folderOf(EntryPath.of("a/b")));
        assertEquals(List.of(EntryPath.ROOT), chosen.pathsOrNull());
    }

    @Test
    void looksUpPathsOnlyWhereAllArePaths() {
        Members.Member literal = Members.member(Bytes.of("a*"), Bytes.of("a*"), Toggles.START, 0);
        Members.Member glob = Members.member(Bytes.of("b*"), Bytes.of("b*"), toggles("WILDCARDS"), 0);
        assertEquals(List.of(EntryPath.of("a*")), new Members(List.of(literal), 0).pathsOrNull());
        assertEquals(null, new Members(List.of(literal, glob), 0).pathsOrNull());
    }
}
