package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Encrypted archives as users meet them: `--encrypt`, `ptar key`, passwords at a terminal. Key files, where the
/// password is not the point: a password takes a second.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EncryptIT {
    private static final int SEGMENT = 65_536;
    private static final String SECRET = "what nobody else may read, ";
    private static final String NO_KEY = "ptar: a.ptar: no key fits, or the header is damaged ("
            + "'ptar key ls' shows what opens it)\n";

    @TempDir
    private Path folder;
    private Ptar ptar;

    @BeforeEach
    void tree() throws Exception {
        ptar = Ptar.in(folder);
        Files.createDirectories(folder.resolve("tree/hidden-folder"));
        Files.writeString(folder.resolve("tree/hidden-folder/hidden-name.txt"), SECRET.repeat(10));
        byte[] noise = new byte[3 * SEGMENT]; // does not compress: four segments at least
        new Random(1).nextBytes(noise);
        Files.write(folder.resolve("tree/noise"), noise);
        succeed("key", "new", "k");
    }

    private Ptar.Outcome succeed(String... arguments) throws Exception {
        Ptar.Outcome outcome = ptar.run(arguments);
        assertEquals("", outcome.err());
        assertEquals(0, outcome.exitCode());
        return outcome;
    }

    private void create(String archive) throws Exception {
        succeed("--encrypt", "--key-file=k", "-cf", archive, "tree");
    }

    private byte[] bytes(String file) throws IOException {
        return Files.readAllBytes(folder.resolve(file));
    }

    private static int headerLength(byte[] archive) {
        return ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
    }

    private void assertRestored(String target) throws IOException {
        for (String name : List.of("tree/noise", "tree/hidden-folder/hidden-name.txt")) {
            assertArrayEquals(bytes(name), bytes(target + "/" + name));
        }
    }

    // ---- round trips

    @Test
    void comesBackFromAFile() throws Exception {
        create("a.ptar");
        Files.createDirectory(folder.resolve("out"));

        assertEquals("tree/\ntree/hidden-folder/\ntree/hidden-folder/hidden-name.txt\ntree/noise\n",
                succeed("-tf", "a.ptar", "--key-file=k").out());
        assertEquals(SECRET.repeat(10),
                succeed("-xOf", "a.ptar", "--key-file=k", "tree/hidden-folder/hidden-name.txt").out());
        succeed("-xf", "a.ptar", "--key-file", "k", "-C", "out");
        assertRestored("out");
    }

    @Test
    void comesBackThroughAPipe() throws Exception {
        Process shell = new ProcessBuilder("sh", "-c",
                "mkdir out && '" + Ptar.LAUNCHER + "' -c --key-file=k tree | cat | '" + Ptar.LAUNCHER
                        + "' -x --key-file=k -C out")
                .directory(folder.toFile()).redirectErrorStream(true).start();

        assertEquals("", new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, shell.waitFor());
        assertRestored("out");
    }

    @Test
    void isReadBackWithoutAskingAgain() throws Exception {
        succeed("key", "new", "--pair", "identity");
        String recipient = Files.readAllLines(folder.resolve("identity")).get(1).substring(2);

        succeed("-cWf", "a.ptar", "--recipient", recipient, "tree");

        assertEquals(NO_KEY, ptar.run("-tf", "a.ptar", "--key-file=k").err());
        assertTrue(succeed("-tf", "a.ptar", "--identity=identity").out().endsWith("tree/noise\n"));
    }

    @Test
    void opensForEveryRecipientKeyFileAndPassword() throws Exception {
        Files.writeString(folder.resolve("recipients"), succeed("key", "new", "--pair", "one").out()
                + "# and another\n" + succeed("key", "new", "--pair", "two").out());
        Files.writeString(folder.resolve("pw"), "of a file\n");

        succeed("-cf", "a.ptar", "--recipient=recipients", "--key-file=k", "--password-file=pw", "tree");

        assertEquals(4, succeed("key", "ls", "a.ptar").out().lines().count());
        for (String key : List.of("--identity=one", "--identity=two", "--key-file=k",
                "--password-command=printf 'of\\040a\\40file'")) {
            assertEquals("tree/noise\n", succeed("-tf", "a.ptar", key, "tree/noise").out(), key);
        }
    }

    @Test
    void aKeyThatIsNamedEncryptsWithoutBeingTold() throws Exception {
        succeed("-cf", "a.ptar", "--key-file=k", "tree");

        assertEquals("   0  key file\n", succeed("key", "ls", "a.ptar").out());
    }

    @Test
    void plainArchivesAskForNothing() throws Exception {
        succeed("-cf", "a.ptar", "tree");

        assertEquals("a.ptar: is not encrypted\n", succeed("key", "ls", "a.ptar").out());
        ptar.with("PTAR_PASSWORD", "of other archives");
        assertEquals("tree/noise\n", succeed("-tf", "a.ptar", "tree/noise").out());
    }

    @Test
    void commandsThatAreRunDoNotSeeThePassword() throws Exception {
        ptar.with("PTAR_PASSWORD", "secret");
        String show = "echo ${PTAR_PASSWORD-none} >> seen";
        succeed("--encrypt", "-cf", "a.ptar", "--checkpoint=1", "--checkpoint-action=exec=" + show,
                "--set-mtime-command=" + show + "; echo 2026-11-22; :", "tree");
        succeed("-xf", "a.ptar", "--to-command=cat > /dev/null; " + show);
        succeed("-tf", "a.ptar", "--password-command=" + show + "; echo secret");

        List<String> seen = Files.readAllLines(folder.resolve("seen"));
        assertTrue(seen.size() > 8, "by each of the four: " + seen);
        assertEquals(Set.of("none"), new HashSet<>(seen));
    }

    /// Otherwise whoever can write where an encrypted archive lies can have anything extracted from it.
    @Test
    void aPlainArchiveIsRefusedWhereAKeyIsGiven() throws Exception {
        succeed("-cf", "a.ptar", "tree");
        byte[] withoutHeader = bytes("a.ptar");
        withoutHeader[60] ^= 1;
        Files.write(folder.resolve("b.ptar"), withoutHeader);
        ptar.with("PTAR_PASSWORD", "p");

        for (String archive : List.of("a.ptar", "b.ptar")) {
            for (String key : List.of("--key-file=k", "--password-file=k", "--identity=k", "--encrypt")) {
                Ptar.Outcome outcome = ptar.run("-xOf", archive, key);
                assertTrue(outcome.err().contains("is not encrypted, and a key was given for it"), outcome.err());
                assertEquals("", outcome.out());
                assertEquals(2, outcome.exitCode());
            }
            Ptar.Outcome piped = Shell.run(folder, "cat " + archive + " | ptar -xO --key-file=k");
            assertEquals("", piped.out());
            assertEquals(2, piped.exitCode());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"conscrypt", "bc"})
    void bothProvidersReadWhatTheOtherWrote(String reader) throws Exception {
        String writer = reader.equals("bc") ? "conscrypt" : "bc";
        ptar.with("PTAR_CRYPTO", writer);
        assertTrue(succeed("--version", "-v").out().contains(writer.equals("bc") ? "BouncyCastle" : "Conscrypt"));
        create("a.ptar");
        ptar.with("PTAR_CRYPTO", reader);

        assertEquals(SECRET.repeat(10),
                succeed("-xOf", "a.ptar", "--key-file=k", "tree/hidden-folder/hidden-name.txt").out());
    }

    // ---- passwords

    @Test
    void aVariableGoesBeforeThePrompt() throws Exception {
        Files.writeString(folder.resolve("pw"), "p");

        assertEquals(0, atTerminal("PTAR_PASSWORD=p '%s' --encrypt -cf a.ptar tree", List.of()).exitCode);
        Terminal read = atTerminal("PTAR_PASSWORD_FILE=pw '%s' -tf a.ptar tree/noise", List.of());

        assertEquals("tree/noise\r\n", read.shown);
        assertEquals(0, read.exitCode);
    }

    @Test
    void aTypedPasswordIsAskedForTwiceAndDoesNotShow() throws Exception {
        Terminal created = atTerminal("'%s' --encrypt -cf a.ptar tree", List.of("häschen", "häschen"));
        Terminal read = atTerminal("'%s' -tf a.ptar tree/noise", List.of("häschen"));

        assertEquals("Password for a.ptar: \r\nPassword for a.ptar again: \r\n", created.shown);
        assertEquals(0, created.exitCode);
        assertEquals("Password for a.ptar: \r\ntree/noise\r\n", read.shown);
        assertEquals(0, read.exitCode);
    }

    @Test
    void anInterruptedQuestionLeavesTheTerminalAsItWas() throws Exception {
        Files.writeString(folder.resolve("pw"), "p");
        succeed("-cf", "a.ptar", "--password-file=pw", "tree");

        Terminal read = atTerminal("bash -c \"'%s' -tf a.ptar; echo code \\$?; stty -a | grep -o '[-]*echo '\"",
                List.of("\u0003"));

        assertTrue(read.shown.endsWith("code 130\r\necho \r\n"), read.shown);
    }

    /// A limit on the length of files does what a full disk does.
    @Test
    void aKeyThatCanNotBeWrittenLeavesNoFile() throws Exception {
        Ptar.Outcome outcome = Shell.run(folder, "(ulimit -f 0; ptar key new full) 2>&1 | cat");

        assertEquals("ptar: full: Cannot write: File too large\n", outcome.out());
        assertEquals(2, outcome.exitCode());
        assertFalse(Files.exists(folder.resolve("full")));
    }

    @Test
    void twoPasswordsThatDifferMakeNoArchive() throws Exception {
        Terminal created = atTerminal("'%s' --encrypt -cf a.ptar tree", List.of("one", "two"));

        assertTrue(created.shown.contains("the two passwords differ"), created.shown);
        assertEquals(2, created.exitCode);
        try (var files = Files.list(folder)) {
            assertEquals(Set.of("k", "tree"),
                    new HashSet<>(files.map(file -> file.getFileName().toString()).toList()));
        }
    }

    // ---- slots

    @Test
    void slotsChangeWithoutTheRestOfTheArchive() throws Exception {
        create("a.ptar");
        byte[] before = bytes("a.ptar");
        succeed("key", "new", "k2");

        succeed("key", "add", "a.ptar", "--key-file=k", "--new-key-file=k2");
        assertEquals("tree/noise\n", succeed("-tf", "a.ptar", "--key-file=k2", "tree/noise").out());
        succeed("key", "rm", "a.ptar", "0", "--key-file=k2");

        assertEquals(NO_KEY, ptar.run("-tf", "a.ptar", "--key-file=k").err());
        assertEquals("tree/noise\n", succeed("-tf", "a.ptar", "--key-file=k2", "tree/noise").out());
        byte[] after = bytes("a.ptar");
        int header = headerLength(before);
        assertEquals(before.length, after.length);
        assertArrayEquals(Arrays.copyOfRange(before, header, before.length - 128 - header),
                Arrays.copyOfRange(after, header, after.length - 128 - header));
        assertArrayEquals(Arrays.copyOf(after, header),
                Arrays.copyOfRange(after, after.length - 128 - header, after.length - 128));
    }

    @Test
    void aPasswordChanges() throws Exception {
        Files.writeString(folder.resolve("old"), "old");
        Files.writeString(folder.resolve("new"), "new");
        succeed("-cf", "a.ptar", "--password-file=old", "tree");

        succeed("key", "passwd", "a.ptar", "--password-file=old", "--new-password-file=new");

        assertEquals(NO_KEY, ptar.run("-tf", "a.ptar", "--password-file=old").err());
        assertEquals("tree/noise\n", succeed("-tf", "a.ptar", "--password-file=new", "tree/noise").out());
    }

    @Test
    void theLastSlotStays() throws Exception {
        create("a.ptar");
        byte[] before = bytes("a.ptar");

        Ptar.Outcome outcome = ptar.run("key", "rm", "a.ptar", "0", "--key-file=k");

        assertEquals("ptar: a.ptar: the last key slot stays: nobody could open the archive without it\n",
                outcome.err());
        assertEquals(2, outcome.exitCode());
        assertArrayEquals(before, bytes("a.ptar"));
    }

    @Test
    void whatKeysCanNotDoIsToldAsElsewhere() throws Exception {
        create("a.ptar");
        Ptar.Outcome full = Shell.run(folder, "ptar key ls a.ptar > /dev/full");
        assertEquals("ptar: standard output: Cannot write: No space left on device\n"
                + "ptar: Error is not recoverable: exiting now\n", full.err());
        assertEquals(2, full.exitCode());

        ptar.with("PTAR_CRYPTO", "x");
        for (String[] command : new String[][] {
            {"-tf", "a.ptar", "--key-file=k"}, {"-cf", "b.ptar", "--key-file=k", "tree"}, {"--version", "-v"},
            {"key", "rm", "a.ptar", "0", "--key-file=k"}}) {
            Ptar.Outcome refused = ptar.run(command);
            assertEquals("ptar: PTAR_CRYPTO=x: conscrypt or bc is allowed\n"
                    + "ptar: Error is not recoverable: exiting now\n", refused.err());
            assertEquals(2, refused.exitCode());
        }
        assertFalse(Files.exists(folder.resolve("b.ptar")));
    }

    // ---- what the bytes tell

    @Test
    void aPaddedArchiveHasTheLengthOfOneWithAnotherFile() throws Exception {
        Files.createDirectory(folder.resolve("out"));
        Shell.prepare(folder, """
                head -c 400000 /dev/urandom > tree/large; echo > tree/more
                ptar --encrypt --pad --key-file=k -cf a.ptar tree
                ptar -c --pad --key-file=k tree | cat > b.ptar
                head -c 3500 /dev/urandom > tree/more
                ptar --encrypt --pad --key-file=k -cf c.ptar tree
                ptar -x --key-file=k -C out < a.ptar
                """);

        assertEquals(0, (bytes("a.ptar").length - 2 * 4096 - 64 - 128) % 16_384, "steps from 512 KiB to 1 MiB");
        assertEquals(bytes("a.ptar").length, bytes("b.ptar").length);
        assertEquals(bytes("a.ptar").length, bytes("c.ptar").length);
        assertRestored("out");
        Ptar.Outcome plain = ptar.run("--pad", "-cf", "p.ptar", "tree");
        assertTrue(plain.err().startsWith("ptar: --pad hides how long an encrypted archive is: it needs --encrypt\n"),
                plain.err());
        assertEquals(2, plain.exitCode());
    }

    @Test
    void theArchiveTellsNothing() throws Exception {
        create("a.ptar");
        create("b.ptar");
        byte[] first = bytes("a.ptar");
        byte[] second = bytes("b.ptar");

        for (String hidden : List.of("hidden", "tree", "noise", SECRET.substring(0, 8), "--encrypt", "a.ptar",
                InetAddress.getLocalHost().getHostName(), System.getProperty("user.name"), "key-file",
                new String(bytes("tree/noise"), 0, 16, StandardCharsets.ISO_8859_1))) {
            assertFalse(shows(hidden, first, second), hidden);
        }
        assertEquals(Set.of(), commonRuns(first, second));
    }

    /// A word of less than five bytes is met by chance, but not at one offset of two archives.
    private static boolean shows(String word, byte[] first, byte[] second) {
        String one = new String(first, StandardCharsets.ISO_8859_1);
        String other = new String(second, StandardCharsets.ISO_8859_1);
        for (int at = one.indexOf(word); at >= 0; at = one.indexOf(word, at + 1)) {
            if (word.length() > 4 || other.startsWith(word, at)) {
                return true;
            }
        }
        return false;
    }

    /// Runs of 16 bytes that two archives share, but for the fixed fields of spec §2, §3 and §10 and what a header
    /// does not use.
    private static Set<String> commonRuns(byte[] first, byte[] second) {
        Set<String> common = runs(first);
        common.retainAll(runs(second));
        return common;
    }

    /// A run of which all but three bytes or fewer are known is met by chance: those three are equal in one of 2^24.
    private static Set<String> runs(byte[] archive) {
        boolean[] known = knownBytes(archive);
        Set<String> runs = new HashSet<>();
        for (int at = 0; at + 16 <= archive.length; at++) {
            int unknown = 0;
            for (int i = at; i < at + 16; i++) {
                unknown += known[i] ? 0 : 1;
            }
            if (unknown > 3) {
                runs.add(new String(archive, at, 16, StandardCharsets.ISO_8859_1));
            }
        }
        return runs;
    }

    private static boolean[] knownBytes(byte[] archive) {
        int header = headerLength(archive);
        int copy = archive.length - 128 - header;
        int mark = archive.length - 128;
        boolean[] known = new boolean[archive.length];
        for (int i = 0; i < archive.length; i++) {
            known[i] = (i < header || i >= copy) && archive[i] == 0;
        }
        Arrays.fill(known, 0, 40, true); // magic, version, length, features
        Arrays.fill(known, copy, copy + 40, true);
        Arrays.fill(known, header, header + 16, true); // of the run: magic, index
        Arrays.fill(known, mark, mark + 40, true); // magic, lengths, where the run is
        return known;
    }

    // ---- a terminal

    private record Terminal(String shown, int exitCode) {}

    /// Runs a line of shell at a terminal of its own, and types an answer after each colon and space.
    ///
    /// @param line `%s` stands for the launcher
    private Terminal atTerminal(String line, List<String> answers) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "skipped: no script program");
        Process process = new ProcessBuilder("script", "-qec", line.formatted(Ptar.LAUNCHER), "/dev/null")
                .directory(folder.toFile()).redirectErrorStream(true).start();
        StringBuilder shown = new StringBuilder();
        InputStream out = process.getInputStream();
        int answered = 0;
        // ISO 8859-1: what is compared is ASCII.
        for (int next = out.read(); next >= 0; next = out.read()) {
            shown.append((char) next);
            if (answered < answers.size() && shown.toString().endsWith(": ")) {
                process.getOutputStream().write((answers.get(answered++) + "\n").getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().flush();
            }
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(answers.size(), answered, shown.toString());
        return new Terminal(shown.toString(), process.exitValue());
    }
}
