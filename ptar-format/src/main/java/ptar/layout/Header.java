package ptar.layout;

import static ptar.layout.Bounds.require;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.error.NotAnArchiveException;
import ptar.error.UnsupportedVersionException;
import ptar.error.WrongKeyException;
import ptar.tree.Bytes;

/// Header: the first bytes of an archive, and a copy of them in each closing. Spec §2.
///
/// Integers are little-endian; H is the header's length.
///
/// | offset | size | field                | meaning                                                   |
/// |-------:|-----:|----------------------|-----------------------------------------------------------|
/// |      0 |    8 | magic                | `\x89PTAR\r\n\x1a`                                        |
/// |      8 |    2 | major                | 1                                                         |
/// |     10 |    2 | minor                | 0; a higher one can be read                               |
/// |     12 |    4 | length               | H: 256 to 131,072, a multiple of 64; 256 if plain         |
/// |     16 |   24 | features             | incompatible, append, other                               |
/// |     40 |   16 | archiveId            | random; [#PLAIN_ID] if plain                              |
/// |     56 |    1 | suite                |                                                           |
/// |     57 |    1 | segment size         | base-2 logarithm: 16                                      |
/// |     58 |    2 | slots                | how many: 0 if plain, else 1 to 64, at most 8 of type 1   |
/// |     60 |    4 | generation           | how often the slots were rewritten                        |
/// |     64 |   32 | commitment           | to the master key                                         |
/// |     96 |    … | slots                | one behind the other, then zeros                          |
/// | H − 32 |   32 | mac                  | keyed by the master key, over all bytes before            |
///
/// Reading looks at bounds only: nothing in a header may be believed until [#isAuthentic] has said so.
public record Header(
        int minor,
        int length,
        Features features,
        Bytes archiveId,
        Suite suite,
        long generation,
        Bytes commitment,
        List<KeySlot> slots,
        Bytes mac) {
    public static final Bytes MAGIC = Bytes.wrap(new byte[] {(byte) 0x89, 'P', 'T', 'A', 'R', '\r', '\n', 0x1a});
    public static final int MAJOR = 1;
    public static final int MINOR = 0;
    public static final int MIN_LENGTH = 256;
    public static final int MAX_LENGTH = 128 << 10;
    /// Of a sealed archive: most changes of slots fit in place.
    public static final int MIN_SEALED_LENGTH = 4096;
    public static final int ID_SIZE = 16;
    public static final Bytes PLAIN_ID = Bytes.wrap("plain ptar v1\0\0\0".getBytes(StandardCharsets.US_ASCII));
    public static final int SEGMENT_SIZE_LOG = 16;
    public static final int MAX_SLOTS = 64;
    public static final int MAX_PASSWORD_SLOTS = 8;
    public static final int COMMITMENT_SIZE = 32;
    public static final int MAC_SIZE = 32;
    /// How many of an archive's first bytes tell what it is: no archive is shorter, and other kinds of files are named
    /// by what these hold.
    public static final int PROBE_SIZE = 512;

    private static final int SUITE_OFFSET = 56;
    private static final int SLOTS_OFFSET = 96;
    private static final int MAX_GENERATION_BITS = 32;

    public Header {
        require(minor >= 0 && minor <= 0xffff, "minor version out of range: %d", minor);
        require(length >= MIN_LENGTH && length <= MAX_LENGTH && length % 64 == 0, "length of the header: %d", length);
        require(features.canRead(), "incompatible features: 0x%x", features.incompatible());
        require(archiveId.length() == ID_SIZE, "archive id: %d bytes", archiveId.length());
        require(generation >>> MAX_GENERATION_BITS == 0, "generation out of range: %d", generation);
        require(commitment.length() == COMMITMENT_SIZE, "commitment: %d bytes", commitment.length());
        require(mac.length() == MAC_SIZE, "MAC of the header: %d bytes", mac.length());
        slots = List.copyOf(slots);
        if (suite.isSealed()) {
            require(length >= MIN_SEALED_LENGTH, "length of a sealed archive's header: %d", length);
            require(!slots.isEmpty() && slots.size() <= MAX_SLOTS, "%d key slots: 1 to %d are allowed", slots.size(),
                    MAX_SLOTS);
            long passwords = slots.stream().filter(PasswordSlot.class::isInstance).count();
            require(passwords <= MAX_PASSWORD_SLOTS, "%d password slots: at most %d are allowed", passwords,
                    MAX_PASSWORD_SLOTS);
            require(slotBytes(slots) <= roomForSlots(length), "the key slots take %d bytes: there is room for %d",
                    slotBytes(slots), roomForSlots(length));
        } else {
            require(length == MIN_LENGTH, "length of a plain archive's header: %d", length);
            require(archiveId.equals(PLAIN_ID), "archive id of a plain archive");
            require(slots.isEmpty(), "%d key slots in a plain archive", slots.size());
            require(generation == 0, "generation of a plain archive: %d", generation);
        }
    }

    /// The header of every plain archive that needs no feature.
    public static Header plain(HeaderKey allZeroKey) {
        return unsigned(MIN_LENGTH, PLAIN_ID, Suite.PLAIN, List.of()).signedBy(allZeroKey);
    }

    /// A new sealed archive's header.
    ///
    /// @param length see [#lengthFor]
    /// @throws IllegalArgumentException for too many slots, or too many of one kind
    public static Header sealed(int length, Bytes archiveId, List<KeySlot> slots, HeaderKey key) {
        return unsigned(length, archiveId, Suite.AES_256_GCM_SIV, slots).signedBy(key);
    }

    private static Header unsigned(int length, Bytes archiveId, Suite suite, List<KeySlot> slots) {
        return new Header(MINOR, length, Features.NONE, archiveId, suite, 0, Bytes.wrap(new byte[COMMITMENT_SIZE]),
                slots, Bytes.wrap(new byte[MAC_SIZE]));
    }

    /// Room for these slots and two more of any kind that is known.
    public static int lengthFor(List<KeySlot> slots) {
        int needed = SLOTS_OFFSET + slotBytes(slots) + 2 * RecipientSlot.LENGTH + MAC_SIZE;
        return Math.min(MAX_LENGTH, (needed + MIN_SEALED_LENGTH - 1) / MIN_SEALED_LENGTH * MIN_SEALED_LENGTH);
    }

    /// This header with other slots and the next generation; the length stays, as runs lie behind it.
    ///
    /// @throws IllegalArgumentException if they do not fit, or are too many
    public Header withSlots(List<KeySlot> newSlots, HeaderKey key) {
        return new Header(minor, length, features, archiveId, suite, generation + 1, commitment, newSlots, mac)
                .signedBy(key);
    }

    private Header signedBy(HeaderKey key) {
        Bytes ownCommitment = Bytes.wrap(key.commitment());
        Header committed = new Header(minor, length, features, archiveId, suite, generation, ownCommitment, slots, mac);
        return new Header(minor, length, features, archiveId, suite, generation, ownCommitment, slots,
                Bytes.wrap(key.headerMac(committed.bytesUnderMac())));
    }

    /// Whether this is the key that the header commits to. Constant time.
    public boolean isCommittedTo(HeaderKey key) {
        return MessageDigest.isEqual(key.commitment(), commitment.toArray());
    }

    /// Whether every byte of the header was written by a holder of this key. Constant time.
    public boolean isAuthentic(HeaderKey key) {
        return isCommittedTo(key) & MessageDigest.isEqual(key.headerMac(bytesUnderMac()), mac.toArray());
    }

    /// @param name of the archive, for messages
    /// @throws WrongKeyException if [#isAuthentic] is false of a sealed archive: the key is another one, or it is
    ///     damaged
    /// @throws CorruptArchiveException if it is false of a plain one
    public void requireAuthentic(HeaderKey key, String name) throws ArchiveException {
        if (!isAuthentic(key)) {
            throw suite.isSealed() ? new WrongKeyException(name)
                    : new CorruptArchiveException("%s: header is damaged: its MAC does not match".formatted(name));
        }
    }

    /// Bytes left for more slots.
    public int freeRoom() {
        return roomForSlots(length) - slotBytes(slots);
    }

    private static int roomForSlots(int length) {
        return length - SLOTS_OFFSET - MAC_SIZE;
    }

    private static int slotBytes(List<KeySlot> slots) {
        return slots.stream().mapToInt(KeySlot::length).sum();
    }

    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(length);
        writeTo(out);
        return out.array();
    }

    /// Writes all [#length] bytes.
    public void writeTo(ByteBuffer out) {
        out.put(bytesUnderMac());
        out.put(mac.asBuffer());
    }

    private ByteBuffer bytesUnderMac() {
        ByteBuffer out = ByteBuffer.allocate(length - MAC_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC.asBuffer());
        out.putShort((short) MAJOR).putShort((short) minor);
        out.putInt(length);
        out.putLong(features.incompatible()).putLong(features.append()).putLong(features.other());
        out.put(archiveId.asBuffer());
        out.put((byte) suite.code()).put((byte) SEGMENT_SIZE_LOG);
        out.putShort((short) slots.size());
        out.putInt((int) generation);
        out.put(commitment.asBuffer());
        slots.forEach(slot -> slot.writeTo(out));
        return out.rewind();
    }

    /// Says how many bytes [#readFrom] needs.
    ///
    /// @param start an archive's first bytes, best [#PROBE_SIZE] of them; its position stays
    /// @param name of the archive, for messages
    /// @throws NotAnArchiveException if the magic is absent; the message tells what it looks like
    /// @throws UnsupportedVersionException if the magic is there and the major version is not ours
    /// @throws CorruptArchiveException if even the length is out of bounds or not there
    public static int lengthFrom(ByteBuffer start, String name) throws ArchiveException {
        ByteBuffer in = start.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < MAGIC.length() || !KeySlot.take(in, MAGIC.length()).equals(MAGIC)) {
            throw new NotAnArchiveException(FileKind.message(start.slice(), name));
        }
        if (in.remaining() < 8) {
            throw cutShort(name);
        }
        int major = Short.toUnsignedInt(in.getShort());
        if (major != MAJOR) {
            throw new UnsupportedVersionException("%s: format version %d.%d, this program reads version %d"
                    .formatted(name, major, Short.toUnsignedInt(in.getShort()), MAJOR));
        }
        in.getShort();
        int length = in.getInt();
        if (length < MIN_LENGTH || length > MAX_LENGTH || length % 64 != 0) {
            throw new CorruptArchiveException("%s: header is damaged: its length is %d"
                    .formatted(name, Integer.toUnsignedLong(length)));
        }
        return length;
    }

    /// Whether an archive's first bytes say that it is sealed. Not verified: for what can be refused without a key.
    public static boolean isSealed(ByteBuffer start) {
        return start.remaining() > SUITE_OFFSET
                && start.slice(start.position(), MAGIC.length()).equals(MAGIC.asBuffer())
                && start.get(start.position() + SUITE_OFFSET) != Suite.PLAIN.code();
    }

    /// Reads a header and leaves the position behind it. Bounds only; see [#isAuthentic].
    ///
    /// @param name of the archive, for messages
    /// @throws NotAnArchiveException as [#lengthFrom]
    /// @throws UnsupportedVersionException if it needs a newer reader: major version, feature bit, suite
    /// @throws CorruptArchiveException if a field of a plain archive breaks the table above, or bytes are missing
    /// @throws WrongKeyException if a field of a sealed archive does: the same error that a wrong key gives; the cause
    ///     says which field
    public static Header readFrom(ByteBuffer in, String name) throws ArchiveException {
        int length = lengthFrom(in, name);
        if (in.remaining() < length) {
            throw cutShort(name);
        }
        ByteBuffer header = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        header.position(10);
        int minor = Short.toUnsignedInt(header.getShort());
        header.getInt();
        Features features = new Features(header.getLong(), header.getLong(), header.getLong());
        if (!features.canRead()) {
            throw new UnsupportedVersionException("%s: needs a newer ptar (incompatible features 0x%x)"
                    .formatted(name, features.incompatible()));
        }
        Bytes archiveId = KeySlot.take(header, ID_SIZE);
        int suiteCode = Byte.toUnsignedInt(header.get());
        Suite suite = Suite.ofCodeOrNull(suiteCode);
        if (suite == null) {
            throw new UnsupportedVersionException("%s: needs a newer ptar (suite %d)".formatted(name, suiteCode));
        }
        try {
            Header read = readRest(header, minor, features, archiveId, suite);
            in.position(in.position() + length);
            return read;
        } catch (IllegalArgumentException e) {
            throw suite.isSealed() ? new WrongKeyException(name, e)
                    : new CorruptArchiveException("%s: header is damaged: %s".formatted(name, e.getMessage()));
        }
    }

    private static Header readRest(ByteBuffer in, int minor, Features features, Bytes archiveId, Suite suite) {
        int segmentSizeLog = Byte.toUnsignedInt(in.get());
        require(segmentSizeLog == SEGMENT_SIZE_LOG, "segment size: 2^%d", segmentSizeLog);
        int unverifiedSlots = Short.toUnsignedInt(in.getShort());
        require(unverifiedSlots <= MAX_SLOTS, "%d key slots: at most %d are allowed", unverifiedSlots, MAX_SLOTS);
        long generation = Integer.toUnsignedLong(in.getInt());
        Bytes commitment = KeySlot.take(in, COMMITMENT_SIZE);
        in.limit(in.capacity() - MAC_SIZE);
        KeySlot[] slots = new KeySlot[unverifiedSlots];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = KeySlot.readFrom(in);
        }
        while (in.hasRemaining()) {
            require(in.get() == 0, "bytes behind the key slots are not zero");
        }
        in.limit(in.capacity());
        return new Header(minor, in.capacity(), features, archiveId, suite, generation, commitment, List.of(slots),
                KeySlot.take(in, MAC_SIZE));
    }

    private static CorruptArchiveException cutShort(String name) {
        return new CorruptArchiveException("%s: cut short: it ends within the header".formatted(name));
    }
}
