package ptar.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A shell script of a case file, which uses the program as `$T` and the archive as `$A`.
///
/// @param expected what it must print, and with which exit code; null where another program says it
record ShellCase(String name, String script, Integer exitCode, String expected) {
    /// The tree that every case starts from, all times the same.
    static final String TREE = """
            mkdir -p d/sub c out; echo hi > d/a; ln d/a d/h; ln -s a d/l; echo x > d/sub/f; touch c/z
            find . -exec touch -h -d '2026-01-02 03:04:05' {} +
            """;

    private static final long TIMEOUT_SECONDS = 120;

    @Override
    public String toString() {
        return name;
    }

    /// Cases begin with `== name`; in the last line of a script `-- N` begins what is expected.
    static List<ShellCase> read(String resource) throws IOException {
        String text;
        try (InputStream in = ShellCase.class.getResourceAsStream(resource)) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<ShellCase> cases = new ArrayList<>();
        for (String part : text.split("\n== ")) {
            int end = part.indexOf('\n');
            String[] halves = part.substring(end + 1).split("(?m)^-- ", 2);
            if (halves.length == 1) {
                cases.add(new ShellCase(part.substring(0, end), halves[0], null, null));
            } else {
                int line = halves[1].indexOf('\n');
                cases.add(new ShellCase(
                        part.substring(0, end), halves[0], Integer.valueOf(halves[1].substring(0, line)),
                        halves[1].substring(line + 1)));
            }
        }
        return cases.subList(1, cases.size()); // the first part is the file's own introduction
    }

    /// Runs a script in a folder that exists, without a terminal, in the C locale and UTC.
    ///
    /// @return the exit code
    static int run(
            String script, Path folder, String program, Map<String, String> environment, Path out, Path err)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("setsid", "-w", "sh", "-c", script)
                .directory(folder.toFile()).redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile());
        if (err.equals(out)) {
            builder.redirectErrorStream(true);
        } else {
            builder.redirectError(err.toFile());
        }
        builder.environment().putAll(Map.of("T", program, "A", "archive", "LC_ALL", "C", "TZ", "UTC"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + TIMEOUT_SECONDS + " s");
        }
        return process.exitValue();
    }

    /// What a program wrote, one character for each byte.
    static String textOf(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
