package ptar.tree.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import ptar.tree.Bytes;

/// Programs that we did not write, to look at the file system with.
public final class Host {
    private Host() {}

    /// What a program that must succeed prints, less the last newline; the test is skipped if it is not there.
    public static String run(String... command) {
        assumeTrue(has(command[0]), command[0] + " is not installed");
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), () -> Arrays.toString(command) + ": " + output);
            return output.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String shell(Path folder, String script) {
        return run("sh", "-ec", "cd \"$0\"; " + script, folder.toString());
    }

    /// What JUnit can't remove: paths longer than the kernel takes.
    public static void removeAll(Path folder) {
        shell(folder, "find . -mindepth 1 -delete");
    }

    public static final boolean IS_ROOT = run("id", "-u").equals("0");

    public static void assumeRoot() {
        assumeTrue(IS_ROOT, "needs to be root");
    }

    private static boolean has(String program) {
        return Stream.of("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin")
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    public static Bytes bytes(Path path) {
        return Bytes.of(path.toString());
    }
}
