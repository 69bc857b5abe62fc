package ptar.crypto;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import ptar.error.ArchiveException;
import ptar.error.UnsupportedVersionException;
import ptar.error.WrongKeyException;
import ptar.layout.Header;
import ptar.layout.KeySlot;
import ptar.layout.UnknownSlot;
import ptar.tree.Bytes;

/// Opens headers and changes their slots: a header goes in, its master key or a new header comes out. Spec §2.
public final class KeySlots {
    private KeySlots() {}

    /// The header of every plain archive.
    public static Header plainHeader() {
        try (MasterKey key = MasterKey.plain()) {
            return Header.plain(key);
        }
    }

    /// A new archive's header: anything in `wrappers` will open it.
    ///
    /// @param wrappers 1 to 64, at most 8 passwords
    /// @throws IllegalArgumentException for more or fewer
    public static Header sealedHeader(MasterKey key, List<? extends KeyWrapper> wrappers) {
        byte[] archiveId = new byte[Header.ID_SIZE];
        new SecureRandom().nextBytes(archiveId);
        List<KeySlot> slots = wrappers.stream().map(wrapper -> wrapper.wrap(key)).toList();
        return Header.sealed(Header.lengthFor(slots), Bytes.wrap(archiveId), slots, key);
    }

    /// Finds the master key and verifies the header with it. A plain header needs no secret.
    ///
    /// @param secrets those that take time come last, whatever their order here; one that is asked for comes after all
    /// @param name of the archive, for messages
    /// @throws WrongKeyException if no secret opens a slot, or the header is damaged
    /// @throws ptar.error.CorruptArchiveException if a plain header is damaged
    /// @throws IOException if a secret has to be asked for and is not to be had
    public static MasterKey unlock(Header header, List<? extends Secret> secrets, String name) throws IOException {
        return header.suite().isSealed() ? find(header, secrets, name).key() : unlockPlain(header, name);
    }

    private static MasterKey unlockPlain(Header header, String name) throws ArchiveException {
        MasterKey key = MasterKey.plain();
        header.requireAuthentic(key, name);
        return key;
    }

    /// As [#unlock] for a sealed archive, and says which slot it was.
    public static Unlocked find(Header header, List<? extends Secret> secrets, String name) throws IOException {
        for (Secret secret : secrets.stream().sorted(Comparator.comparingInt(KeySlots::effort)).toList()) {
            for (int slot = 0; slot < header.slots().size(); slot++) {
                byte[] unwrapped = secret.unwrapOrNull(header.slots().get(slot));
                if (unwrapped != null) {
                    // Not to be trusted yet: AES-KW gives any key that an attacker who knows this secret has wrapped.
                    MasterKey key = MasterKey.wrap(unwrapped);
                    if (header.isAuthentic(key)) {
                        return new Unlocked(key, slot);
                    }
                    key.close();
                }
            }
        }
        throw new WrongKeyException(name);
    }

    private static int effort(Secret secret) {
        return switch (secret) {
            case KeyFile _ -> 0;
            case Identity _ -> 0;
            case Password _ -> 1;
            case AskedPassword _ -> 2;
        };
    }

    /// The header with one slot more.
    ///
    /// @throws IllegalArgumentException if there is no room, or there are 64 slots or 8 password slots already
    /// @throws UnsupportedVersionException if the header has a feature that a writer must know
    public static Header add(Header header, MasterKey key, KeyWrapper wrapper, String name) throws ArchiveException {
        requireWritable(header, name);
        List<KeySlot> slots = new ArrayList<>(header.slots());
        slots.add(wrapper.wrap(key));
        return header.withSlots(slots, key);
    }

    /// The header with another slot in place of one.
    ///
    /// @throws IllegalArgumentException as [#add], or if there is no such slot
    /// @throws UnsupportedVersionException if the header has a feature that a writer must know
    public static Header replace(Header header, MasterKey key, int slot, KeyWrapper wrapper, String name)
            throws ArchiveException {
        requireWritable(header, name);
        requireSlot(header, slot);
        List<KeySlot> slots = new ArrayList<>(header.slots());
        slots.set(slot, wrapper.wrap(key));
        return header.withSlots(slots, key);
    }

    /// The header without one of its slots.
    ///
    /// @throws IllegalArgumentException if there is no such slot, or no other that is known: nobody could open the
    ///     archive any more
    /// @throws UnsupportedVersionException if the header has a feature that a writer must know
    public static Header remove(Header header, MasterKey key, int slot, String name) throws ArchiveException {
        requireWritable(header, name);
        requireSlot(header, slot);
        List<KeySlot> slots = new ArrayList<>(header.slots());
        slots.remove(slot);
        if (slots.stream().allMatch(UnknownSlot.class::isInstance)) {
            throw new IllegalArgumentException("the last key slot stays: nobody could open the archive without it");
        }
        return header.withSlots(slots, key);
    }

    private static void requireWritable(Header header, String name) throws UnsupportedVersionException {
        if (!header.features().canAppend()) {
            throw new UnsupportedVersionException("%s: needs a newer ptar to be changed (append features 0x%x)"
                    .formatted(name, header.features().append()));
        }
    }

    private static void requireSlot(Header header, int slot) {
        if (!header.suite().isSealed()) {
            throw new IllegalArgumentException("a plain archive has no key slots");
        }
        if (slot < 0 || slot >= header.slots().size()) {
            throw new IllegalArgumentException("no key slot %d: there are %d, from 0".formatted(
                    slot, header.slots().size()));
        }
    }

    /// @param key the caller's to wipe
    /// @param slot position of the slot that opened
    public record Unlocked(MasterKey key, int slot) implements AutoCloseable {
        @Override
        public void close() {
            key.close();
        }
    }
}
