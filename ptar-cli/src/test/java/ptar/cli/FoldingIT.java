package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.ForgedTree;
import ptar.tree.EntryType;

/// Extracts, by the built program, to a mounted file system that takes names for one that differ by case or by how
/// Unicode writes a letter: no entry replaces another or goes into another's folder.
final class FoldingIT {
    private static final List<String> WAYS = List.of("ptar xf a.ptar -C fold ", "cat a.ptar | ptar x -C fold ");

    @TempDir
    private Path folder;

    private Process fileSystem;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        assumeTrue(
                System.getProperty("user.name").equals("root") && Files.isWritable(Path.of("/dev/fuse")),
                "mounting needs root and /dev/fuse");
        Files.createDirectory(folder.resolve("fold"));
        try (InputStream program = FoldingIT.class.getResourceAsStream("foldfs.py")) {
            Files.copy(program, folder.resolve("foldfs.py"));
        }
        fileSystem = new ProcessBuilder("python3", "foldfs.py", "fold").directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader said = fileSystem.inputReader();
        String line = said.readLine();
        assumeTrue("mounted".equals(line), "this kernel mounts nothing for us");
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        if (fileSystem != null) {
            Shell.run(folder, "umount fold");
            fileSystem.destroy();
            fileSystem.waitFor();
        }
    }

    private void extracts(ForgedTree tree, String options, String says, String leaves) throws Exception {
        Files.write(folder.resolve("a.ptar"), tree.archive());
        for (String way : WAYS) {
            Ptar.Outcome outcome = Shell.run(folder, way + options);
            assertEquals(
                    says + "ptar: Exiting with failure status due to previous errors\n", outcome.err(), way + options);
            assertEquals(Console.FAILED, outcome.exitCode(), way + options);
            assertEquals(leaves, Shell.run(folder, """
                    cd fold; LC_ALL=C.UTF-8 find . -mindepth 1 | LC_ALL=C sort | while read -r n
                    do test -f "$n" && echo "$n $(cat "$n")" || echo "$n"; done; rm -rf *
                    """).out(), way + options);
        }
    }

    @Test
    void keepsTheFirstOfTwoFiles() throws Exception {
        ForgedTree files = new ForgedTree().file("README", "upper").file("Readme", "mixed");
        for (String options : List.of("", "-U", "--overwrite", "--skip-old-files", "-k", "--keep-newer-files",
                "--backup", "--recursive-unlink")) {
            boolean unlinks = options.equals("-U") || options.equals("--recursive-unlink");
            extracts(files, options, "ptar: Readme: Cannot " + (unlinks ? "unlink" : "open")
                    + ": File exists under another spelling: 'README'\n", "./README upper\n");
        }
    }

    @Test
    void keepsWhatIsThereUnderAnotherSpelling() throws Exception {
        Files.write(folder.resolve("a.ptar"), new ForgedTree().file("caf\u00e9", "new").archive());
        for (String way : WAYS) {
            Ptar.Outcome outcome = Shell.run(
                    folder, "printf old > fold/$'cafe\\u301'; " + way + "; cat fold/*; rm fold/*");
            assertEquals("old", outcome.out(), way);
            assertEquals("ptar: caf\u00e9: Cannot open: File exists under another spelling: 'cafe\u0301'",
                    outcome.err().lines().findFirst().orElse(""), way);
        }
    }

    @Test
    void doesNotMixTwoFolders() throws Exception {
        extracts(new ForgedTree().folder("Docs", 0755).file("Docs/a", "first").folder("docs", 0755)
                        .file("docs/A", "second").file("docs/b", "third"),
                "", """
                        ptar: docs: Cannot mkdir: File exists under another spelling: 'Docs'
                        ptar: docs/A: Cannot open: File exists under another spelling: 'Docs'
                        ptar: docs/b: Cannot open: File exists under another spelling: 'Docs'
                        """, "./Docs\n./Docs/a first\n");
    }

    /// Case 36 of what tar users expect.
    @Test
    void writesNothingThroughALinkOfAnotherCase() throws Exception {
        Files.createDirectory(folder.resolve("victim"));
        extracts(new ForgedTree().symlink("A", folder.resolve("victim").toString()).file("a/x", "evil"), "",
                "ptar: A: Cannot create symlink to '" + folder.resolve("victim")
                        + "': File exists under another spelling: 'a'\n", "./a\n./a/x evil\n"); // 36
        extracts(new ForgedTree().file("ff/x", "evil").symlink("\ufb00", folder.resolve("victim").toString()), "",
                "ptar: \ufb00: Cannot create symlink to '" + folder.resolve("victim")
                        + "': File exists under another spelling: 'ff'\n", "./ff\n./ff/x evil\n");
        assertEquals(0, folder.resolve("victim").toFile().list().length);
    }

    @Test
    void tellsOfASecondNameOfAFile() throws Exception {
        ForgedTree names = new ForgedTree();
        for (String name : List.of("F", "f")) {
            names.add(name, ForgedTree.of(EntryType.FILE, 0644).withHardLinkGroup(0), "same");
        }
        Files.write(folder.resolve("a.ptar"), names.archive());
        for (String way : WAYS) {
            Ptar.Outcome outcome = Shell.run(folder, way + "; echo $?; ls fold; rm fold/*");
            assertEquals("2\nF\n", outcome.out(), way + outcome.err());
        }
    }

    @Test
    void extractsTheSameTreeAgain() throws Exception {
        Files.write(folder.resolve("a.ptar"), new ForgedTree().folder("Docs", 0755).file("Docs/1", "one")
                .file("Docs/Caf\u00e9", "two").file("Docs/a", "three").symlink("Link", "Docs").archive());
        for (String way : WAYS) {
            Ptar.Outcome outcome = Shell.run(folder, way + "&& " + way + "&& " + way + "--overwrite; ls fold/Link");
            assertEquals("", outcome.err(), way);
            assertEquals("1\nCaf\u00e9\na\n", outcome.out(), way);
        }
    }
}
