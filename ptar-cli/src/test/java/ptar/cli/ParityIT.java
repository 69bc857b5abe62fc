package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the scripts of `parity-cases.txt` with GNU tar and with ptar, and compares what they say and do. GNU tar is the
/// expectation: 1.34 or later, as root (owners, devices).
final class ParityIT {
    /// The tree that every case starts from, all times the same.
    private static final String TREE = """
            mkdir -p d/sub c out; echo hi > d/a; ln d/a d/h; ln -s a d/l; echo x > d/sub/f; touch c/z
            find . -exec touch -h -d '2026-01-02 03:04:05' {} +
            """;
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

    private record Case(String name, String script) {
        @Override
        public String toString() {
            return name;
        }
    }

    /// What one of the programs did.
    private record Outcome(int exitCode, List<String> out, String err, String tree) {}

    @BeforeAll
    static void needsGnuTarAndRoot() throws Exception {
        Process version = new ProcessBuilder("tar", "--version").start();
        String first = new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(first.startsWith("tar (GNU tar) 1.3"), "GNU tar is not there");
        assumeTrue(System.getProperty("user.name").equals("root"), "owners and devices need root");
    }

    static Stream<Case> cases() throws IOException {
        String text;
        try (InputStream in = ParityIT.class.getResourceAsStream("parity-cases.txt")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<Case> cases = new ArrayList<>();
        for (String part : text.split("\n== ")) {
            int end = part.indexOf('\n');
            cases.add(new Case(part.substring(0, end), part.substring(end + 1)));
        }
        return cases.stream().skip(1); // the file's own introduction
    }

    @ParameterizedTest
    @MethodSource("cases")
    void doesWhatTarDoes(Case given) throws Exception {
        Outcome expected = run("tar", given.script, "--sort=name", "tar");
        Outcome actual = run(Ptar.LAUNCHER.toString(), given.script, "", "ptar");
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
        // No terminal, so that none is asked.
        ProcessBuilder builder = new ProcessBuilder("setsid", "-w", "sh", "-c", TREE + script + RESULT)
                .directory(top.toFile()).redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("T", program);
        builder.environment().put("A", "archive");
        builder.environment().put("TOP", top.toString());
        builder.environment().put("TAR_OPTIONS", options);
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        Process process = builder.start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after 120 s");
        }
        return new Outcome(
                process.exitValue(), normalised(out, name).lines().sorted().toList(), normalised(err, name),
                normalised(top.resolveSibling("tree"), name));
    }

    private String normalised(Path file, String name) throws IOException {
        // Latin-1 keeps bytes that are not UTF-8 apart.
        return Files.readString(file, StandardCharsets.ISO_8859_1)
                .replace("/" + name + "/", "/")
                .replaceAll("(?m)^ptar: ", "tar: ")
                .replace("'ptar --", "'tar --")
                .replace("option or  '", "option or '")
                .replace("--delete' or  ", "--delete' or ");
    }
}
