package ptar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs bash scripts in which `ptar` is the launcher under test: pipes, signals and names that Java can't write.
final class Shell {
    private static final long TIMEOUT_SECONDS = Boolean.getBoolean("ptar.large") ? 1200 : 120;

    private Shell() {}

    /// Runs a script to its end. A pipe fails if any part of it does.
    static Ptar.Outcome run(Path folder, String script, String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile("ptar-it", ".out");
        Path err = Files.createTempFile("ptar-it", ".err");
        try {
            Process process = builder(folder, script, arguments).redirectOutput(out.toFile())
                    .redirectError(err.toFile()).start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError("still running after " + TIMEOUT_SECONDS + " s: " + script);
            }
            return new Ptar.Outcome(process.exitValue(), Files.readAllBytes(out), Files.readAllBytes(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /// Runs a script that prepares something.
    ///
    /// @return what it printed
    static String prepare(Path folder, String script, String... arguments) throws IOException, InterruptedException {
        Ptar.Outcome outcome = run(folder, "set -e\n" + script, arguments);
        if (outcome.exitCode() != 0) {
            throw new AssertionError("exit code " + outcome.exitCode() + " of " + script + "\n" + outcome.err());
        }
        return outcome.out();
    }

    static ProcessBuilder builder(Path folder, String script, String... arguments) {
        List<String> command = new java.util.ArrayList<>(
                List.of("bash", "-c", "set -o pipefail; ptar() { \"$PTAR\" \"$@\"; }; " + script, "bash"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(Map.of("PTAR", Ptar.LAUNCHER.toString(), "LC_ALL", "C.UTF-8"));
        return builder;
    }

    /// Says how one tree differs from another, byte by byte and by all metadata that `find` knows; empty if not at all.
    static String differences(Path folder, String tree, String other) throws IOException, InterruptedException {
        return run(folder, """
                list() { (cd "$1" && find . -type d -printf '%p d %m %U %G %T@\\0' \
                    -o -printf '%p %y %m %U %G %s %T@ %n %l\\0' | sort -z | tr '\\0\\n' '\\n ') }
                diff <(list "$1") <(list "$2")
                diff -r --no-dereference "$1" "$2" 2>&1 | grep -v -e 'is a fifo' -e 'is a character special file' \
                    -e 'is a socket' -e 'recursive directory loop'
                if command -v rsync > /dev/null; then
                    rsync -aHAXn --delete --itemize-changes "$1/" "$2/"
                fi
                """, tree, other).out();
    }

    /// One line, of ptar, without a stack trace.
    static boolean isMessage(String line) {
        return line.startsWith("ptar: ") && !line.contains("Exception") && !line.contains("internal error");
    }
}
