package ptar.cli.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.crypto.Argon2Cost;
import ptar.crypto.AskedPassword;
import ptar.crypto.Identity;
import ptar.crypto.KeyFile;
import ptar.crypto.KeyWrapper;
import ptar.crypto.MasterKey;
import ptar.crypto.Password;
import ptar.crypto.Recipient;
import ptar.crypto.Secret;
import ptar.layout.Header;

class KeysTest {
    private static final Prompt NOBODY = question -> {
        throw new IOException("asked: " + question);
    };

    @TempDir
    private Path folder;

    @Test
    void aPasswordComesFromTheOptionThenTheEnvironmentThenTheTerminal() throws IOException {
        String file = write("password", "from file\n");
        Map<String, String> both = Map.of("PTAR_PASSWORD", "from variable", "PTAR_PASSWORD_FILE", file);
        assertPassword("from file", password(file, null), both);
        assertPassword("from command", password(null, "printf 'from command\\n'"), both);
        assertPassword("from variable", KeyOptions.NONE, both);
        assertPassword("from file", KeyOptions.NONE, Map.of("PTAR_PASSWORD_FILE", file));
        try (Keys keys = new Keys(KeyOptions.NONE, environment(Map.of()), NOBODY, Argon2Cost.DEFAULT)) {
            assertInstanceOf(AskedPassword.class, keys.secrets("a.ptar").getFirst());
        }
        assertThrows(IllegalArgumentException.class, () -> password(file, "true"));
    }

    @Test
    void secretsAreWipedWhenTheHeaderIsMadeOrIsNot() throws IOException {
        MasterKey wiped = MasterKey.random(new SecureRandom());
        wiped.close();
        try (MasterKey key = MasterKey.random(new SecureRandom())) {
            assertWipedBy(key, header -> assertEquals(1, header.get().slots().size()));
            assertWipedBy(wiped, header -> assertThrows(IllegalStateException.class, header::get));
        }
    }

    private static void assertWipedBy(MasterKey key, Consumer<Supplier<Header>> making) throws IOException {
        List<byte[]> typed = new ArrayList<>();
        Prompt prompt = question -> {
            typed.add(bytes("secret"));
            return typed.getLast();
        };
        try (Keys keys = new Keys(KeyOptions.NONE, environment(Map.of()), prompt, new Argon2Cost(64 << 10, 1, 1))) {
            Supplier<Header> header = keys.header(key, "Password for a.ptar");
            assertArrayEquals(bytes("secret"), typed.getFirst(), "is still needed");
            making.accept(header);
            assertArrayEquals(new byte[6], typed.getFirst());
        }
    }

    @Test
    void moreKeysThanAnArchiveTakesAreRefusedAtOnce() throws IOException {
        String file = write("key", new String(KeyFile.random().toText(), StandardCharsets.US_ASCII));
        KeyOptions options =
                new KeyOptions(null, null, Collections.nCopies(65, file), List.of(), List.of());
        try (Keys keys = new Keys(options, environment(Map.of()), NOBODY, Argon2Cost.DEFAULT);
                MasterKey key = MasterKey.random(new SecureRandom())) {
            IOException refused = assertThrows(IOException.class, () -> keys.header(key, "Password for a.ptar"));
            assertEquals("65 keys are given, and an archive takes 64", refused.getMessage());
        }
    }

    private static void assertPassword(String expected, KeyOptions options, Map<String, String> variables)
            throws IOException {
        try (Keys keys = new Keys(options, environment(variables), NOBODY, Argon2Cost.DEFAULT);
                Password same = Password.wrap(bytes(expected))) {
            List<Secret> secrets = keys.secrets("a.ptar");
            assertEquals(1, secrets.size());
            assertTrue(((Password) secrets.getFirst()).isSame(same), expected);
        }
    }

    @Test
    void oneLineEndGoesAndNothingElse() throws IOException {
        assertStripped("a b ", "a b \n");
        assertStripped("a\n", "a\n\n");
        assertStripped("a", "a\r\n");
        assertStripped("a", "a");
        assertStripped("äöü", "äöü\n");
        for (String empty : List.of("", "\n", "\r\n")) {
            assertThrows(IOException.class, () -> PasswordSource.withoutLineEnd(bytes(empty), "x"));
        }
        byte[] read = bytes("secret\n");
        PasswordSource.withoutLineEnd(read, "x");
        assertArrayEquals(new byte[7], read);
    }

    private static void assertStripped(String expected, String given) throws IOException {
        assertArrayEquals(bytes(expected), PasswordSource.withoutLineEnd(bytes(given), "x"));
    }

    @Test
    void failuresSayWhereAndNeverWhat() throws IOException {
        assertFails("/no/such/file: No such file or directory", password("/no/such/file", null));
        assertFails("--password-command failed with exit code 3", password(null, "echo hunter2; exit 3"));
        assertFails("--password-command: the password is empty", password(null, "true"));
        String wrong = write("key", "hunter2\n");
        assertFails(wrong + ": not a key file: line 1 does not begin with ptar-key-v1:",
                new KeyOptions(null, null, List.of(wrong), List.of(), List.of()));
        assertFails("'': no file has an empty name", password("", null));
        assertFails("/dev/zero: too long for a password or a key", password("/dev/zero", null));
    }

    private static void assertFails(String message, KeyOptions options) {
        try (Keys keys = new Keys(options, environment(Map.of()), NOBODY, Argon2Cost.DEFAULT)) {
            assertEquals(message, assertThrows(IOException.class, () -> keys.secrets("a.ptar")).getMessage());
        }
    }

    @Test
    void aNewArchiveIsSealedForAllThatIsGiven() throws IOException {
        try (KeyFile keyFile = KeyFile.random(); Identity one = Identity.random(); Identity two = Identity.random()) {
            String key = write("key", new String(keyFile.toText(), StandardCharsets.US_ASCII));
            String recipients = write("team", "# all of us\n" + one.recipient() + "\n" + two.recipient() + "\n");
            KeyOptions options = new KeyOptions(null, "echo x", List.of(key), List.of(),
                    List.of(recipients, one.recipient().toString()));
            try (Keys keys = new Keys(options, environment(Map.of()), NOBODY, Argon2Cost.DEFAULT)) {
                List<KeyWrapper> wrappers = keys.wrappers("Password");
                assertInstanceOf(KeyFile.class, wrappers.get(0));
                assertEquals(List.of(one.recipient(), two.recipient(), one.recipient()),
                        wrappers.stream().filter(Recipient.class::isInstance).toList());
                assertInstanceOf(Password.class, wrappers.getLast());
                assertEquals(5, wrappers.size());
            }
            KeyOptions onlyKey = new KeyOptions(null, null, List.of(key), List.of(), List.of());
            try (Keys keys = new Keys(onlyKey, environment(Map.of("PTAR_PASSWORD", "x")), NOBODY, Argon2Cost.DEFAULT)) {
                assertEquals(1, keys.wrappers("Password").size());
            }
        }
    }

    @Test
    void aNewPasswordIsTypedTwice() throws IOException {
        List<String> questions = new ArrayList<>();
        assertInstanceOf(Password.class, asked(questions, "a", "a").getFirst());
        assertEquals(List.of("Password for a.ptar: ", "Password for a.ptar again: "), questions);
        assertEquals("the two passwords differ",
                assertThrows(IOException.class, () -> asked(new ArrayList<>(), "a", "b")).getMessage());
        assertEquals("an empty password protects nothing",
                assertThrows(IOException.class, () -> asked(new ArrayList<>(), "", "")).getMessage());
    }

    private static List<KeyWrapper> asked(List<String> questions, String... answers) throws IOException {
        Prompt prompt = question -> {
            questions.add(question);
            return bytes(answers[questions.size() - 1]);
        };
        try (Keys keys = new Keys(KeyOptions.NONE, environment(Map.of()), prompt, Argon2Cost.DEFAULT)) {
            return keys.wrappers("Password for a.ptar");
        }
    }

    @Test
    void keyFilesAreForTheirOwnerAndNeverOverwritten() throws IOException {
        Path file = folder.resolve("new.key");
        NewKey.writeKeyFile(file.toString());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        KeyFile.parse(Files.readAllBytes(file)).close();
        byte[] before = Files.readAllBytes(file);
        assertThrows(IOException.class, () -> NewKey.writeKeyFile(file.toString()));
        assertArrayEquals(before, Files.readAllBytes(file));

        Path pair = folder.resolve("pair");
        String recipient = NewKey.writePair(pair.toString());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(pair)));
        try (Identity identity = Identity.parse(Files.readAllBytes(pair))) {
            assertEquals(recipient, identity.recipient().toString());
        }
    }

    @Test
    void variablesAreReadAsBytes() {
        Environment environment = Environment.ofProcess();
        assertNull(environment.bytesOrNull("PTAR_NO_SUCH_VARIABLE"));
        assertEquals(System.getenv("PATH"), environment.textOrNull("PATH"));
    }

    @Test
    void noSecretIsInAMessageOfAWrongKeyFile() {
        try (KeyFile keyFile = KeyFile.random()) {
            byte[] text = keyFile.toText();
            text[20] = '!';
            String message = assertThrows(IllegalArgumentException.class, () -> KeyFile.parse(text)).getMessage();
            String secret = new String(Arrays.copyOfRange(text, 21, text.length), StandardCharsets.US_ASCII);
            assertFalse(IntStream.range(0, secret.length() - 6)
                    .anyMatch(i -> message.contains(secret.substring(i, i + 6))));
        }
    }

    private static KeyOptions password(String file, String command) {
        return new KeyOptions(file, command, List.of(), List.of(), List.of());
    }

    private String write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    private static Environment environment(Map<String, String> variables) {
        return name -> variables.containsKey(name) ? bytes(variables.get(name)) : null;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
