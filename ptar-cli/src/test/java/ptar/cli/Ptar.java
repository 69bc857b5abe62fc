package ptar.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs the built program through its launcher, as a user does.
final class Ptar {
    /// The launcher under test. Failsafe names it.
    static final Path LAUNCHER = Path.of(System.getProperty("ptar.launcher")).toAbsolutePath().normalize();

    private static final long TIMEOUT_SECONDS = 120;

    private final Path launcher;
    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();

    private Ptar(Path launcher, Path folder) {
        this.launcher = launcher;
        this.folder = folder;
    }

    /// ptar with `folder` as its working folder.
    static Ptar in(Path folder) {
        return new Ptar(LAUNCHER, folder);
    }

    /// The same, started by another name.
    Ptar startedAs(Path name) {
        Ptar ptar = new Ptar(name, folder);
        ptar.environment.putAll(environment);
        return ptar;
    }

    Ptar with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /// With what [ptar.cli.s3.S3Server] accepts, and nothing of who runs the tests.
    Ptar withS3At(URI endpoint) {
        return with("AWS_ACCESS_KEY_ID", "ptar-test").with("AWS_SECRET_ACCESS_KEY", "not-a-secret")
                .with("AWS_ENDPOINT_URL", endpoint.toString()).with("AWS_REGION", "us-east-1")
                .with("HOME", folder.toString());
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(environment);
        return builder;
    }

    /// Starts one command that says little, and leaves it to the caller.
    Process start(String... arguments) throws IOException {
        return builder(arguments).start();
    }

    /// Runs one command to its end, without standard input.
    Outcome run(String... arguments) throws IOException, InterruptedException {
        return run(Path.of("/dev/null"), arguments);
    }

    /// Runs one command to its end with a file as standard input.
    Outcome run(Path standardInput, String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile("ptar-it", ".out");
        Path err = Files.createTempFile("ptar-it", ".err");
        try {
            Process process = builder(arguments).redirectInput(standardInput.toFile())
                    .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "still running after " + TIMEOUT_SECONDS + " s: " + String.join(" ", arguments));
            }
            return new Outcome(process.exitValue(), Files.readAllBytes(out), Files.readAllBytes(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /// How a run ended, and what it wrote to its two streams.
    record Outcome(int exitCode, byte[] outBytes, byte[] errBytes) {
        String out() {
            return new String(outBytes, StandardCharsets.UTF_8);
        }

        String err() {
            return new String(errBytes, StandardCharsets.UTF_8);
        }
    }
}
