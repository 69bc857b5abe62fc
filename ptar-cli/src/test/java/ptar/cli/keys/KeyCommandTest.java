package ptar.cli.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.crypto.Argon2Cost;
import ptar.crypto.KeyFile;
import ptar.crypto.KeySlots;
import ptar.crypto.KeyWrapper;
import ptar.crypto.MasterKey;
import ptar.crypto.Password;
import ptar.layout.Header;
import ptar.layout.PasswordSlot;
import ptar.read.ArchiveReader;
import ptar.storage.FileSink;
import ptar.storage.FileSource;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.SourceTree;
import ptar.tree.posix.PosixSourceTree;
import ptar.write.ArchiveWriter;
import ptar.write.TreeWalk;
import ptar.write.WalkOperand;
import ptar.write.WriteListener;
import ptar.write.WriteOptions;

class KeyCommandTest {
    private static final Argon2Cost CHEAP = new Argon2Cost(PasswordSlot.MIN_MEMORY_KIB, 1, 1);

    @TempDir
    private Path folder;

    private String archive;
    private String firstKey;
    private String password = "";
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void writeArchive() throws IOException {
        assumeTrue(PosixSourceTree.isSupported(), "needs Linux");
        archive = folder.resolve("a.ptar").toString();
        firstKey = newKey("first.key");
        try (KeyFile keyFile = KeyFile.parse(Files.readAllBytes(Path.of(firstKey)))) {
            write(keyFile);
        }
    }

    private void write(KeyWrapper... wrappers) throws IOException {
        Files.createDirectories(folder.resolve("tree"));
        Files.writeString(folder.resolve("tree/hello"), "hello\n");
        try (MasterKey key = MasterKey.random(new SecureRandom());
                SourceTree tree = new PosixSourceTree(Bytes.of(folder.toString()), SourceTree.Wanted.DEFAULT);
                TreeWalk walk = new TreeWalk(List.of(WalkOperand.of(tree, Bytes.of("tree"))));
                FileSink sink = new FileSink(Path.of(archive))) {
            ArchiveWriter.write(walk, sink, WriteOptions.DEFAULT, WriteListener.NONE,
                    () -> KeySlots.sealedHeader(key, List.of(wrappers)), key);
        }
    }

    @Test
    void slotsAreListedAddedAndRemoved() throws IOException {
        assertEquals("   0  key file\n", ok("ls", archive));
        String secondKey = newKey("second.key");
        String recipient = ok("new", "--pair", path("me")).strip();
        ok("add", archive, "--key-file", firstKey, "--new-key-file", secondKey);
        ok("add", archive, "--key-file=" + secondKey, "--recipient=" + recipient);
        assertEquals("   0  key file\n   1  key file\n   2  recipient  X25519 and ML-KEM-768\n", ok("ls", archive));
        ok("rm", archive, "0", "--identity", path("me"));
        assertEquals("   0  key file\n   1  recipient  X25519 and ML-KEM-768\n", ok("ls", archive));
        assertOpens("--key-file", secondKey);
        assertFails("a.ptar: no key fits, or the header is damaged", "rm", archive, "0", "--key-file", firstKey);
        ok("rm", archive, "1", "--key-file", secondKey);
        assertFails("the last key slot stays: nobody could open the archive without it",
                "rm", archive, "0", "--key-file", secondKey);
    }

    @Test
    void aPasswordIsAddedChangedAndUsed() throws IOException {
        ok("add", archive, "--key-file", firstKey, "--new-password-command", "echo one");
        assertEquals("   0  key file\n   1  password   Argon2id, 64 MiB, 1 pass, 1 lane\n", ok("ls", archive));
        password = "one";
        String changed = Files.writeString(folder.resolve("pw"), "two\n").toString();
        ok("passwd", archive, "--new-password-file", changed);
        assertFails("a.ptar: no key fits, or the header is damaged", "passwd", archive);
        password = "two";
        assertEquals("   0  key file\n   1  password   Argon2id, 64 MiB, 1 pass, 1 lane\n", ok("ls", archive));
        ok("rm", archive, "0");
        assertEquals("   0  password   Argon2id, 64 MiB, 1 pass, 1 lane\n", ok("ls", archive));
    }

    @Test
    void theSlotToChangeIsTheOneThatOpenedOrIsAsked() throws IOException {
        assertFails("a.ptar: has no password: 'ptar key add' gives it one",
                "passwd", archive, "--key-file", firstKey, "--new-password-command", "echo x");
        String secondKey = newKey("second.key");
        ok("passwd", archive, "--slot", "0", "--key-file", firstKey, "--new-key-file", secondKey);
        assertOpens("--key-file", secondKey);
        assertFails("no key slot 7: there are 1, from 0",
                "passwd", archive, "--slot", "7", "--key-file", secondKey, "--new-key-file", firstKey);
    }

    @Test
    void anInterruptedChangeIsRepaired() throws IOException {
        String secondKey = newKey("second.key");
        byte[] before = Files.readAllBytes(Path.of(archive));
        ok("passwd", archive, "--slot=0", "--key-file", firstKey, "--new-key-file", secondKey);
        byte[] after = Files.readAllBytes(Path.of(archive));
        byte[] stopped = after.clone();
        int length = Header.readFrom(ByteBuffer.wrap(after), "a").length();
        System.arraycopy(before, 0, stopped, 0, length);
        Files.write(Path.of(archive), stopped);
        assertFails("the header differs from its copy at the end", "ls", archive);
        assertFails("the header differs from its copy at the end", "rm", archive, "0", "--key-file", secondKey);
        assertTrue(ok("repair", archive, "--key-file", firstKey).contains("repaired"));
        assertEquals(-1, Arrays.mismatch(after, Files.readAllBytes(Path.of(archive))));
        assertTrue(ok("repair", archive, "--key-file", secondKey).contains("nothing to repair"));
    }

    @Test
    void tellsWhatItCanNotDo() throws IOException {
        String missing = path("none.ptar");
        assertFails(missing + ": Cannot open: No such file or directory", "ls", missing);
        String text = Files.writeString(folder.resolve("text"), "hello world, this is not an archive\n").toString();
        assertFails("not a ptar archive: it is a text file", "ls", text);
        assertFails("not a ptar archive: it is a text file", "add", text, "--key-file", firstKey);
        assertFails(folder + ": Is a directory", "ls", folder.toString());
        assertFails(folder + ": Is a directory", "rm", archive, "0", "--key-file", folder.toString());
        assertFails("/dev/null: is not a file", "ls", "/dev/null");
        assertFails("s3://b/a.ptar: keys are seen and changed in a file", "ls", "s3://b/a.ptar");
        assertFails("'': no file has an empty name", "ls", "");
        assertFails("'': no file has an empty name", "rm", archive, "0", "--password-file=");
        assertFails("/dev/full: is there already", "new", "/dev/full");
        assertUsage("You must specify ls, add, rm, passwd, repair or new");
        assertUsage("'x' is none of ls, add, rm, passwd, repair, new", "x");
        assertUsage("missing operand: SLOT", "rm", archive);
        assertUsage("too many operands: 'b'", "ls", archive, "b");
        assertUsage("unrecognized option '--password'", "ls", archive, "--password=x");
        assertUsage("option '--key-file' requires an argument", "ls", archive, "--key-file");
        assertUsage("'x' is not the number of a slot", "rm", archive, "x");
        assertTrue(ok("--help").contains("Usage: ptar key ls ARCHIVE"));
    }

    @Test
    void aPlainArchiveHasNoSlots() throws IOException {
        try (SourceTree tree = new PosixSourceTree(Bytes.of(folder.toString()), SourceTree.Wanted.DEFAULT);
                TreeWalk walk = new TreeWalk(List.of(WalkOperand.of(tree, Bytes.of("tree"))));
                FileSink sink = new FileSink(Path.of(archive))) {
            ArchiveWriter.write(walk, sink, WriteOptions.DEFAULT, WriteListener.NONE);
        }
        assertEquals(archive + ": is not encrypted\n", ok("ls", archive));
        assertFails("is not encrypted: it has no key slots", "add", archive, "--key-file", firstKey);
    }

    @Test
    void eightPasswordsAreTheMost() throws IOException {
        try (KeyFile keyFile = KeyFile.parse(Files.readAllBytes(Path.of(firstKey)))) {
            Stream<KeyWrapper> passwords = Stream.generate(
                    () -> (KeyWrapper) Password.wrap("x".getBytes(StandardCharsets.US_ASCII), CHEAP)).limit(8);
            write(Stream.concat(Stream.of(keyFile), passwords).toArray(KeyWrapper[]::new));
        }
        byte[] before = Files.readAllBytes(Path.of(archive));
        assertFails("9 password slots: at most 8 are allowed",
                "add", archive, "--key-file", firstKey, "--new-password-command", "echo x");
        assertEquals(-1, Arrays.mismatch(before, Files.readAllBytes(Path.of(archive))));
    }

    private void assertOpens(String option, String file) throws IOException {
        KeyOptions options = new KeyOptions(null, null, List.of(file), List.of(), List.of());
        assertEquals("--key-file", option);
        try (Keys keys = new Keys(options, _ -> null, _ -> new byte[0], CHEAP);
                ArchiveReader reader = ArchiveReader.open(
                        new FileSource(Path.of(archive)), keys.finder(archive, true))) {
            assertTrue(reader.find(EntryPath.of("tree/hello")) != null);
        }
    }

    private String newKey(String name) throws IOException {
        String file = path(name);
        ok("new", file);
        return file;
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private String ok(String... arguments) {
        assertEquals(0, run(arguments), () -> err.toString(StandardCharsets.UTF_8));
        assertEquals("", err.toString(StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    private void assertFails(String message, String... arguments) {
        assertEquals(2, run(arguments));
        String said = err.toString(StandardCharsets.UTF_8);
        assertTrue(said.startsWith("ptar: ") && said.contains(message) && said.lines().count() == 1, said);
    }

    private void assertUsage(String message, String... arguments) {
        assertEquals(64, run(arguments));
        assertEquals("ptar: key: " + message + "\nTry 'ptar key --help' for more information.\n",
                err.toString(StandardCharsets.UTF_8));
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        Environment environment = name -> name.equals("PTAR_PASSWORD") && !password.isEmpty()
                ? password.getBytes(StandardCharsets.UTF_8) : null;
        Prompt nobody = question -> {
            throw new IOException("asked: " + question);
        };
        return new KeyCommand(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), environment, nobody, CHEAP)
                .execute(List.of(arguments));
    }
}
