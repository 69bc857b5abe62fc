package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the scripts of `parity-cases.txt` with GNU tar and with ptar, and compares what they say and do. GNU tar is the
/// expectation: 1.34 or later, as root (owners, devices).
final class ParityIT {
    /// What is below `out`; the time only where it is an old one.
    private static final String RESULT = """

            code=$?
            cd "$TOP" && find out -mindepth 1 -printf '%P %M %s %l %n %U:%G %TY%Tm%Td\\n' \\
              | sed "s/$(date +%Y%m%d)$/today/" | sort > ../tree
            find out -type f | sort | xargs -d '\\n' -r cat >> ../tree
            exit $code
            """;

    @TempDir
    private Path folder;

    /// What one of the programs did.
    private record Outcome(int exitCode, List<String> out, String err, String tree) {}

    @BeforeAll
    static void needsGnuTarAndRoot() throws Exception {
        Process version = new ProcessBuilder("tar", "--version").start();
        String first = new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(first.startsWith("tar (GNU tar) 1.3"), "GNU tar is not there");
        assumeTrue(System.getProperty("user.name").equals("root"), "owners and devices need root");
    }

    static List<ShellCase> cases() throws IOException {
        return ShellCase.read("parity-cases.txt");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void doesWhatTarDoes(ShellCase given) throws Exception {
        Outcome expected = run("tar", given.script(), "--sort=name", "tar");
        Outcome actual = run(Ptar.LAUNCHER.toString(), given.script(), "", "ptar");
        assertAll(
                () -> assertEquals(expected.exitCode, actual.exitCode, "exit code; " + actual.err),
                () -> assertEquals(expected.out, actual.out, "standard output"),
                () -> assertEquals(expected.err, actual.err, "standard error"),
                () -> assertEquals(expected.tree, actual.tree, "what was extracted"));
    }

    private Outcome run(String program, String script, String options, String name) throws Exception {
        Path top = Files.createDirectories(folder.resolve(name).resolve("DIR"));
        Path out = top.resolveSibling("stdout");
        Path err = top.resolveSibling("stderr");
        int exitCode = ShellCase.run(
                ShellCase.TREE + script + RESULT, top, program,
                Map.of("TOP", top.toString(), "TAR_OPTIONS", options), out, err);
        return new Outcome(
                exitCode, normalised(out, name).lines().sorted().toList(), normalised(err, name),
                normalised(top.resolveSibling("tree"), name));
    }

    private static String normalised(Path file, String name) throws IOException {
        return ShellCase.textOf(file)
                .replace("/" + name + "/", "/")
                .replaceAll("(?m)^ptar: ", "tar: ")
                .replace("'ptar --", "'tar --")
                .replace("--delete' or  ", "--delete' or ");
    }
}
