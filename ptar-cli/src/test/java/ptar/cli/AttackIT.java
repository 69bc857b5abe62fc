package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ptar.ForgedTree;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;

/// Archives of an enemy, extracted by the built program from a file and from a pipe: whatever they say, nothing outside
/// the target changes. The names in front are of the tools and the vulnerabilities that each is known from.
final class AttackIT {
    /// What is outside the target, to the byte and the nanosecond.
    private static final String OUTSIDE = """
            find . -path ./out -prune -o -printf '%p %y %i %m %n %U:%G %s %T@ %C@ %l\\n' | sort
            find victim -type f -exec cat {} +; ls -l /ptar-attack 2> /dev/null
            """;
    private static final String DEEP = "d".repeat(250);

    @TempDir
    private Path folder;

    /// Where the archives are.
    @TempDir
    private Path archives;

    /// @param before made in the folder that has `out` and `victim`
    /// @param archives extracted one after the other
    private record Attack(String name, String before, List<byte[]> archives) {
        Attack(String name, String before, byte[]... archives) {
            this(name, before, List.of(archives));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Attack> attacks() {
        String up = "../".repeat(18);
        String deep = (DEEP + "/").repeat(17);
        return Stream.of(
                new Attack("extrac25: parent is a link that leads nowhere", "ln -s ../nowhere out/d",
                        new ForgedTree().file("d/evil", "evil").archive()),
                new Attack("parent is a link to the victim", "ln -s ../victim out/d",
                        new ForgedTree().file("d/file", "evil").archive()),
                new Attack("parent is an absolute link to the victim", "ln -s \"$PWD/victim\" out/d",
                        new ForgedTree().file("d/file", "evil").folder("d/new", 0777).archive()),
                new Attack("CVE-2025-45582: one archive plants a link, the next writes through it", "",
                        new ForgedTree().symlink("sym", "../victim").archive(),
                        new ForgedTree().file("sym/file", "evil").archive()),
                new Attack("CVE-2011-5325: a link and a file below it", "",
                        new ForgedTree().symlink("sym", "../victim").file("sym/file", "evil").archive()),
                new Attack("CVE-2011-5325, absolute", "",
                        new ForgedTree().symlink("sym", "/").file("sym/ptar-attack", "evil").archive()),
                new Attack("CPython parent_symlink2: a link through a link to itself", "",
                        new ForgedTree().symlink("current", ".").symlink("current/parent", "..")
                                .file("parent/evil", "evil").archive()),
                new Attack("GHSA-8qq5: a link and a file that are names of one inode", "",
                        new ForgedTree().add("a", linked(EntryType.SYMLINK).withLinkTarget(
                                        Bytes.of("../victim/file")), "")
                                .add("b", linked(EntryType.FILE), "evil").archive()),
                new Attack("libarchive secure745: a folder's mode through a link", "",
                        new ForgedTree().symlink("sym", "../victim").archive(),
                        new ForgedTree().file("sym/x", "evil").folder("sym/y", 0777).archive()),
                new Attack("libarchive secure744: a link deeper than paths can be", "",
                        new ForgedTree().symlink(deep + "sym", up + "victim").archive(),
                        new ForgedTree().file(deep + "sym/file", "evil").archive()),
                new Attack("CVE-2025-4517: links that lead on past the longest path", "",
                        chain().archive(), new ForgedTree().file("escape/file", "evil").archive()),
                new Attack("a fifo, a device and a folder below a link", "ln -s ../victim out/d",
                        new ForgedTree().add("d/fifo", ForgedTree.of(EntryType.FIFO, 0666), "")
                                .folder("d/folder", 0777).symlink("d/link", "x")
                                .add("d/null", ForgedTree.of(EntryType.CHARACTER_DEVICE, 0666).withDevice(1, 3), "")
                                .archive()),
                named("QQ/evil", "QQ", ".."), named("a/QQ/QQ/evil", "QQ", ".."), named("Qptar-attack", "Q", "/"),
                named("QQptar-attack", "QQ", "//"), named("aQQevil", "QQ", "//"), named("a/Q", "Q", "."),
                named("Q/evil", "Q", "."), named("victimQfile", "Q", "\0"));
    }

    private static Metadata linked(EntryType type) {
        return ForgedTree.of(type, 0644).withHardLinkGroup(1);
    }

    /// `a` leads to a folder of 250 characters, `a/b` to one below it, and so on: the path behind the last is longer
    /// than the kernel resolves, and `escape` goes up from there.
    private static ForgedTree chain() {
        ForgedTree tree = new ForgedTree();
        StringBuilder path = new StringBuilder();
        StringBuilder escape = new StringBuilder();
        for (char name = 'a'; name <= 'q'; name++) {
            tree.symlink(path.toString() + name, DEEP);
            path.append(name).append('/');
            escape.append(name).append('/');
        }
        return tree.symlink("escape", escape + "../".repeat(18) + "victim");
    }

    /// A name that can't be.
    private static Attack named(String name, String from, String to) {
        return new Attack("zip-slip: " + name.replace(from, to.replace("\0", "NUL")), "",
                new ForgedTree().file(name, "evil").archive(from, to));
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void touchesNothingOutside(Attack attack) throws Exception {
        for (String way : List.of("ptar xf $1 -C out", "ptar x -C out < $1")) {
            prepare(attack.before);
            String before = outside();
            Ptar.Outcome last = null;
            for (int i = 0; i < attack.archives.size(); i++) {
                Files.write(archives.resolve("a.ptar"), attack.archives.get(i));
                last = Shell.run(folder, way, archives.resolve("a.ptar").toString());
            }

            assertEquals(before, outside(), way);
            assertEquals(Console.FAILED, last.exitCode(), way + last.err());
            assertAll(last.err().lines().map(line -> () -> assertTrue(Shell.isMessage(line), line)));
        }
    }

    /// Options that say what becomes of what is in the way do not lead out either.
    @Test
    void touchesNothingOutsideWithAnyOption() throws Exception {
        Metadata folderOf = ForgedTree.of(EntryType.FOLDER, 0777);
        Path archive = archives.resolve("a.ptar");
        Files.write(archive, new ForgedTree().file("d/file", "evil").file("f", "evil")
                .add("g", folderOf, "").file("g/file", "evil").file("h/h/file", "evil").archive());
        for (String options : List.of("--overwrite", "--overwrite -h", "--keep-directory-symlink", "-U",
                "--recursive-unlink", "--backup=numbered", "-k", "--skip-old-files --keep-directory-symlink",
                "--one-top-level=d", "--strip-components=1 --keep-directory-symlink",
                "--transform=s,^,../victim/,", "--transform=s,^,/ptar-attack,")) {
            for (String way : List.of("ptar xf $1 -C out ", "ptar x -C out < $1 ")) {
                prepare("ln -s ../victim out/d; ln -s ../victim/file out/f; ln -s \"$PWD/victim\" out/g;"
                        + "mkdir out/h; ln -s ../../victim out/h/h; ln -s ../victim/file out/file");
                String before = outside();
                Ptar.Outcome outcome = Shell.run(folder, way + options, archive.toString());

                assertEquals(before, outside(), way + options + outcome.err());
            }
        }
    }

    /// Deeper than Java can delete.
    @AfterEach
    void removeTarget() throws Exception {
        Shell.prepare(folder, "rm -rf out");
    }

    private void prepare(String before) throws IOException, InterruptedException {
        Shell.prepare(folder, """
                rm -rf out victim; mkdir out victim; echo safe > victim/file; chmod 750 victim
                """ + before);
    }

    private String outside() throws IOException, InterruptedException {
        return Shell.run(folder, OUTSIDE).out();
    }
}
