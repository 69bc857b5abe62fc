package ptar.cli.keys;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import ptar.cli.keys.KeyCommand.Refused;
import ptar.crypto.HeaderRewrite;
import ptar.crypto.KeySlots;
import ptar.crypto.KeyWrapper;
import ptar.layout.Header;
import ptar.layout.KeyFileSlot;
import ptar.layout.KeySlot;
import ptar.layout.PasswordSlot;
import ptar.layout.RecipientSlot;
import ptar.layout.Run;
import ptar.layout.UnknownSlot;
import ptar.read.ArchiveReader;
import ptar.storage.FileSource;

/// A local archive that was opened to change its key slots. The archive is opened as any reader does it first: what
/// can't be read is not written to.
final class ArchiveKeys implements AutoCloseable {
    private final String name;
    private final FileChannel file;
    private final KeySlots.Unlocked unlocked;
    private final List<Run> runs;
    private Header header;

    private ArchiveKeys(
            String name, FileChannel file, KeySlots.Unlocked unlocked, List<Run> runs, Header header) {
        this.name = name;
        this.file = file;
        this.unlocked = unlocked;
        this.runs = runs;
        this.header = header;
    }

    static ArchiveKeys open(String name, Keys keys) throws IOException {
        FileChannel file = openFile(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
        KeySlots.Unlocked[] found = new KeySlots.Unlocked[1];
        try {
            if (!HeaderRewrite.read(file, name).suite().isSealed()) {
                throw new IOException(name + ": is not encrypted: it has no key slots");
            }
            return open(name, file, keys, found);
        } catch (IOException | RuntimeException e) {
            if (found[0] != null) {
                found[0].close();
            }
            file.close();
            throw e;
        }
    }

    private static ArchiveKeys open(String name, FileChannel file, Keys keys, KeySlots.Unlocked[] found)
            throws IOException {
        try (ArchiveReader reader = ArchiveReader.open(new FileSource(Path.of(name), name), header -> {
            found[0] = KeySlots.find(header, keys.secrets(name), name);
            return found[0].key().copy();
        })) {
            return new ArchiveKeys(name, file, found[0], reader.runs(), reader.header());
        }
    }

    private static FileChannel openFile(String name, StandardOpenOption... options) throws IOException {
        if (name.matches("(s3|https?)://.*")) {
            throw new IOException(name + ": keys are seen and changed in a file: copy the archive here first");
        }
        Path path = SecretFile.path(name);
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new IOException(name + ": is not a file: its keys lie at its start and at its end");
        }
        try {
            return FileChannel.open(path, options);
        } catch (NoSuchFileException e) {
            throw new IOException(name + ": Cannot open: No such file or directory", e);
        } catch (AccessDeniedException e) {
            throw new IOException(name + ": Cannot open: Permission denied", e);
        }
    }

    /// Needs no key: slots lie open. What is listed is not verified.
    static void list(String name, PrintStream out) throws IOException {
        Header header;
        try (FileChannel file = openFile(name, StandardOpenOption.READ)) {
            header = HeaderRewrite.read(file, name);
        }
        if (!header.suite().isSealed()) {
            out.println(name + ": is not encrypted");
            return;
        }
        for (int slot = 0; slot < header.slots().size(); slot++) {
            out.println("%4d  %s".formatted(slot, describe(header.slots().get(slot))));
        }
    }

    private static String describe(KeySlot slot) {
        return switch (slot) {
            case PasswordSlot password -> "password   Argon2id, %d MiB, %d %s, %d %s".formatted(
                    password.memoryKib() >> 10, password.passes(), password.passes() == 1 ? "pass" : "passes",
                    password.lanes(), password.lanes() == 1 ? "lane" : "lanes");
            case KeyFileSlot _ -> "key file";
            case RecipientSlot _ -> "recipient  X25519 and ML-KEM-768";
            case UnknownSlot unknown -> "unknown    type " + unknown.type() + ", of a newer ptar";
        };
    }

    void add(List<KeyWrapper> wrappers) throws IOException, Refused {
        Header next = header;
        for (KeyWrapper wrapper : wrappers) {
            Header before = next;
            next = refusing(() -> KeySlots.add(before, unlocked.key(), wrapper, name));
        }
        write(next);
    }

    void remove(int slot) throws IOException, Refused {
        write(refusing(() -> KeySlots.remove(header, unlocked.key(), slot, name)));
    }

    void replace(int slot, List<KeyWrapper> wrappers) throws IOException, Refused {
        if (wrappers.size() != 1) {
            throw new Refused(name, "one slot takes one key, and " + wrappers.size() + " are given");
        }
        write(refusing(() -> KeySlots.replace(header, unlocked.key(), slot, wrappers.getFirst(), name)));
    }

    /// The slot whose password is to be changed: the one that has just been opened by one, or the only one there is.
    int slotOfPassword() throws Refused {
        List<KeySlot> slots = header.slots();
        if (slots.get(unlocked.slot()) instanceof PasswordSlot) {
            return unlocked.slot();
        }
        List<KeySlot> passwords = slots.stream().filter(PasswordSlot.class::isInstance).toList();
        if (passwords.isEmpty()) {
            throw new Refused(name, "has no password: 'ptar key add' gives it one");
        }
        if (passwords.size() > 1) {
            throw new Refused(name, "has %d passwords and was opened by none of them: say which with --slot"
                    .formatted(passwords.size()));
        }
        return slots.indexOf(passwords.getFirst());
    }

    private void write(Header next) throws IOException {
        HeaderRewrite.rewrite(file, name, header, next, runs);
        header = next;
    }

    /// Makes the two ends agree, and with them the copies between.
    ///
    /// @return what was done, in words
    static String repair(String name, Keys keys) throws IOException {
        try (FileChannel file = openFile(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
                HeaderRewrite.Repaired repaired = HeaderRewrite.repair(file, name, keys.secrets(name));
                ArchiveReader reader = ArchiveReader.open(
                        new FileSource(Path.of(name), name), _ -> repaired.key().copy())) {
            Header header = repaired.header();
            HeaderRewrite.rewrite(file, name, header, header, reader.runs());
            return repaired.isChanged() ? "repaired: the header of generation " + header.generation()
                    : "nothing to repair";
        }
    }

    private interface Change {
        Header make() throws IOException;
    }

    /// Too many slots, no room, the last one: the library's words, with the archive's name.
    private Header refusing(Change change) throws IOException, Refused {
        try {
            return change.make();
        } catch (IllegalArgumentException e) {
            throw new Refused(name, e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        unlocked.close();
        file.close();
    }
}
