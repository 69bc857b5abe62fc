package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.cli.Ptar.Outcome;

/// What the command does when something is wrong, or a name or a command is an odd one.
final class TroubleIT {
    @TempDir
    private Path folder;

    @BeforeEach
    void makeTree() throws Exception {
        Files.writeString(Files.createDirectories(folder.resolve("tree")).resolve("file"), "content\n");
        Files.createSymbolicLink(folder.resolve("tree/link"), Path.of("file"));
    }

    private Ptar ptar() {
        return Ptar.in(folder).with("LC_ALL", "C.UTF-8");
    }

    private Outcome done(String... arguments) throws Exception {
        Outcome outcome = ptar().run(arguments);
        assertEquals(0, outcome.exitCode(), outcome::err);
        return outcome;
    }

    private static void damage(Path archive, long offset) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(archive.toFile(), "rw")) {
            file.seek(offset);
            int b = file.read();
            file.seek(offset);
            file.write(b ^ 0x55);
        }
    }

    @Test
    void removesNothingOfWhatAWrongArchiveHolds() throws Exception {
        // A pipe's reader cuts what was written: the archive that is read back is another one.
        done("cf", "other.ptar", "tree");
        damage(folder.resolve("other.ptar"), Files.size(folder.resolve("other.ptar")) - 40);
        Path fifo = folder.resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        Process other = new ProcessBuilder("sh", "-c", "cat fifo > written; cat other.ptar > fifo")
                .directory(folder.toFile()).start();
        Outcome outcome = ptar().run("cf", "fifo", "-W", "--remove-files", "tree");
        assertTrue(other.waitFor(60, TimeUnit.SECONDS));
        assertEquals(2, outcome.exitCode(), outcome::err);
        assertTrue(Files.exists(folder.resolve("tree/file")));
    }

    @Test
    void removesWhatItHasArchived() throws Exception {
        done("cf", "a.ptar", "-W", "--remove-files", "tree");
        assertFalse(Files.exists(folder.resolve("tree")));
        assertEquals("tree/\ntree/file\ntree/link\n", done("tf", "a.ptar").out());
    }

    /// The pipe is full before all of the noise is in it, and what reads it has put a file in the place of the link.
    @Test
    void removesNothingThatCameInThePlaceOfWhatItHasArchived() throws Exception {
        byte[] noise = new byte[1 << 20];
        new Random(1).nextBytes(noise);
        Files.write(folder.resolve("tree/noise"), noise);
        Process shell = new ProcessBuilder("sh", "-c", Ptar.LAUNCHER + " c --remove-files tree 2> err |"
                + " { head -c 20000; rm tree/link; echo precious > tree/link; cat; } > a.ptar")
                .directory(folder.toFile()).start();
        assertTrue(shell.waitFor(60, TimeUnit.SECONDS));
        try (Stream<Path> left = Files.list(folder.resolve("tree"))) {
            assertEquals(List.of(folder.resolve("tree/link")), left.toList());
        }
        assertEquals("precious\n", Files.readString(folder.resolve("tree/link")));
        assertEquals("ptar: tree/link: file changed since it was archived; not removed\n",
                Files.readString(folder.resolve("err")));
        assertEquals("tree/\ntree/file\ntree/link\ntree/noise\n", done("tf", "a.ptar").out());
    }

    @Test
    void removesWhatWentIntoAPipe() throws Exception {
        Process shell = new ProcessBuilder(
                "sh", "-c", Ptar.LAUNCHER + " c --remove-files tree | cat > a.ptar").directory(folder.toFile()).start();
        assertTrue(shell.waitFor(60, TimeUnit.SECONDS));
        assertFalse(Files.exists(folder.resolve("tree")));
        done("tf", "a.ptar");
    }

    /// Where Java can name an archive and where only its bytes do, by a link and by its name.
    @ParameterizedTest
    @ValueSource(strings = {"a.ptar", "m\u00e4rz.ptar"})
    void replacesAnArchiveAsItWas(String name) throws Exception {
        String done = Shell.prepare(folder, """
                echo old > $1; chmod 640 $1; ln -s $1 link; export LC_ALL=C
                ptar cf link tree
                test -L link; stat -c %a $1; ptar tf $1
                ptar cf $1 --remove-files tree/file
                test -L link; stat -c %a $1; ptar tf link; ls -A | wc -l
                """, name);
        assertEquals("640\ntree/\ntree/file\ntree/link\n640\ntree/file\n3\n", done);
    }

    @Test
    void readsADamagedArchiveFromStandardInput() throws Exception {
        done("cf", "a.ptar", "tree");
        Path archive = folder.resolve("a.ptar");
        damage(archive, Files.size(archive) - 40);
        Outcome listed = ptar().run(archive, "t");
        assertEquals("tree/\ntree/file\ntree/link\n", listed.out(), listed::err);
        assertEquals(2, listed.exitCode());
    }

    @Test
    void runsCommandsToTheByte() throws Exception {
        done("cf", "a.ptar", "tree");
        assertEquals("a\\b", done("xf", "a.ptar", "--to-command=printf %s 'a\\b'").out());
        Outcome accents = Ptar.in(folder).with("LC_ALL", "C").run(
                "xf", "a.ptar", "--transform=s/file/ü'\\\\/", "--to-command=printf '%s ö%%' \"$TAR_FILENAME\"");
        assertEquals("tree/ü'\\ ö%", accents.out(), accents::err);
    }

    @Test
    void goesOnBehindCommandsThatReadNothing() throws Exception {
        byte[] noise = new byte[3 << 20];
        new Random(1).nextBytes(noise);
        Files.write(folder.resolve("tree/noise"), noise);
        done("cf", "a.ptar", "tree");
        done("xf", "a.ptar", "--to-command=true");
        assertEquals("8\n3145728\n", done("xf", "a.ptar", "--to-command=wc -c").out());
        for (String command : new String[] {"exit 3", "kill -9 $$"}) {
            Outcome failed = ptar().run("xf", "a.ptar", "--to-command=" + command);
            assertEquals(2, failed.exitCode(), failed::err);
            assertEquals(2, failed.err().lines().filter(line -> line.contains(": Child ")).count(), failed::err);
        }
    }

    @Test
    void asksForTimesToTheByte() throws Exception {
        Files.move(folder.resolve("tree/file"), folder.resolve("tree/a'\\ü"));
        String command = "f() { [ -L \"$1\" -o -e \"$1\" ] && printf '2001-02-%s\\n' 03; }; f";
        done("cf", "a.ptar", "--set-mtime-command=" + command, "tree");
        String listed = done("tvf", "a.ptar").out();
        assertEquals(3, listed.lines().filter(line -> line.contains("2001-02-03")).count(), listed);
    }

    @Test
    void needsATopFolderThatIsOne() throws Exception {
        done("cf", "..ptar", "tree");
        Outcome outcome = ptar().run("xf", "..ptar", "--one-top-level");
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().startsWith("ptar: Cannot deduce top-level directory name"), outcome::err);
    }

    @Test
    void passesOverWhatGetsTooLongAName() throws Exception {
        done("cf", "a.ptar", "tree");
        Files.createDirectory(folder.resolve("out"));
        Outcome outcome = ptar().run(
                "xf", "a.ptar", "-C", "out", "--transform=s/file/" + "x".repeat(65_535) + "/S");
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().startsWith("ptar: tree/file: Cannot extract: its new name is longer than 65535"),
                outcome::err);
        assertTrue(Files.isSymbolicLink(folder.resolve("out/tree/link")));
    }

    @Test
    void transformsTargetsOfLinks() throws Exception {
        done("cf", "a.ptar", "tree");
        Files.createDirectory(folder.resolve("out"));
        done("xf", "a.ptar", "-C", "out", "--transform=s/file/other/");
        assertEquals(Path.of("other"), Files.readSymbolicLink(folder.resolve("out/tree/link")));
        assertEquals("content\n", Files.readString(folder.resolve("out/tree/link")));
        Files.createDirectory(folder.resolve("names"));
        done("xf", "a.ptar", "-C", "names", "--transform=s/file/other/S");
        assertEquals(Path.of("file"), Files.readSymbolicLink(folder.resolve("names/tree/link")));
    }

    @Test
    void saysErrorsOfJavaInOneLine() throws Exception {
        Files.createSymbolicLink(folder.resolve("tree/long"), Path.of("a".repeat(4000)));
        Outcome outcome = ptar().with("PTAR_JAVA_OPTS", "-Xss180k")
                .run("cf", "a.ptar", "--transform=s/\\(a\\|b\\)*c/x/s", "tree");
        assertTrue(outcome.err().startsWith("ptar: internal error: java.lang.StackOverflowError"), outcome::err);
        assertFalse(outcome.err().contains("\tat "), outcome::err);
        assertEquals(2, outcome.exitCode());
    }
}
