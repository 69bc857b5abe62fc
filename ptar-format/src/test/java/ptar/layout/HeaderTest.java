package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.error.NotAnArchiveException;
import ptar.error.UnsupportedVersionException;
import ptar.error.WrongKeyException;
import ptar.tree.Bytes;

class HeaderTest {
    private static final String NAME = "a.ptar";
    private static final Bytes ID = run(0x40, 16);
    private static final KeySlot PASSWORD = new PasswordSlot(run(1, 16), 262_144, 4, 1, run(0x11, 40));
    private static final KeySlot KEY_FILE = new KeyFileSlot(run(0x31, 32), run(0x51, 40));
    private static final KeySlot RECIPIENT = new RecipientSlot(run(2, 32), run(3, 1088), run(4, 40));
    private static final KeySlot UNKNOWN = new UnknownSlot(200, run(9, 16));

    /// Not a real MAC: adds bytes up, so that tests of the layout know what it says.
    private static final HeaderKey KEY = new HeaderKey() {
        @Override
        public byte[] commitment() {
            return run(0xc0, 32).toArray();
        }

        @Override
        public byte[] headerMac(ByteBuffer header) {
            byte[] mac = new byte[32];
            for (int i = 0; header.hasRemaining(); i++) {
                mac[i % 32] += (byte) (header.get() * (i / 32 + 1));
            }
            return mac;
        }
    };

    private static final Header SEALED =
            Header.sealed(8192, ID, List.of(PASSWORD, KEY_FILE, RECIPIENT, UNKNOWN), KEY);

    @Test
    void comesBackAsItWasWritten() throws Exception {
        Header header = new Header(3, 8192, new Features(0, 5, 7), ID, Suite.AES_256_GCM_SIV, 0xfffffffeL,
                run(6, 32), List.of(PASSWORD, KEY_FILE, RECIPIENT, UNKNOWN), run(7, 32));
        ByteBuffer in = ByteBuffer.wrap(header.toBytes());
        assertEquals(header, Header.readFrom(in, NAME));
        assertEquals(8192, in.position());
        assertArrayEquals(header.toBytes(), Header.readFrom(in.rewind(), NAME).toBytes());
    }

    @Test
    void itsFirstBytesTellWhetherItIsSealed() {
        byte[] sealed = SEALED.toBytes();
        assertTrue(Header.isSealed(ByteBuffer.wrap(sealed, 0, 57)));
        assertTrue(Header.isSealed(ByteBuffer.wrap(new byte[100 + 57]).put(100, sealed, 0, 57).position(100)));
        assertFalse(Header.isSealed(ByteBuffer.wrap(sealed, 0, 56)));
        assertFalse(Header.isSealed(ByteBuffer.wrap(Header.plain(KEY).toBytes())));
        sealed[0] ^= 1;
        assertFalse(Header.isSealed(ByteBuffer.wrap(sealed)));
    }

    @Test
    void liesAsTheSpecificationSays() {
        Header header = new Header(3, 4096, new Features(0, 0x0807060504030201L, 7), ID, Suite.AES_256_GCM_SIV,
                0x0d0c0b0a, run(0x60, 32), List.of(PASSWORD), run(0x70, 32));
        String expected = "89505441520d0a1a" + "0100" + "0300" + "00100000"
                + "0000000000000000" + "0102030405060708" + "0700000000000000"
                + "404142434445464748494a4b4c4d4e4f" + "01" + "10" + "0100" + "0a0b0c0d"
                + "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
                + "01" + "00" + "5000" + "00000000" + "0102030405060708090a0b0c0d0e0f10"
                + "00000400" + "04000000" + "01000000" + "00000000"
                + "1112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30313233343536"
                + "3738" + "0000";
        byte[] bytes = header.toBytes();
        assertEquals(expected, HexFormat.of().formatHex(bytes, 0, expected.length() / 2));
        assertArrayEquals(new byte[4096 - 176 - 32], Arrays.copyOfRange(bytes, 176, 4096 - 32));
        assertArrayEquals(run(0x70, 32).toArray(), Arrays.copyOfRange(bytes, 4064, 4096));
    }

    @Test
    void plainHeaderIs256BytesWithNothingRandom() {
        byte[] bytes = Header.plain(KEY).toBytes();
        assertEquals(256, bytes.length);
        assertEquals("plain ptar v1\0\0\0", new String(bytes, 40, 16, StandardCharsets.US_ASCII));
    }

    @Test
    void isAuthenticForItsKeyOnly() throws Exception {
        assertTrue(SEALED.isAuthentic(KEY));
        HeaderKey sameMacOtherCommitment = new HeaderKey() {
            @Override
            public byte[] commitment() {
                return new byte[32];
            }

            @Override
            public byte[] headerMac(ByteBuffer header) {
                return KEY.headerMac(header);
            }
        };
        assertFalse(SEALED.isAuthentic(sameMacOtherCommitment));
        byte[] bytes = SEALED.toBytes();
        bytes[bytes.length - 1] ^= 1;
        assertFalse(Header.readFrom(ByteBuffer.wrap(bytes), NAME).isAuthentic(KEY));
    }

    @Test
    void newSlotsMeanTheNextGeneration() {
        Header changed = SEALED.withSlots(List.of(KEY_FILE), KEY);
        assertEquals(1, changed.generation());
        assertEquals(8192, changed.length());
        assertTrue(changed.isAuthentic(KEY));
        Header last = new Header(0, 4096, Features.NONE, ID, Suite.AES_256_GCM_SIV, 0xffffffffL, run(1, 32),
                List.of(KEY_FILE), run(1, 32));
        assertThrows(IllegalArgumentException.class, () -> last.withSlots(List.of(KEY_FILE), KEY));
    }

    @Test
    void lengthLeavesRoomForMoreSlots() {
        assertEquals(4096, Header.lengthFor(List.of(PASSWORD)));
        for (int slots : new int[] {1, 2, 3, 10, 64}) {
            List<KeySlot> all = Collections.nCopies(slots, RECIPIENT);
            Header header = Header.sealed(Header.lengthFor(all), ID, all, KEY);
            assertTrue(header.freeRoom() >= 2 * RecipientSlot.LENGTH, slots + " slots");
        }
    }

    @Test
    void refusesTooManySlots() {
        assertRefused(new UnknownSlot(200, Bytes.EMPTY), 65);
        assertRefused(PASSWORD, 9);
        assertThrows(IllegalArgumentException.class, () -> Header.sealed(8192, ID, List.of(), KEY));
    }

    private static void assertRefused(KeySlot slot, int times) {
        assertThrows(IllegalArgumentException.class,
                () -> Header.sealed(8192, ID, Collections.nCopies(times, slot), KEY));
        Header one = Header.sealed(8192, ID, Collections.nCopies(times - 1, slot), KEY);
        byte[] bytes = one.toBytes();
        ByteBuffer written = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        written.putShort(58, (short) times);
        slot.writeTo(written.position(96 + (times - 1) * slot.length()));
        assertSealedHeaderRefused(bytes);
    }

    @Test
    void refusesSlotsThatDoNotFit() {
        assertThrows(IllegalArgumentException.class,
                () -> Header.sealed(4096, ID, Collections.nCopies(4, RECIPIENT), KEY));
        byte[] bytes = Header.sealed(4096, ID, Collections.nCopies(3, RECIPIENT), KEY).toBytes();
        ByteBuffer written = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        written.putShort(58, (short) 4);
        written.put(96 + 3 * 1168, (byte) 3).putShort(96 + 3 * 1168 + 2, (short) 1168);
        assertSealedHeaderRefused(bytes);
    }

    @ParameterizedTest(name = "{0}: u32 at {1} is {2}")
    @CsvSource({
        "one TB of Argon2 memory, 120, 1073741824", "less than 64 MiB, 120, 65535", "above 1 GiB, 120, 1048577",
        "negative memory, 120, -1", "no pass, 124, 0", "17 passes, 124, 17", "no lane, 128, 0", "17 lanes, 128, 17",
        "reserved in a password slot, 132, 1", "reserved in a slot's head, 100, 1", "slot of 0 bytes, 96, 1",
        "password slot of 88 bytes, 96, 0x00580001", "slot of 84 bytes, 96, 0x005400ff",
        "slot of 2056 bytes, 96, 0x080800ff", "segment size, 56, 0x00041101", "slots, 56, 0x00411001",
        "no slots, 56, 0x00001001", "behind the slots, 8000, 1", "just before the MAC, 8156, 0x01000000",
    })
    void refusesASealedHeaderOutOfBounds(String what, int offset, String value) {
        byte[] bytes = SEALED.toBytes();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, Long.decode(value).intValue());
        assertSealedHeaderRefused(bytes);
    }

    private static void assertSealedHeaderRefused(byte[] bytes) {
        WrongKeyException e =
                assertThrows(WrongKeyException.class, () -> Header.readFrom(ByteBuffer.wrap(bytes), NAME));
        assertEquals(new WrongKeyException(NAME).getMessage(), e.getMessage());
        assertInstanceOf(IllegalArgumentException.class, e.getCause());
    }

    @ParameterizedTest
    @CsvSource({"12, 320", "40, 1", "57, 15", "58, 1", "60, 1", "96, 1", "223, 1"})
    void refusesAPlainHeaderOutOfBounds(int offset, int value) {
        byte[] bytes = Arrays.copyOf(Header.plain(KEY).toBytes(), 512);
        bytes[offset] = (byte) value;
        bytes[offset + 1] = (byte) (value >> 8);
        assertThrows(CorruptArchiveException.class, () -> Header.readFrom(ByteBuffer.wrap(bytes), NAME));
    }

    @Test
    void tellsNewerArchivesFromDamagedOnes() throws Exception {
        assertError(UnsupportedVersionException.class, "format version 2.0", b -> b[8] = 2);
        assertError(UnsupportedVersionException.class, "incompatible features 0x100", b -> b[17] = 1);
        assertError(UnsupportedVersionException.class, "suite 2", b -> b[56] = 2);
        byte[] minor = SEALED.toBytes();
        minor[10] = 9;
        assertEquals(9, Header.readFrom(ByteBuffer.wrap(minor), NAME).minor());
        minor[24] = 1;
        assertFalse(Header.readFrom(ByteBuffer.wrap(minor), NAME).features().canAppend());
    }

    @Test
    void refusesALengthOutOfBoundsBeforeAnythingIsRead() {
        for (int length : new int[] {0, 192, 257, 288, (128 << 10) + 64, -64}) {
            assertError(CorruptArchiveException.class, "length",
                    b -> ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).putInt(12, length));
        }
    }

    private static void assertError(Class<? extends ArchiveException> type, String message, Consumer<byte[]> damage) {
        byte[] bytes = SEALED.toBytes();
        damage.accept(bytes);
        ArchiveException e = assertThrows(type, () -> Header.readFrom(ByteBuffer.wrap(bytes), NAME));
        assertTrue(e.getMessage().contains(message) && e.getMessage().startsWith(NAME), e.getMessage());
    }

    @Test
    void saysWhereAnArchiveIsCutShort() {
        byte[] bytes = SEALED.toBytes();
        for (int length : new int[] {8, 15, 16, 4096, 8191}) {
            ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
            ArchiveException e = assertThrows(CorruptArchiveException.class, () -> Header.readFrom(cut, NAME));
            assertEquals("a.ptar: cut short: it ends within the header", e.getMessage());
        }
    }

    @Test
    void tellsWhatElseAFileIs() {
        List<String> messages = new ArrayList<>();
        byte[] tar = new byte[512];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        messages.add(messageFor(new byte[0]));
        messages.add(messageFor(new byte[] {0x1f, (byte) 0x8b, 8, 0}));
        messages.add(messageFor(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}));
        messages.add(messageFor(tar));
        messages.add(messageFor(new byte[] {'P', 'K', 3, 4, 20}));
        messages.add(messageFor("Gruß Gott\n".getBytes(StandardCharsets.UTF_8)));
        messages.add(messageFor(Arrays.copyOf("Gruß".getBytes(StandardCharsets.UTF_8), 4)));
        messages.add(messageFor(new byte[100]));
        messages.add(messageFor(new byte[] {1, 2, 3}));
        messages.add(messageFor(new byte[] {(byte) 0x89, 'P', 'T'}));
        messages.add(messageFor(new byte[] {(byte) 0x89, 'P', 'T', 'A', 'R', '\n', 0x1a, 1, 0}));
        assertEquals(List.of("is empty", "is a gzip file", "is a zstd file", "is a tar file", "is a zip file",
                "is a text file", "is a text file", "begins with zeros", "begins with other bytes",
                "ends after 3 bytes", "was a ptar archive: a transfer as text changed its bytes"), messages);
    }

    private static String messageFor(byte[] start) {
        ArchiveException e =
                assertThrows(NotAnArchiveException.class, () -> Header.lengthFrom(ByteBuffer.wrap(start), NAME));
        String prefix = "a.ptar: not a ptar archive: it ";
        assertTrue(e.getMessage().startsWith(prefix));
        return e.getMessage().substring(prefix.length());
    }

    @Test
    void lengthIsKnownFromThePrefixOnly() throws Exception {
        ByteBuffer start = ByteBuffer.wrap(SEALED.toBytes(), 0, 16);
        assertEquals(8192, Header.lengthFrom(start, NAME));
        assertEquals(0, start.position());
    }

    /// Bytes that count up from `first`.
    private static Bytes run(int first, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (first + i);
        }
        return Bytes.wrap(bytes);
    }
}
