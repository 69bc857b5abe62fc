package ptar.cli.keys;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import ptar.crypto.Argon2Cost;

/// `ptar key`: who may open an archive. Changes the header in place, in a second, whatever the archive's size.
public final class KeyCommand {
    private static final int OK = 0;
    private static final int FAILED = 2;
    private static final int USAGE = 64;

    private static final String PASSWORD_FILE = "--password-file";
    private static final String PASSWORD_COMMAND = "--password-command";
    private static final String KEY_FILE = "--key-file";
    private static final String IDENTITY = "--identity";
    private static final String RECIPIENT = "--recipient";
    private static final String NEW_PASSWORD_FILE = "--new-password-file";
    private static final String NEW_PASSWORD_COMMAND = "--new-password-command";
    private static final String NEW_KEY_FILE = "--new-key-file";
    private static final String SLOT = "--slot";
    private static final String PAIR = "--pair";
    private static final Set<String> WITH_VALUE = Set.of(PASSWORD_FILE, PASSWORD_COMMAND, KEY_FILE, IDENTITY, RECIPIENT,
            NEW_PASSWORD_FILE, NEW_PASSWORD_COMMAND, NEW_KEY_FILE, SLOT);
    private static final Set<String> FLAGS = Set.of(PAIR, "--help");

    private static final String HELP = """
            Usage: ptar key ls ARCHIVE                 list the key slots
              or:  ptar key add ARCHIVE [NEW KEY]      add a slot
              or:  ptar key rm ARCHIVE SLOT            remove a slot
              or:  ptar key passwd ARCHIVE [NEW KEY]   change the password
              or:  ptar key repair ARCHIVE             finish a change that was interrupted
              or:  ptar key new [--pair] FILE          make a key file, or a pair of keys

            Who may open an encrypted archive. Every key slot holds the archive's key, locked by a password, a key
            file or a recipient's public key; changing slots does not touch the rest of the archive.

            What opens the archive:
                  --password-file=FILE      its content without the last line end
                  --password-command=CMD    what this line of shell prints
                  --key-file=FILE
                  --identity=FILE           the private half of a pair
            Without one of these, PTAR_PASSWORD or the file named by PTAR_PASSWORD_FILE is the password; without
            those, it is asked for at the terminal.

            New key, for add and passwd:
                  --new-password-file=FILE, --new-password-command=CMD
                  --new-key-file=FILE       one that 'ptar key new' has made
                  --recipient=FILE|STRING   the public half of a pair
            Without one of these, a new password is asked for twice.

                  --slot=N                  which slot passwd changes, where it can't be told
                  --pair                    new: FILE is the private half; the public half is printed

            A copy of the file made before keeps its old slots: removing a slot or changing a password does not shut
            out anyone who has such a copy, or has kept the archive's key. Write a new archive to do that.
            """;

    private final PrintStream out;
    private final PrintStream err;
    private final Environment environment;
    private final Prompt prompt;
    private final Argon2Cost cost;

    /// @param cost of new passwords
    KeyCommand(PrintStream out, PrintStream err, Environment environment, Prompt prompt, Argon2Cost cost) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.prompt = prompt;
        this.cost = cost;
    }

    /// Runs with this process's environment and terminal.
    ///
    /// @param arguments what stands behind `key`
    /// @return the exit code, if `out` can be written
    public static int run(List<String> arguments, PrintStream out) {
        return new KeyCommand(out, System.err, Environment.ofProcess(), new TerminalPrompt(), Argon2Cost.DEFAULT)
                .execute(arguments);
    }

    int execute(List<String> arguments) {
        try {
            return executeParsed(arguments);
        } catch (IllegalArgumentException e) {
            err.println("ptar: key: " + e.getMessage());
            err.println("Try 'ptar key --help' for more information.");
            return USAGE;
        } catch (IOException | Refused e) {
            err.println("ptar: " + e.getMessage());
            return FAILED;
        }
    }

    private int executeParsed(List<String> arguments) throws IOException, Refused {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("You must specify ls, add, rm, passwd, repair or new");
        }
        String verb = arguments.getFirst();
        KeyArguments given = KeyArguments.parse(arguments.subList(verb.startsWith("-") ? 0 : 1, arguments.size()),
                WITH_VALUE, FLAGS);
        if (given.has("--help")) {
            out.print(HELP);
            return OK;
        }
        switch (verb) {
            case "ls" -> list(given.operands("ARCHIVE").getFirst());
            case "add" -> add(given);
            case "rm" -> remove(given);
            case "passwd" -> changePassword(given);
            case "repair" -> repair(given);
            case "new" -> makeNew(given);
            default -> throw new IllegalArgumentException("'" + verb + "' is none of ls, add, rm, passwd, repair, new");
        }
        return OK;
    }

    private void list(String archive) throws IOException {
        ArchiveKeys.list(archive, out);
    }

    private void add(KeyArguments given) throws IOException, Refused {
        String archive = given.operands("ARCHIVE").getFirst();
        try (Keys current = currentKeys(given); Keys fresh = newKeys(given);
                ArchiveKeys keys = open(archive, current)) {
            keys.add(fresh.wrappers("New password for " + archive));
        }
    }

    private void remove(KeyArguments given) throws IOException, Refused {
        List<String> operands = given.operands("ARCHIVE", "SLOT");
        int slot = slotNumber(operands.getLast());
        try (Keys current = currentKeys(given); ArchiveKeys keys = open(operands.getFirst(), current)) {
            keys.remove(slot);
        }
    }

    private void changePassword(KeyArguments given) throws IOException, Refused {
        String archive = given.operands("ARCHIVE").getFirst();
        try (Keys current = currentKeys(given); Keys fresh = newKeys(given);
                ArchiveKeys keys = open(archive, current)) {
            int slot = given.has(SLOT) ? slotNumber(given.lastOrNull(SLOT)) : keys.slotOfPassword();
            keys.replace(slot, fresh.wrappers("New password for " + archive));
        }
    }

    private void repair(KeyArguments given) throws IOException {
        String archive = given.operands("ARCHIVE").getFirst();
        try (Keys current = currentKeys(given)) {
            out.println(archive + ": " + ArchiveKeys.repair(archive, current));
        }
    }

    private void makeNew(KeyArguments given) throws IOException {
        String file = given.operands("FILE").getFirst();
        if (given.has(PAIR)) {
            out.println(NewKey.writePair(file));
        } else {
            NewKey.writeKeyFile(file);
        }
    }

    private ArchiveKeys open(String archive, Keys current) throws IOException {
        return ArchiveKeys.open(archive, current);
    }

    private Keys currentKeys(KeyArguments given) {
        KeyOptions options = new KeyOptions(given.lastOrNull(PASSWORD_FILE), given.lastOrNull(PASSWORD_COMMAND),
                given.all(KEY_FILE), given.all(IDENTITY), List.of());
        return new Keys(options, environment, prompt, cost);
    }

    /// The environment's password opens the archive; it is not the new one.
    private Keys newKeys(KeyArguments given) {
        KeyOptions options = new KeyOptions(given.lastOrNull(NEW_PASSWORD_FILE), given.lastOrNull(NEW_PASSWORD_COMMAND),
                given.all(NEW_KEY_FILE), List.of(), given.all(RECIPIENT));
        return new Keys(options, _ -> null, prompt, cost);
    }

    private static int slotNumber(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not the number of a slot", e);
        }
    }

    /// What makes sense as a command and can't be done to this archive.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String archive, String reason) {
            super(archive + ": " + reason, null, false, false);
        }
    }
}
