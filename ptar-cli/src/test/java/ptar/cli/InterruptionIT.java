package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Signals at a bad moment, and files that change while they are read.
final class InterruptionIT {
    private static final long TIMEOUT_NANOS = 60_000_000_000L;

    @TempDir
    private static Path folder;

    private interface Condition {
        boolean holds() throws IOException;
    }

    @BeforeAll
    static void makesFilesThatTakeAWhile() throws Exception {
        Shell.prepare(folder, """
                mkdir t; for i in 1 2 3 4 5 6 7 8; do head -c 20000000 /dev/urandom > t/f$i; done
                ptar cf whole.ptar t
                """);
    }

    @ParameterizedTest
    @CsvSource({"KILL,137", "INT,130", "TERM,143", "HUP,129"})
    void keepsTheOldArchive(String signal, int exitCode) throws Exception {
        Path place = Files.createDirectory(folder.resolve("create" + signal));
        Path old = Files.writeString(place.resolve("a.ptar"), "old");
        Process ptar = Shell.builder(folder, "exec \"$PTAR\" cf create" + signal + "/a.ptar t")
                .redirectErrorStream(true).start();
        await(ptar, () -> sizeOfOthers(place, old) > 1_000_000);

        Shell.prepare(folder, "kill -" + signal + " " + ptar.pid());

        assertEquals("", new String(ptar.getInputStream().readAllBytes()));
        assertEquals(exitCode, end(ptar));
        assertEquals("old", Files.readString(old));
        if (!signal.equals("KILL")) {
            assertEquals(List.of(old), list(place));
        }
    }

    @ParameterizedTest
    @CsvSource({"INT,130,file", "TERM,143,file", "INT,130,pipe", "TERM,143,pipe"})
    void leavesOnlyWholeFilesUnderTheirNames(String signal, int exitCode, String from) throws Exception {
        String name = "extract" + signal + from;
        Path place = Files.createDirectory(folder.resolve(name));
        Process ptar = Shell.builder(
                folder,
                "exec \"$PTAR\" x -C " + name + (from.equals("file") ? " -f whole.ptar" : " < <(cat whole.ptar)"))
                .redirectErrorStream(true).start();
        await(ptar, () -> Files.exists(place.resolve("t")) && !list(place.resolve("t")).isEmpty());

        Shell.prepare(folder, "kill -" + signal + " " + ptar.pid());

        assertEquals("", new String(ptar.getInputStream().readAllBytes()));
        assertEquals(exitCode, end(ptar));
        for (Path file : list(place.resolve("t"))) {
            Path original = folder.resolve("t").resolve(file.getFileName());
            assertTrue(Files.exists(original), "left behind: " + file);
            assertEquals(-1, Files.mismatch(original, file), "not whole: " + file);
        }
        Shell.prepare(folder, "rm -r " + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-f whole.ptar", "< <(cat whole.ptar)"})
    void keepsWhatItHadNotReplacedYetWhenItIsKilled(String archive) throws Exception {
        Shell.prepare(folder, "rm -rf over; mkdir -p over/t; for i in 1 2 3 4 5 6 7 8; do echo old > over/t/f$i; done");
        Path place = folder.resolve("over/t");
        Process ptar = Shell.builder(folder, "exec \"$PTAR\" x -C over " + archive).start();
        await(ptar, () -> list(place).size() > 8 || sizeOfOthers(place, place) > 1_000_000);

        Shell.prepare(folder, "kill -KILL " + ptar.pid());

        assertEquals(137, end(ptar));
        for (int i = 1; i <= 8; i++) {
            Path file = place.resolve("f" + i);
            assertTrue(
                    Files.size(file) == 4 || Files.mismatch(file, folder.resolve("t/f" + i)) == -1,
                    "not whole: " + file);
        }
    }

    @Test
    void tellsWhatShrankGrewAndVanishedWhileItWasRead() throws Exception {
        Shell.prepare(folder, "cp -r t changing");
        Path archive = folder.resolve("changing.ptar");
        Path err = folder.resolve("changing.err");
        Process ptar = Shell.builder(folder, "exec \"$PTAR\" cf changing.ptar changing").redirectError(err.toFile())
                .start();
        await(ptar, () -> sizeOf(folder, ".changing.ptar") > 1_000_000);

        Shell.prepare(folder, "echo more >> changing/f8; truncate -s 1000 changing/f7; rm changing/f6");

        assertEquals(Console.DIFFERS, end(ptar));
        List<String> lines = Files.readAllLines(err);
        assertTrue(lines.contains("ptar: changing/f8: file changed as we read it"), lines.toString());
        assertTrue(
                lines.contains("ptar: changing/f7: File shrank by 19999000 bytes; padding with zeros"),
                lines.toString());
        assertTrue(lines.contains("ptar: changing/f6: File removed before we read it"), lines.toString());
        assertEquals(3, lines.size(), lines.toString());
        assertFalse(Shell.run(folder, "ptar tf changing.ptar").out().contains("f6"));
        Shell.prepare(folder, """
                mkdir changed; ptar xf changing.ptar -C changed
                for i in 1 2 3 4 5; do cmp t/f$i changed/changing/f$i; done
                cmp t/f8 changed/changing/f8; cmp -n 1000 t/f7 changed/changing/f7
                """);
        Files.delete(archive);
    }

    @Test
    void endsThoughAFileKeepsGrowing() throws Exception {
        Shell.prepare(folder, "mkdir growing");
        Process writer = Shell.builder(folder, "while :; do head -c 1000000 /dev/zero >> growing/log; sleep 0.01; done")
                .start();
        try {
            await(writer, () -> Files.exists(folder.resolve("growing/log")));
            Ptar.Outcome outcome = Shell.run(folder, "ptar cf growing.ptar growing");

            assertTrue(
                    outcome.exitCode() == 0 && outcome.err().isEmpty() || outcome.exitCode() == Console.DIFFERS
                            && outcome.err().equals("ptar: growing/log: file changed as we read it\n"),
                    outcome.exitCode() + " " + outcome.err());
        } finally {
            writer.destroyForcibly().waitFor();
        }
        assertEquals(0, Shell.run(folder, "mkdir grown; ptar xf growing.ptar -C grown").exitCode());
    }

    private static void await(Process process, Condition condition) throws Exception {
        long start = System.nanoTime();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() - start < TIMEOUT_NANOS, "nothing happened");
            assertTrue(process.isAlive(), "ended too early");
            Thread.sleep(2);
        }
    }

    private static int end(Process process) throws Exception {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
        return process.exitValue();
    }

    private static List<Path> list(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.toList();
        }
    }

    private static long sizeOfOthers(Path place, Path file) throws IOException {
        long size = 0;
        for (Path other : list(place)) {
            size += other.equals(file) ? 0 : Files.size(other);
        }
        return size;
    }

    private static long sizeOf(Path place, String prefix) throws IOException {
        for (Path file : list(place)) {
            if (file.getFileName().toString().startsWith(prefix)) {
                return Files.size(file);
            }
        }
        return 0;
    }
}
