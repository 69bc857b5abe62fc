package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the scripts of `own-cases.txt`: what ptar does better than tar, bad input, full disks, signals, attacks.
final class OwnCasesIT {
    @TempDir
    private Path folder;

    @BeforeAll
    static void needsRoot() {
        assumeTrue(System.getProperty("user.name").equals("root"), "owners and other users need root");
    }

    static List<ShellCase> cases() throws IOException {
        return ShellCase.read("own-cases.txt");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void doesWhatItSays(ShellCase given) throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x")); // for other users
        Path top = Files.createDirectory(folder.resolve("top"));
        Path out = folder.resolve("out");
        int exitCode = ShellCase.run(
                ShellCase.TREE + given.script(), top, Ptar.LAUNCHER.toString(), Map.of(), out, out);
        String said = ShellCase.textOf(out).replace(top.toString(), "TOP");
        assertEquals(given.expected().strip() + "\n-- " + given.exitCode(), said.strip() + "\n-- " + exitCode);
    }
}
