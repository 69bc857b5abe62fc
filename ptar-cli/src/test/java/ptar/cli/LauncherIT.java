package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.cli.options.UsageException;

/// The `ptar` script itself: how it finds itself and Java, and that it leaves streams and exit codes alone.
final class LauncherIT {
    @TempDir
    private Path folder;

    @Test
    void printsItsVersionAndNothingElse() throws Exception {
        Ptar.Outcome outcome = Ptar.in(folder).run("--version");

        assertEquals("", outcome.err());
        assertTrue(outcome.out().matches("ptar [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?\n"), outcome.out());
        assertEquals(0, outcome.exitCode());
    }

    @Test
    void passesTheExitCodeThrough() throws Exception {
        assertEquals(UsageException.OPTIONS, Ptar.in(folder).run("--no-such-option").exitCode());
    }

    @Test
    void startsThroughLinksFromAnyFolder() throws Exception {
        Path spaced = Files.createDirectories(folder.resolve("with space/bin"));
        Path first = Files.createSymbolicLink(folder.resolve("with space/first"), Ptar.LAUNCHER);
        Files.createSymbolicLink(spaced.resolve("second"), Path.of("../first"));

        Ptar.Outcome outcome = Ptar.in(spaced).startedAs(spaced.resolve("second")).run("--version");
        Files.delete(first); // JUnit warns of links that lead out of its folder

        assertEquals("", outcome.err());
        assertEquals(0, outcome.exitCode());
    }

    @Test
    void saysThatTheWorkingFolderWasRemoved() throws Exception {
        Ptar.Outcome outcome = Shell.run(folder, "mkdir gone; cd gone; rmdir ../gone; ptar tf a");

        assertTrue(outcome.err().endsWith("ptar: error: the working folder was removed\n"), outcome.err());
        assertEquals(Console.FAILED, outcome.exitCode());
    }

    /// What users do most: a class that is not in the cache is looked for in one jar after the other.
    @ParameterizedTest
    @ValueSource(strings = {
        "ptar --version", "ptar tvf a.ptar", "ptar xf a.ptar -C out", "ptar xf a.ptar -C out tree/file",
        "ptar xOf a.ptar tree/file", "ptar cf b.ptar tree", "ptar czvf b.ptar --exclude='*.o' --totals tree",
        "ptar cf - tree > b.ptar", "cat a.ptar | ptar tf -", "cat a.ptar | ptar xf - -C out",
        "ptar cf b.ptar --key-file=key tree", "ptar tf sealed.ptar --key-file=key"
    })
    void takesNoClassFromAJar(String command) throws Exception {
        List<String> classes = classesOf(command);

        assertEquals(List.of(), classes.stream().filter(line -> line.contains("source: file:")).toList());
        assertTrue(
                classes.stream().anyMatch(line -> line.contains("ptar.cli.Main source: shared objects file")),
                classes::toString);
    }

    /// Each takes about a millisecond. One record's `equals` that is not written out makes ten.
    @ParameterizedTest
    @ValueSource(strings = {"ptar --version", "ptar tf a.ptar", "cat a.ptar | ptar tf -"})
    void makesHardlyAnyClassAtRunTime(String command) throws Exception {
        List<String> made = classesOf(command).stream().filter(line -> line.matches(".*/0x[0-9a-f]+ source: .*"))
                .filter(line -> !line.contains("shared objects file")).toList();

        assertTrue(made.size() <= 5, made::toString);
    }

    /// What a command loads, and where each class comes from.
    private List<String> classesOf(String command) throws Exception {
        Shell.prepare(folder, """
                mkdir -p tree/folder out
                echo content > tree/file
                ln tree/file tree/folder/name
                ln -s file tree/link
                ptar cf a.ptar tree
                ptar key new key
                ptar cf sealed.ptar --key-file=key tree
                export PTAR_JAVA_OPTS=-Xlog:class+load:file=classes
                """ + command);
        return Files.readAllLines(folder.resolve("classes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"17.0.15", "24.0.2", "25", "25.0.2", "25-ea", ""})
    void refusesJavaThatIsTooOld(String version) throws Exception {
        Ptar.Outcome outcome = Ptar.in(folder).with("PTAR_JAVA_HOME", fakeJava(version).toString()).run("--version");

        assertTrue(outcome.err().contains("needs Java 25.0.3 or later"), outcome.err());
        assertEquals("", outcome.out());
        assertEquals(2, outcome.exitCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"25.0.3", "25.0.10", "25.0.3.0.1", "25.1", "26", "26-ea", "29.0.1"})
    void takesJavaThatIsNewEnough(String version) throws Exception {
        Ptar.Outcome outcome = Ptar.in(folder).with("PTAR_JAVA_HOME", fakeJava(version).toString())
                .run("-t", "a  b", "");

        assertTrue(outcome.out().endsWith(" ptar.cli.Main <-t> <a  b> <>\n"), outcome.out());
        assertEquals(7, outcome.exitCode());
    }

    @ParameterizedTest
    @CsvSource({
        "t big.ptar, true", "xf big.ptar name, true", "xf small.ptar, true", "-x -f small.ptar -C d, true",
        "-x --file=small.ptar, true", "xf big.ptar, false", "-x --file=big.ptar, false", "x, false",
        "xf sealed.ptar, false", "-x --file=sealed.ptar, false", "t sealed.ptar, false", "xf sealed.ptar name, false",
        "xf small.ptar --key-file=k, false", "xf s3://bucket/key, false", "cf small.ptar d, false"
    })
    void shortCommandsAreNotWorthASecondCompiler(String words, boolean oneCompiler) throws Exception {
        Files.writeString(folder.resolve("small.ptar"), "small");
        Files.writeString(folder.resolve("sealed.ptar"), "PTAR" + "\0".repeat(252));
        try (RandomAccessFile big = new RandomAccessFile(folder.resolve("big.ptar").toFile(), "rw")) {
            big.setLength(256 << 20);
        }
        Ptar.Outcome outcome = Ptar.in(folder).with("PTAR_JAVA_HOME", fakeJava("25.0.3").toString())
                .run(words.split(" "));

        assertEquals(oneCompiler, outcome.out().startsWith("C1 alone"), outcome.out());
    }

    /// A folder that looks like a JDK; its `java` prints what it was called with and exits with 7.
    private Path fakeJava(String version) throws IOException {
        Path home = Files.createDirectories(folder.resolve("jdk " + version));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"None\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                while [ "$1" != ptar.cli.Main ]; do
                  [ "$1" != -XX:TieredStopAtLevel=1 ] || printf 'C1 alone'
                  shift
                done
                shift
                printf ' ptar.cli.Main'
                printf ' <%s>' "$@"
                echo
                exit 7
                """);
        assertTrue(java.toFile().setExecutable(true));
        return home;
    }
}
