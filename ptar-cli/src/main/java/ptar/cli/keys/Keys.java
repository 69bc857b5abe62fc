package ptar.cli.keys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import ptar.crypto.Argon2Cost;
import ptar.crypto.AskedPassword;
import ptar.crypto.Identity;
import ptar.crypto.KeyFile;
import ptar.crypto.KeySlots;
import ptar.crypto.KeyWrapper;
import ptar.crypto.MasterKey;
import ptar.crypto.Password;
import ptar.crypto.Recipient;
import ptar.crypto.Secret;
import ptar.layout.Header;
import ptar.read.KeyFinder;

/// The keys that a user gives to one command. What was read is wiped on [#close].
///
/// A password comes from the option, else from `PTAR_PASSWORD` or `PTAR_PASSWORD_FILE`, else from the terminal.
public final class Keys implements AutoCloseable {
    public static final String PASSWORD = "PTAR_PASSWORD";
    static final String PASSWORD_FILE = "PTAR_PASSWORD_FILE";

    private static final String RECIPIENT_PREFIX = "ptar-recipient-v1:";

    private final KeyOptions options;
    private final Environment environment;
    private final Prompt prompt;
    private final Argon2Cost cost;
    private final List<Secret> toWipe = new ArrayList<>();
    /// What [#finder] has found; null before.
    private MasterKey found;

    /// @param cost of new passwords
    Keys(KeyOptions options, Environment environment, Prompt prompt, Argon2Cost cost) {
        this.options = options;
        this.environment = environment;
        this.prompt = prompt;
        this.cost = cost;
    }

    /// Of this process.
    public Keys(KeyOptions options) {
        this(options, Environment.ofProcess(), new TerminalPrompt(), Argon2Cost.DEFAULT);
    }

    /// Finds the key of an archive that is read; secrets are read, and a password asked for, only if it is sealed, and
    /// once: what is damaged is opened a second time, from its start.
    ///
    /// @param archive its name
    /// @param mustBeSealed whether a plain archive is refused: whoever can change the bytes of a sealed one can put a
    ///     plain one in its place
    public KeyFinder finder(String archive, boolean mustBeSealed) {
        return header -> {
            if (!header.suite().isSealed()) {
                if (mustBeSealed) {
                    throw new IOException(archive + ": is not encrypted, and a key was given for it: is it the archive"
                            + " that you mean? (without the key it can be read)");
                }
                return KeyFinder.of(List.of(), archive).keyOf(header);
            }
            if (found == null) {
                found = KeyFinder.of(secrets(archive), archive).keyOf(header);
            }
            return found.copy();
        };
    }

    /// All that may open an archive. Wiped with this.
    public List<Secret> secrets(String archive) throws IOException {
        List<Secret> secrets = new ArrayList<>();
        for (String file : options.keyFiles()) {
            secrets.add(wiped(SecretFile.parse(file, KeyFile::parse)));
        }
        for (String file : options.identities()) {
            secrets.add(wiped(SecretFile.parse(file, Identity::parse)));
        }
        byte[] password = givenPasswordOrNull();
        if (password != null) {
            secrets.add(wiped(Password.wrap(password, cost)));
        } else {
            // Asked for last: only if no key file and no identity opens, and there is a password slot.
            secrets.add(wiped(new AskedPassword(() -> ask("Password for " + archive + ": "))));
        }
        return secrets;
    }

    /// What a new archive is sealed for: key files and recipients, and a password if an option gives one or there is
    /// nothing else. A password that is typed is asked for twice.
    ///
    /// @param question `Password for a.ptar`
    public List<KeyWrapper> wrappers(String question) throws IOException {
        List<KeyWrapper> wrappers = new ArrayList<>();
        for (String file : options.keyFiles()) {
            wrappers.add(wiped(SecretFile.parse(file, KeyFile::parse)));
        }
        for (String given : options.recipients()) {
            wrappers.addAll(recipients(given));
        }
        if (options.hasPassword() || wrappers.isEmpty()) {
            byte[] password = givenPasswordOrNull();
            wrappers.add(wiped(password != null ? Password.wrap(password, cost) : askTwice(question)));
        }
        return wrappers;
    }

    /// What makes a new archive's header. The secrets are read and asked for here; they are used, for a second where
    /// there is a password, and wiped when the header is made.
    ///
    /// @param question see [#wrappers]
    public Supplier<Header> header(MasterKey key, String question) throws IOException {
        List<KeyWrapper> wrappers = wrappers(question);
        if (wrappers.size() > Header.MAX_SLOTS) {
            throw new IOException(wrappers.size() + " keys are given, and an archive takes " + Header.MAX_SLOTS);
        }
        return () -> {
            try {
                return KeySlots.sealedHeader(key, wrappers);
            } finally {
                close();
            }
        };
    }

    private static List<Recipient> recipients(String given) throws IOException {
        if (!given.startsWith(RECIPIENT_PREFIX)) {
            return SecretFile.parse(given, Recipient::parse);
        }
        try {
            return Recipient.parse(given.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new IOException("--recipient: " + e.getMessage(), e);
        }
    }

    /// @return null if the terminal has to be asked
    private byte[] givenPasswordOrNull() throws IOException {
        if (options.passwordFile() != null) {
            return PasswordSource.fromFile(options.passwordFile());
        }
        if (options.passwordCommand() != null) {
            return PasswordSource.fromCommand(options.passwordCommand());
        }
        byte[] password = environment.bytesOrNull(PASSWORD);
        if (password != null) {
            return PasswordSource.withoutLineEnd(password, PASSWORD);
        }
        String file = environment.textOrNull(PASSWORD_FILE);
        return file == null ? null : PasswordSource.fromFile(file);
    }

    private Password ask(String question) throws IOException {
        return Password.wrap(prompt.ask(question), cost);
    }

    private Password askTwice(String question) throws IOException {
        Password password = ask(question + ": ");
        if (password.isEmpty()) {
            throw new IOException("an empty password protects nothing");
        }
        try (Password again = ask(question + " again: ")) {
            if (!password.isSame(again)) {
                password.close();
                throw new IOException("the two passwords differ");
            }
        }
        return password;
    }

    private <T extends Secret> T wiped(T secret) {
        toWipe.add(secret);
        return secret;
    }

    @Override
    public void close() {
        toWipe.forEach(Secret::close);
        if (found != null) {
            found.close();
        }
    }
}
