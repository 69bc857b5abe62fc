package ptar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import ptar.error.ArchiveException;
import ptar.error.NotAnArchiveException;
import ptar.error.UnsupportedVersionException;
import ptar.error.WrongKeyException;
import ptar.layout.Features;
import ptar.layout.Header;
import ptar.layout.KeySlot;
import ptar.layout.PasswordSlot;
import ptar.layout.Suite;
import ptar.layout.UnknownSlot;
import ptar.tree.Bytes;

class KeySlotsTest {
    private static final String NAME = "a.ptar";
    private static final String REFUSED = "a.ptar: no key fits, or the header is damaged";
    /// The least that the format allows, so that tests are quick.
    private static final Argon2Cost CHEAP = new Argon2Cost(PasswordSlot.MIN_MEMORY_KIB, 1, 1);

    private final MasterKey key = MasterKey.random(new SecureRandom());

    @Test
    void everyKindOfSecretOpensItsSlot() throws Exception {
        try (Password password = password("geheim"); KeyFile keyFile = KeyFile.random();
                Identity identity = Identity.random()) {
            Header header = KeySlots.sealedHeader(key, List.of(password, keyFile, identity.recipient()));
            Header read = Header.readFrom(ByteBuffer.wrap(header.toBytes()), NAME);
            assertEquals(header, read);
            assertOpens(read, 0, password);
            assertOpens(read, 1, keyFile);
            assertOpens(read, 2, identity);
            assertOpens(read, 0, password("falsch"), new AskedPassword(() -> password("geheim")));
        }
    }

    private void assertOpens(Header header, int slot, Secret... secrets) throws IOException {
        try (KeySlots.Unlocked unlocked = KeySlots.find(header, List.of(secrets), NAME)) {
            assertEquals(slot, unlocked.slot());
            assertArrayEquals(key.open(), unlocked.key().open());
        }
    }

    @Test
    void aWrongSecretAndADamagedSlotGiveOneError() {
        try (Password password = password("geheim"); KeyFile keyFile = KeyFile.random()) {
            Header header = KeySlots.sealedHeader(key, List.of(password));
            assertRefused(header.toBytes(), password("Geheim"));
            assertRefused(header.toBytes(), keyFile);
            assertRefused(header.toBytes(), Identity.random());
            assertRefused(header.toBytes());
            for (int damagedAt : new int[] {96, 98, 104, 112, 122, 123, 124, 130, 136, 150, 175}) {
                byte[] damaged = header.toBytes();
                damaged[damagedAt] ^= 2;
                assertRefused(damaged, password);
            }
        }
    }

    private static void assertRefused(byte[] header, Secret... secrets) {
        WrongKeyException e = assertThrows(WrongKeyException.class, () -> KeySlots.unlock(
                Header.readFrom(ByteBuffer.wrap(header), NAME), List.of(secrets), NAME).close());
        assertEquals(REFUSED, e.getMessage());
    }

    /// What is read before there is a key to verify with says another version, not another error: magic, major version,
    /// incompatible features, suite. All the rest gives the one error.
    @Test
    void everyFlippedBitOfTheHeaderIsRefused() {
        try (KeyFile keyFile = KeyFile.random()) {
            byte[] header = KeySlots.sealedHeader(key, List.of(keyFile)).toBytes();
            for (int bit = 0; bit < header.length * 8; bit++) {
                byte[] damaged = Arrays.copyOf(header, Header.MAX_LENGTH);
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                Exception e = assertThrows(Exception.class, () -> KeySlots.unlock(
                        Header.readFrom(ByteBuffer.wrap(damaged), NAME), List.of(keyFile), NAME).close());
                int at = bit / 8;
                if (at < 8) {
                    assertEquals(NotAnArchiveException.class, e.getClass(), "byte " + at);
                } else if (at < 10 || at >= 16 && at < 24) {
                    assertEquals(UnsupportedVersionException.class, e.getClass(), "byte " + at);
                } else if (at >= 12 && at < 16 || at == 56) {
                    assertTrue(e instanceof ArchiveException, "byte " + at);
                } else {
                    assertEquals(WrongKeyException.class, e.getClass(), "byte " + at);
                    assertEquals(REFUSED, e.getMessage());
                }
            }
        }
    }

    @Test
    void aPasswordIsAskedForOnceAndOnlyIfNothingElseOpens() throws Exception {
        try (Password password = password("geheim"); KeyFile keyFile = KeyFile.random()) {
            Header header = KeySlots.sealedHeader(key, List.of(password, password("anders"), keyFile));
            int[] asked = {0};
            AskedPassword ask = new AskedPassword(() -> {
                asked[0]++;
                return password("anders");
            });
            assertOpens(header, 2, ask, keyFile);
            assertEquals(0, asked[0]);
            assertOpens(header, 1, ask);
            assertEquals(1, asked[0]);
            Header withoutPassword = KeySlots.sealedHeader(key, List.of(keyFile));
            assertThrows(WrongKeyException.class, () -> KeySlots.unlock(withoutPassword, List.of(ask), NAME));
            assertEquals(1, asked[0]);
            IOException noTerminal = new IOException("no terminal");
            AskedPassword nobody = new AskedPassword(() -> {
                throw noTerminal;
            });
            assertEquals(noTerminal,
                    assertThrows(IOException.class, () -> KeySlots.unlock(header, List.of(nobody), NAME)));
        }
    }

    @Test
    void slotsAreAddedReplacedAndRemoved() throws Exception {
        try (KeyFile first = KeyFile.random(); KeyFile second = KeyFile.random(); KeyFile third = KeyFile.random()) {
            Header created = KeySlots.sealedHeader(key, List.of(first));
            Header added = KeySlots.add(created, key, second, NAME);
            assertOpens(added, 0, first);
            assertOpens(added, 1, second);
            Header changed = KeySlots.replace(added, key, 0, third, NAME);
            assertOpens(changed, 0, third);
            assertThrows(WrongKeyException.class, () -> KeySlots.unlock(changed, List.of(first), NAME));
            Header removed = KeySlots.remove(changed, key, 1, NAME);
            assertThrows(WrongKeyException.class, () -> KeySlots.unlock(removed, List.of(second), NAME));
            assertOpens(removed, 0, third);
            assertEquals(List.of(0L, 1L, 2L, 3L), List.of(created, added, changed, removed).stream()
                    .map(Header::generation).toList());
            assertEquals(created.archiveId(), removed.archiveId());
            assertEquals(created.length(), removed.length());
            assertThrows(IllegalArgumentException.class, () -> KeySlots.remove(added, key, 2, NAME));
            assertThrows(IllegalArgumentException.class, () -> KeySlots.replace(added, key, -1, first, NAME));
        }
    }

    @Test
    void theLastSlotThatIsKnownStays() {
        try (KeyFile keyFile = KeyFile.random()) {
            Header one = KeySlots.sealedHeader(key, List.of(keyFile));
            assertThrows(IllegalArgumentException.class, () -> KeySlots.remove(one, key, 0, NAME));
            List<KeySlot> withUnknown = List.of(keyFile.wrap(key), new UnknownSlot(99, Bytes.wrap(new byte[8])));
            Header two = Header.sealed(4096, one.archiveId(), withUnknown, key);
            assertThrows(IllegalArgumentException.class, () -> KeySlots.remove(two, key, 0, NAME));
        }
    }

    @Test
    void thereIsRoomForSixtyFourSlotsOfAnyKindAndEightPasswords() throws Exception {
        try (Identity identity = Identity.random(); KeyFile keyFile = KeyFile.random();
                Password password = password("x")) {
            Recipient recipient = identity.recipient();
            Header full = KeySlots.sealedHeader(key, Collections.nCopies(64, recipient));
            assertThrows(IllegalArgumentException.class, () -> KeySlots.add(full, key, keyFile, NAME));
            assertOpens(full, 0, identity);
            assertThrows(IllegalArgumentException.class,
                    () -> KeySlots.sealedHeader(key, Collections.nCopies(65, keyFile)));
            List<KeySlot> eight = Collections.nCopies(8, password.wrap(key));
            Header passwords = Header.sealed(4096, full.archiveId(), eight, key);
            assertThrows(IllegalArgumentException.class, () -> KeySlots.add(passwords, key, password, NAME));
            Header small = Header.sealed(4096, full.archiveId(), eight.subList(0, 1), key);
            Header three = small;
            for (int i = 0; i < 3; i++) {
                three = KeySlots.add(three, key, recipient, NAME);
            }
            Header noRoom = three;
            assertTrue(assertThrows(IllegalArgumentException.class,
                    () -> KeySlots.add(noRoom, key, recipient, NAME)).getMessage().contains("room"));
        }
    }

    @Test
    void aNewerHeaderIsReadAndNotChanged() throws Exception {
        try (KeyFile keyFile = KeyFile.random()) {
            Header ours = KeySlots.sealedHeader(key, List.of(keyFile));
            Header newer = new Header(7, 4096, new Features(0, 1, 0), ours.archiveId(), Suite.AES_256_GCM_SIV, 0,
                    ours.commitment(), ours.slots(), ours.mac()).withSlots(ours.slots(), key);
            assertOpens(newer, 0, keyFile);
            assertThrows(UnsupportedVersionException.class, () -> KeySlots.add(newer, key, keyFile, NAME));
        }
    }

    @Test
    void twoArchivesOfOnePasswordShareNothing() {
        try (Password password = password("geheim"); MasterKey other = MasterKey.random(new SecureRandom())) {
            byte[] one = KeySlots.sealedHeader(key, List.of(password)).toBytes();
            byte[] two = KeySlots.sealedHeader(other, List.of(password)).toBytes();
            assertFalse(sharesRun(one, two, 40, 56) || sharesRun(one, two, 64, 96) || sharesRun(one, two, 104, 120)
                    || sharesRun(one, two, 136, 176) || sharesRun(one, two, 4064, 4096));
        }
    }

    private static boolean sharesRun(byte[] one, byte[] two, int from, int to) {
        return IntStream.range(from, to - 7).anyMatch(i -> Arrays.equals(one, i, i + 8, two, i, i + 8));
    }

    @Test
    void secretsAreWipedWhenClosed() {
        byte[] typed = "geheim".getBytes(StandardCharsets.UTF_8);
        Password.wrap(typed).close();
        assertArrayEquals(new byte[6], typed);
        KeyFile keyFile = KeyFile.random();
        keyFile.close();
        KeyFile zero = KeyFile.parse(keyFile.toText());
        assertArrayEquals(keyFile.toText(), zero.toText());
    }

    private static Password password(String text) {
        return Password.wrap(text.getBytes(StandardCharsets.UTF_8), CHEAP);
    }
}
