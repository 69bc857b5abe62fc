package ptar.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ptar.Forge;
import ptar.crypto.Argon2Cost;
import ptar.crypto.KeyFile;
import ptar.crypto.KeySlots;
import ptar.crypto.KeyWrapper;
import ptar.crypto.MasterKey;
import ptar.crypto.Password;
import ptar.error.ArchiveException;
import ptar.error.BrokenSealException;
import ptar.error.WrongKeyException;
import ptar.layout.ClosingMark;
import ptar.layout.FrameHead;
import ptar.layout.FrameType;
import ptar.layout.Header;
import ptar.layout.PasswordSlot;
import ptar.layout.Run;
import ptar.layout.RunEnd;
import ptar.layout.SegmentHead;
import ptar.storage.MemorySource;
import ptar.tree.Bytes;
import ptar.tree.Content;
import ptar.tree.MemoryTree;
import ptar.write.TestArchive;

/// What an attacker does to a sealed archive who knows the format and not the key: heads and checksums are right again
/// behind every change. Both ways of reading give an error, and what comes out before it is the archive's own: that is
/// [ErrorOrRight]'s to see.
class TamperTest {
    private static final int SIZE = SegmentHead.STORED_SIZE;
    private static final int PAYLOAD = SegmentHead.PAYLOAD_SIZE;
    private static final String REFUSED = MemorySource.NAME + ": no key fits, or the header is damaged";

    private static byte[] archive;
    private static Header header;
    private static ErrorOrRight reading;
    private static int first;
    private static int closing;
    private static int segments;

    @BeforeAll
    static void write() throws IOException {
        archive = TestArchive.of(tree()).windows(3, Long.MAX_VALUE).sealed().write();
        header = Header.readFrom(ByteBuffer.wrap(archive), MemorySource.NAME);
        reading = new ErrorOrRight(archive, tree(), TestArchive.keys());
        first = header.length() + Run.PREAMBLE_SIZE;
        closing = archive.length - ClosingMark.SIZE - header.length();
        segments = (closing - first + SIZE - 1) / SIZE;
        assertNull(reading.byIndex(archive, 1));
        assertNull(reading.forward(archive));
        assertTrue(segments > 5, "several segments");
    }

    /// With frames of every type in several segments.
    private static MemoryTree tree() {
        MemoryTree tree = MutationTest.treeWithExtents();
        for (int i = 0; i < 8; i++) {
            tree.file("noise" + i, Content.random(i, 50_000));
        }
        return tree;
    }

    private static void assertNoticed(byte[] tampered, String what) throws IOException {
        assertNoticed(reading, tampered, what);
    }

    private static void assertNoticed(ErrorOrRight reader, byte[] tampered, String what) throws IOException {
        assertNotNull(reader.byIndex(tampered, 1), () -> "by index: " + what);
        assertNotNull(reader.forward(tampered), () -> "forward: " + what);
        assertThrows(ArchiveException.class, () -> verifyAll(tampered), () -> "before anything is used: " + what);
    }

    private static void verifyAll(byte[] sealed) throws IOException {
        try (ArchiveReader reader = ArchiveReader.open(new MemorySource(sealed), TestArchive.keys());
                SealVerifier seals = new SealVerifier(reader, 2)) {
            seals.addAll();
            seals.finish();
        }
    }

    // ---- the header

    /// In both copies, as an attacker does it who sees to it that they agree; and in one.
    @Test
    void everyByteOfTheHeaderGivesTheErrorOfAWrongKeyButWhatIsReadBeforeThereIsAKey() throws IOException {
        for (int at = 0; at < header.length(); at++) {
            byte[] tampered = archive.clone();
            tampered[at] ^= (byte) (1 << at % 8);
            assertNoticed(tampered, "front, byte " + at);
            tampered[closing + at] = tampered[at];
            boolean isReadBefore = at < 10 || at >= 16 && at < 24 || at == 56;
            boolean isLength = at >= 12 && at < 16; // in bounds or out
            for (ArchiveException error : new ArchiveException[] {
                reading.byIndex(tampered, 1), reading.byIndex(tampered, 8), reading.forward(tampered)}) {
                assertNotNull(error, "byte " + at);
                assertTrue(isLength || isReadBefore != error.getMessage().equals(REFUSED), "byte " + at + ": " + error);
            }
            tampered[at] = archive[at];
            assertNotNull(reading.byIndex(tampered, 1), "end, byte " + at);
            assertNotNull(reading.byIndex(tampered, 8), "end, from far, byte " + at);
            if (at < 192 || at % 16 == 0) {
                assertNotNull(reading.forward(tampered), "end, forward, byte " + at);
            }
        }
    }

    @Test
    void aWrongPasswordAndADamagedSlotGiveOneError() throws IOException {
        MasterKey key = MasterKey.random(new SecureRandom());
        byte[] sealed = written(key, KeySlots.sealedHeader(key, List.of(password("right"))));
        byte[] damaged = sealed.clone();
        int wrapped = 96 + 8 + 32;
        damaged[wrapped] ^= 1;
        damaged[damaged.length - ClosingMark.SIZE - header.length() + wrapped] ^= 1;

        assertRefused(sealed, "wrong");
        assertRefused(damaged, "right");
    }

    private static Password password(String word) {
        return Password.wrap(Bytes.of(word).toArray(), new Argon2Cost(PasswordSlot.MIN_MEMORY_KIB, 1, 1));
    }

    private static void assertRefused(byte[] sealed, String word) throws IOException {
        ErrorOrRight reader = reader(KeyFinder.of(List.of(password(word)), MemorySource.NAME));
        assertRefused(reader.byIndex(sealed, 1));
        assertRefused(reader.forward(sealed));
    }

    private static void assertRefused(ArchiveException error) {
        assertEquals(REFUSED, assertInstanceOf(WrongKeyException.class, error).getMessage());
    }

    /// Expects nothing: everything that it is given must be refused.
    private static ErrorOrRight reader(KeyFinder keys) throws IOException {
        byte[] empty = TestArchive.of(new MemoryTree()).write();
        return new ErrorOrRight(empty, new MemoryTree(), header -> header.suite().isSealed()
                ? keys.keyOf(header) : MasterKey.plain());
    }

    /// By somebody who has the key, so that commitment and MAC are right, and without it.
    @Test
    void aSlotThatAsksForATerabyteOrAThousandPassesIsRefusedBeforeArgon2Runs() throws IOException {
        MasterKey key = MasterKey.random(new SecureRandom());
        byte[] sealed = written(key, KeySlots.sealedHeader(key, List.of(password("right"))));
        ErrorOrRight reader = reader(KeyFinder.of(List.of(password("right")), MemorySource.NAME));
        for (int[] cost : new int[][] {{24, 1 << 30}, {24, -1}, {24, 0}, {28, 1000}, {28, 0}, {32, 17}, {32, 0}}) {
            byte[] tampered = sealed.clone();
            ByteBuffer.wrap(tampered).order(ByteOrder.LITTLE_ENDIAN).putInt(96 + cost[0], cost[1]);
            for (boolean signed : new boolean[] {false, true}) {
                withHeader(tampered, signed ? key : null);
                long start = System.nanoTime();
                assertRefused(reader.byIndex(tampered, 1));
                assertRefused(reader.forward(tampered));
                assertTrue(System.nanoTime() - start < 2_000_000_000L, "Argon2 ran");
            }
        }
    }

    @Test
    void moreThan64SlotsAndMoreThan8PasswordsAreRefused() throws IOException {
        MasterKey key = MasterKey.random(new SecureRandom());
        List<KeyWrapper> wrappers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            wrappers.add(i == 0 ? TestArchive.KEY_FILE : KeyFile.random());
        }
        byte[] sealed = written(key, KeySlots.sealedHeader(key, wrappers));
        assertNull(reading.byIndex(sealed, 1), "64 slots are read");
        byte[] tampered = sealed.clone();
        System.arraycopy(tampered, 96, tampered, 96 + 64 * 80, 80);
        tampered[58] = 65;
        withHeader(tampered, key);
        assertRefused(reading.byIndex(tampered, 1));
        assertRefused(reading.forward(tampered));

        byte[] slot = new byte[80];
        ByteBuffer.wrap(slot).order(ByteOrder.LITTLE_ENDIAN).put((byte) 1).put((byte) 0).putShort((short) 80)
                .putInt(24, PasswordSlot.MIN_MEMORY_KIB).putInt(28, 1).putInt(32, 1);
        for (int passwords : new int[] {8, 9}) {
            byte[] many = sealed.clone();
            for (int i = 1; i <= passwords; i++) {
                System.arraycopy(slot, 0, many, 96 + 80 * i, 80);
            }
            withHeader(many, key);
            ArchiveException error = reading.byIndex(many, 1);
            assertEquals(passwords > 8, error != null, passwords + " passwords");
        }
    }

    /// Puts the front header at the end too, under a right MAC if there is a key.
    private static void withHeader(byte[] tampered, MasterKey key) {
        int length = ByteBuffer.wrap(tampered).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
        if (key != null) {
            byte[] mac = key.headerMac(ByteBuffer.wrap(tampered, 0, length - Header.MAC_SIZE));
            System.arraycopy(mac, 0, tampered, length - Header.MAC_SIZE, Header.MAC_SIZE);
        }
        System.arraycopy(tampered, 0, tampered, tampered.length - ClosingMark.SIZE - length, length);
    }

    @Test
    void anOlderHeaderPutBackAtOneEndIsNoticed() throws IOException {
        try (MasterKey key = KeySlots.unlock(header, List.of(TestArchive.KEY_FILE), MemorySource.NAME)) {
            Header next = KeySlots.add(header, key, KeyFile.random(), MemorySource.NAME);
            byte[] changed = archive.clone();
            System.arraycopy(next.toBytes(), 0, changed, 0, header.length());
            withHeader(changed, null);
            assertNull(reading.byIndex(changed, 1));
            for (int place : new int[] {0, closing}) {
                byte[] tampered = changed.clone();
                System.arraycopy(archive, 0, tampered, place, header.length());
                assertRefused(reading.byIndex(tampered, 1));
                assertNotNull(reading.forward(tampered), "older header at " + place);
            }
        }
    }

    // ---- segments

    /// At the start, in the middle and at the end of every frame's head and payload, of padding and of the run end.
    @Test
    void aByteOfAnyStructureIsNoticed() throws IOException {
        Set<FrameType> seen = EnumSet.noneOf(FrameType.class);
        List<Integer> places = new ArrayList<>();
        int rootEnd = 0;
        try (MasterKey key = KeySlots.unlock(header, List.of(TestArchive.KEY_FILE), MemorySource.NAME)) {
            for (Forge.Frame frame : Forge.framesOf(archive, header, key)) {
                seen.add(FrameType.values()[frame.type() - 1]);
                int at = (int) frame.pointer().offset();
                int length = frame.pointer().storedLength();
                places.addAll(List.of(at, at + 23, at + 24, at + 24 + length / 2, at + 23 + length));
                rootEnd = at + FrameHead.SIZE + length;
            }
        }
        assertEquals(
                EnumSet.of(FrameType.BLOCK, FrameType.LEAF, FrameType.NODE, FrameType.ROOT, FrameType.EXTENTS), seen);
        int end = closing - first - segments * (SegmentHead.SIZE + SegmentHead.TAG_SIZE);
        assertTrue(rootEnd + RunEnd.SIZE < end, "padding");
        places.addAll(List.of(rootEnd, rootEnd + 24, (rootEnd + end - RunEnd.SIZE) / 2, end - RunEnd.SIZE, end - 1));
        for (int place : places) {
            assertByteNoticed(first + place / PAYLOAD * SIZE + SegmentHead.SIZE + place % PAYLOAD, "byte " + place);
        }
    }

    @Test
    void aByteOfAnyHeadAndTagIsNoticed() throws IOException {
        for (int i = 0; i < segments; i++) {
            int start = first + i * SIZE;
            int end = Math.min(start + SIZE, closing);
            for (int at = 0; at < SegmentHead.SIZE; at++) {
                assertByteNoticed(start + at, "segment " + i + ", head " + at);
                assertByteNoticed(end - 1 - at, "segment " + i + ", tag " + at);
            }
        }
    }

    /// Flips it, with the segment's checksum wrong and right.
    private static void assertByteNoticed(int at, String what) throws IOException {
        byte[] tampered = archive.clone();
        tampered[at] ^= (byte) (1 << at % 8);
        assertNoticed(tampered, what);
        int segment = (at - first) / SIZE;
        if ((at - first) % SIZE >= 4) {
            setCrc(tampered, segment);
            assertNoticed(tampered, what + ", with a right CRC");
        }
    }

    private static void setCrc(byte[] tampered, int segment) {
        int start = first + segment * SIZE;
        SegmentHead.setCrc(MemorySegment.ofArray(tampered).asSlice(start, Math.min(SIZE, closing - start)));
    }

    /// Puts segments in the place of others, as they are and with heads that say what is expected there.
    @Test
    void segmentsSwappedOrRepeatedAreNoticed() throws IOException {
        for (int from = 0; from + 1 < segments; from++) {
            for (int to = 0; to + 1 < segments; to++) {
                if (from == to) {
                    continue;
                }
                for (boolean heads : new boolean[] {false, true}) {
                    byte[] repeated = archive.clone();
                    put(archive, from, repeated, to, heads);
                    assertNoticed(repeated, "segment " + from + " again at " + to);
                    if (from < to) {
                        put(archive, to, repeated, from, heads);
                        assertNoticed(repeated, "segment " + from + " and " + to + " swapped");
                    }
                }
            }
        }
    }

    private static void put(byte[] source, int from, byte[] target, int to, boolean heads) {
        int length = Math.min(SIZE, closing - first - to * SIZE);
        System.arraycopy(source, first + from * SIZE, target, first + to * SIZE, length);
        if (heads) {
            System.arraycopy(archive, first + to * SIZE, target, first + to * SIZE, SegmentHead.SIZE);
            setCrc(target, to);
        }
    }

    @Test
    void segmentsDroppedOrInsertedAreNoticed() throws IOException {
        for (int i = 0; i < segments; i++) {
            int start = first + i * SIZE;
            int end = Math.min(closing, start + SIZE);
            byte[] dropped = joined(Arrays.copyOf(archive, start), Arrays.copyOfRange(archive, end, archive.length));
            byte[] inserted = joined(Arrays.copyOf(archive, end), Arrays.copyOfRange(archive, start, archive.length));
            for (byte[] tampered : new byte[][] {dropped, inserted}) {
                assertNoticed(tampered, "segment " + i);
                renumber(tampered);
                assertNoticed(tampered, "segment " + i + ", the others numbered again");
            }
        }
    }

    /// What the attacker can: heads in order, and a closing mark that says how long the archive is now; not its MAC.
    private static void renumber(byte[] tampered) {
        ByteBuffer bytes = ByteBuffer.wrap(tampered).order(ByteOrder.LITTLE_ENDIAN);
        int end = tampered.length - ClosingMark.SIZE - header.length();
        for (int at = first, i = 0; at < end; at += SIZE, i++) {
            int length = Math.min(SIZE, end - at);
            SegmentHead.write(MemorySegment.ofArray(tampered).asSlice(at, length), SegmentHead.archiveTag(
                    header.archiveId()), i, length - SegmentHead.SIZE - SegmentHead.TAG_SIZE, at + length == end);
            SegmentHead.setCrc(MemorySegment.ofArray(tampered).asSlice(at, length));
        }
        int mark = tampered.length - ClosingMark.SIZE;
        bytes.putLong(mark + 8, tampered.length).putLong(mark + 32, end - header.length());
        setMarkCrc(tampered);
    }

    private static void setMarkCrc(byte[] tampered) {
        CRC32C crc = new CRC32C();
        crc.update(tampered, tampered.length - ClosingMark.SIZE, ClosingMark.SIZE - 4);
        ByteBuffer.wrap(tampered).order(ByteOrder.LITTLE_ENDIAN).putInt(tampered.length - 4, (int) crc.getValue());
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /// One of the same key file; and one even of the same header and master key, as a copied key would make it.
    @Test
    void whatComesFromAnotherArchiveIsNoticed() throws IOException {
        try (MasterKey key = KeySlots.unlock(header, List.of(TestArchive.KEY_FILE), MemorySource.NAME)) {
            byte[] sameKeys = written(key, header);
            byte[] sameKeyFile = TestArchive.of(tree()).windows(3, Long.MAX_VALUE).sealed().write();
            for (byte[] other : new byte[][] {sameKeyFile, sameKeys}) {
                assertEquals(archive.length, other.length);
                for (int i = 0; i < segments; i++) {
                    for (boolean heads : new boolean[] {false, true}) {
                        byte[] tampered = archive.clone();
                        put(other, i, tampered, i, heads);
                        assertNoticed(tampered, "segment " + i);
                    }
                }
                assertPartNoticed(other, first, closing, "all segments");
                assertPartNoticed(other, header.length(), closing, "the run");
                assertPartNoticed(other, archive.length - ClosingMark.SIZE, archive.length, "the closing mark");
            }
            assertPartNoticed(sameKeyFile, 0, header.length(), "the header");
            assertPartNoticed(sameKeyFile, closing, archive.length, "the closing");
        }
    }

    private static void assertPartNoticed(byte[] other, int from, int to, String what) throws IOException {
        byte[] tampered = archive.clone();
        System.arraycopy(other, from, tampered, from, to - from);
        assertNoticed(tampered, what);
    }

    private static byte[] written(MasterKey key, Header sealed) throws IOException {
        return TestArchive.of(tree()).windows(3, Long.MAX_VALUE).sealed(sealed, key).write();
    }

    // ---- runs

    /// Two runs of one archive, three segments each, with what matters in the last.
    @Test
    void segmentsMovedBetweenRunsAreNoticed() throws IOException {
        MasterKey key = MasterKey.random(new SecureRandom());
        Header own = KeySlots.sealedHeader(key, List.of(TestArchive.KEY_FILE));
        Forge forge = HostileArchiveTest.appended(new Forge(own, key), new byte[2 * PAYLOAD]);
        byte[] twoRuns = forge.close();
        MemoryTree tree = new MemoryTree();
        tree.file("f", "twenty bytes of text");
        tree.file("g", "y bytes of");
        ErrorOrRight reader = new ErrorOrRight(twoRuns, tree, TestArchive.keys());
        assertNull(reader.forward(twoRuns));
        int[] starts = forge.runs().stream().mapToInt(run -> own.length() + (int) run.offset()).toArray();
        int[] lengths = forge.runs().stream().mapToInt(run -> (int) run.storedLength()).toArray();
        assertEquals(lengths[0], lengths[1], "so that they can change places");
        for (int i = 0; i < 3; i++) {
            int in = Run.PREAMBLE_SIZE + i * SIZE;
            int length = Math.min(SIZE, lengths[0] - in);
            byte[] moved = twoRuns.clone();
            System.arraycopy(twoRuns, starts[0] + in, moved, starts[1] + in, length);
            assertNotNull(reader.forward(moved));
            assertEquals(i == 2, reader.byIndex(moved, 1) != null, "padding is not read by index");
            assertThrows(BrokenSealException.class, () -> verifyAll(moved));
            System.arraycopy(twoRuns, starts[1] + in, moved, starts[0] + in, length);
            assertNotNull(reader.forward(moved));
            assertEquals(i == 2, reader.byIndex(moved, 1) != null);
            assertThrows(BrokenSealException.class, () -> verifyAll(moved));
        }
        byte[] runsSwapped = twoRuns.clone();
        System.arraycopy(twoRuns, starts[0], runsSwapped, starts[1], lengths[0]);
        System.arraycopy(twoRuns, starts[1], runsSwapped, starts[0], lengths[1]);
        assertNoticed(reader, runsSwapped, "runs swapped");
        byte[] saltsSwapped = twoRuns.clone();
        System.arraycopy(twoRuns, starts[0], saltsSwapped, starts[1], Run.PREAMBLE_SIZE);
        assertNotNull(reader.forward(saltsSwapped));
        assertNoticed(reader, joined(Arrays.copyOf(twoRuns, starts[0]),
                Arrays.copyOfRange(twoRuns, starts[1], twoRuns.length)), "first run dropped");
        assertNoticed(reader, joined(Arrays.copyOf(twoRuns, starts[1]),
                Arrays.copyOfRange(twoRuns, starts[1] + lengths[1], twoRuns.length)), "second run dropped");
        assertNoticed(reader, joined(Arrays.copyOf(twoRuns, starts[1] + lengths[1]),
                Arrays.copyOfRange(twoRuns, starts[1], twoRuns.length)), "second run twice");
    }

    // ---- its ends

    @Test
    void aCutAtAnyBorderIsNoticed() throws IOException {
        List<Integer> borders = new ArrayList<>(List.of(
                1, 8, header.length(), first, closing, archive.length - ClosingMark.SIZE, archive.length));
        for (int i = 1; i < segments; i++) {
            borders.add(first + i * SIZE);
        }
        for (int border : borders) {
            for (int length = border - 1; length <= border + 1 && length < archive.length; length++) {
                assertNoticed(Arrays.copyOf(archive, length), "cut to " + length);
            }
        }
    }

    @Test
    void bytesAddedAreNoticed() throws IOException {
        for (int more : new int[] {1, 64, ClosingMark.SIZE, SIZE}) {
            assertNoticed(Arrays.copyOf(archive, archive.length + more), more + " zeros behind");
            assertNoticed(joined(new byte[more], archive), more + " zeros before");
        }
        assertNoticed(joined(archive, archive), "itself behind");
        assertNoticed(joined(archive, Arrays.copyOfRange(archive, closing, archive.length)), "its closing behind");
        assertNoticed(joined(archive, Arrays.copyOfRange(archive, header.length(), archive.length)), "its run behind");
        int mark = archive.length - ClosingMark.SIZE;
        byte[] before = joined(joined(Arrays.copyOf(archive, mark), new byte[64]),
                Arrays.copyOfRange(archive, mark, archive.length));
        assertNoticed(before, "64 zeros before the closing mark");
    }

    @Test
    void everyByteOfTheClosingMarkAndThePreambleIsNoticed() throws IOException {
        for (int i = 0; i < ClosingMark.SIZE - 4; i++) {
            byte[] tampered = archive.clone();
            tampered[archive.length - ClosingMark.SIZE + i] ^= (byte) (1 << i % 8);
            setMarkCrc(tampered);
            assertNoticed(tampered, "closing mark, byte " + i);
        }
        for (int i = 0; i < Run.PREAMBLE_SIZE - 4; i++) {
            byte[] tampered = archive.clone();
            tampered[header.length() + i] ^= (byte) (1 << i % 8);
            CRC32C crc = new CRC32C();
            crc.update(tampered, header.length(), Run.PREAMBLE_SIZE - 4);
            ByteBuffer.wrap(tampered).order(ByteOrder.LITTLE_ENDIAN).putInt(first - 4, (int) crc.getValue());
            // The closing mark says the same to a reader by index.
            assertNull(reading.byIndex(tampered, 1));
            assertThrows(BrokenSealException.class, () -> verifyAll(tampered), "preamble, byte " + i);
            assertNotNull(reading.forward(tampered), "preamble, byte " + i);
        }
    }
}
