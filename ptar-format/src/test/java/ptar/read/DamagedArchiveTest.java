package ptar.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.error.NotAnArchiveException;
import ptar.error.WrongKeyException;
import ptar.layout.ClosingMark;
import ptar.layout.Run;
import ptar.layout.SegmentHead;
import ptar.storage.MemorySource;
import ptar.tree.Content;
import ptar.tree.MemoryTree;
import ptar.write.TestArchive;

/// Damage to the stored bytes: flipped, cut, extended, moved. Both readers give an error or what was written.
class DamagedArchiveTest {
    /// Small, with every structure that has a frame but extents.
    private static MemoryTree smallTree() {
        MemoryTree tree = new MemoryTree();
        tree.file("a", "some content");
        tree.file("b", Content.join(Content.of("before"), Content.hole(10), Content.of("behind")));
        tree.hardLink("c", "a");
        tree.symlink("d", "a");
        tree.folder("e/f");
        return tree;
    }

    private static byte[] archive(boolean sealed) throws IOException {
        TestArchive archive = TestArchive.of(smallTree()).windows(3, Long.MAX_VALUE);
        return (sealed ? archive.sealed() : archive).write();
    }

    private static ErrorOrRight reading(byte[] archive) throws IOException {
        return new ErrorOrRight(archive, smallTree(), TestArchive.keys());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSoundArchiveIsRight(boolean sealed) throws IOException {
        byte[] archive = archive(sealed);
        assertNull(reading(archive).byIndex(archive, 1));
        assertNull(reading(archive).byIndex(archive, 8));
        assertNull(reading(archive).forward(archive));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anyByteFlippedIsAnErrorOrDoesNotMatter(boolean sealed) throws IOException {
        byte[] archive = archive(sealed);
        ErrorOrRight reading = reading(archive);
        int header = sealed ? 4096 : 256;
        for (int at = 0; at < archive.length; at++) {
            if (sealed && isZeroBehindSlots(archive, at)) {
                at += 15; // most of the two headers
            }
            byte[] broken = archive.clone();
            broken[at] ^= (byte) (1 << at % 8);
            ArchiveException local = reading.byIndex(broken, 1);
            ArchiveException remote = reading.byIndex(broken, 8);
            ArchiveException forward = reading.forward(broken);
            boolean inFront = at < header;
            boolean inPreamble = at >= header && at < header + Run.PREAMBLE_SIZE;
            // a reader by the index needs neither the front's header nor the preamble; a local one compares headers
            assertEquals(inPreamble, local == null, "by index, byte " + at + " of " + archive.length);
            assertEquals(inPreamble || inFront, remote == null, "from far, byte " + at);
            assertNotNull(forward, "forward, byte " + at);
        }
    }

    private static boolean isZeroBehindSlots(byte[] archive, int at) {
        int inHeader = at >= archive.length - 128 - 4096 ? at - (archive.length - 128 - 4096) : at;
        return inHeader > 200 && inHeader < 4000;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cutShortAtAnyByteItIsAnError(boolean sealed) throws IOException {
        byte[] archive = archive(sealed);
        ErrorOrRight reading = reading(archive);
        for (int length = 0; length < archive.length; length += sealed ? 5 : 1) {
            byte[] cut = Arrays.copyOf(archive, length);
            assertNotNull(reading.byIndex(cut, 1), "by index, " + length + " bytes");
            assertNotNull(reading.forward(cut), "forward, " + length + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 128, 640, 70_000})
    void bytesPutBeforeOrBehindAreAnError(int more) throws IOException {
        byte[] archive = archive(false);
        ErrorOrRight reading = reading(archive);
        for (byte with : new byte[] {0, (byte) 0x89, 'p'}) {
            byte[] longer = Arrays.copyOf(archive, archive.length + more);
            Arrays.fill(longer, archive.length, longer.length, with);
            assertNotNull(reading.byIndex(longer, 1));
            assertNotNull(reading.forward(longer));
            byte[] shifted = new byte[archive.length + more];
            Arrays.fill(shifted, 0, more, with);
            System.arraycopy(archive, 0, shifted, more, archive.length);
            assertNotNull(reading.byIndex(shifted, 1));
            assertInstanceOf(NotAnArchiveException.class, reading.forward(shifted));
        }
    }

    @Test
    void twoArchivesOneBehindTheOtherAreAnError() throws IOException {
        byte[] archive = archive(false);
        byte[] twice = Arrays.copyOf(archive, 2 * archive.length);
        System.arraycopy(archive, 0, twice, archive.length, archive.length);
        assertNotNull(reading(archive).byIndex(twice, 1));
        assertNotNull(reading(archive).forward(twice));
    }

    /// Stored as it is, and compressed: what it would decompress to, or that it does not, is not looked at.
    @ParameterizedTest
    @ValueSource(ints = {16, 256})
    void aBlockThatIsDamagedHasTheWrongHash(int symbols) throws IOException {
        byte[] content = new byte[3 << 20];
        Random random = new Random(symbols);
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) random.nextInt(symbols);
        }
        MemoryTree tree = new MemoryTree();
        tree.file("f", Content.of(content));
        byte[] archive = TestArchive.of(tree).write();
        ErrorOrRight reading = new ErrorOrRight(archive, tree, TestArchive.keys());
        assertTrue(archive.length > 3 << 19, "the block is stored in " + archive.length + " bytes");
        for (int at = 1000; at < 3 << 19; at += 99_991) {
            byte[] broken = archive.clone();
            broken[at] ^= (byte) (1 << at % 8);
            int first = 256 + Run.PREAMBLE_SIZE;
            int segment = at - (at - first) % SegmentHead.STORED_SIZE;
            SegmentHead.setCrc(MemorySegment.ofArray(broken).asSlice(segment, SegmentHead.STORED_SIZE));
            ArchiveException refused = reading.byIndex(broken, 1);
            assertTrue(refused.getMessage().contains("hash mismatch"), refused.getMessage());
        }
    }

    private static MemoryTree severalSegments() {
        MemoryTree tree = new MemoryTree();
        for (int i = 0; i < 8; i++) {
            tree.file("f" + i, Content.random(i, 50_000));
        }
        return tree;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void segmentsSwappedRepeatedOrLeftOutAreAnError(boolean sealed) throws IOException {
        TestArchive writing = TestArchive.of(severalSegments()).windows(4, Long.MAX_VALUE);
        byte[] archive = (sealed ? writing.sealed() : writing).write();
        byte[] other = (sealed ? writing.sealed() : writing.level(-5)).write();
        ErrorOrRight reading = new ErrorOrRight(archive, severalSegments(), TestArchive.keys());
        int size = SegmentHead.STORED_SIZE;
        int first = (sealed ? 4096 : 256) + Run.PREAMBLE_SIZE;
        for (int from = 0; from < 6; from++) {
            for (int to = 0; to < 6; to++) {
                byte[] copied = archive.clone();
                System.arraycopy(archive, first + from * size, copied, first + to * size, size);
                ArchiveException byIndex = reading.byIndex(copied, 1);
                assertEquals(from == to, byIndex == null, from + " to " + to);
                assertEquals(from == to, reading.forward(copied) == null, from + " to " + to);
                System.arraycopy(archive, first + to * size, copied, first + from * size, size);
                assertEquals(from == to, reading.byIndex(copied, 1) == null, from + " with " + to);
            }
            byte[] without = new byte[archive.length - size];
            int hole = first + from * size;
            System.arraycopy(archive, 0, without, 0, hole);
            System.arraycopy(archive, hole + size, without, hole, without.length - hole);
            assertNotNull(reading.byIndex(without, 1));
            assertNotNull(reading.forward(without));
            if (sealed) {
                byte[] foreign = archive.clone();
                System.arraycopy(other, first + from * size, foreign, first + from * size, size);
                assertNotNull(reading.byIndex(foreign, 1));
                assertNotNull(reading.forward(foreign));
            }
        }
    }

    @Test
    void garbageIsNoArchive() throws IOException {
        Random random = new Random(3);
        ErrorOrRight reading = reading(archive(false));
        for (int length : new int[] {0, 1, 7, 8, 100, 511, 512, 513, 5_000, 600_000}) {
            byte[] garbage = new byte[length];
            random.nextBytes(garbage);
            assertInstanceOf(NotAnArchiveException.class, reading.byIndex(garbage, 1));
            assertInstanceOf(NotAnArchiveException.class, reading.forward(garbage));
        }
        byte[] tar = new byte[10_240];
        byte[] magic = "ustar".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(magic, 0, tar, 257, magic.length);
        assertEquals("memory.ptar: not a ptar archive: it is a tar file", reading.byIndex(tar, 1).getMessage());
        assertEquals("memory.ptar: not a ptar archive: it is a tar file", reading.forward(tar).getMessage());
    }

    @Test
    void anotherKeyIsOneErrorWhateverIsDamaged() throws IOException {
        byte[] archive = archive(true);
        KeyFinder wrong = KeyFinder.of(java.util.List.of(ptar.crypto.KeyFile.random()), MemorySource.NAME);
        for (KeyFinder keys : new KeyFinder[] {wrong, KeyFinder.PLAIN}) {
            WrongKeyException refused = assertInstanceOf(
                    WrongKeyException.class, errorOf(() -> ArchiveReader.open(new MemorySource(archive), keys)));
            assertEquals("memory.ptar: no key fits, or the header is damaged", refused.getMessage());
            refused = assertInstanceOf(
                    WrongKeyException.class,
                    errorOf(() -> ForwardReader.open(MemorySource.stream(archive), keys, 1)));
            assertEquals("memory.ptar: no key fits, or the header is damaged", refused.getMessage());
        }
    }

    private interface Opening {
        AutoCloseable open() throws IOException;
    }

    private static IOException errorOf(Opening opening) {
        try {
            opening.open();
            return null;
        } catch (IOException refused) {
            return refused;
        }
    }

    @Test
    void anArchiveStillBeingWrittenSaysThatItsEndIsMissing() throws IOException {
        byte[] archive = archive(false);
        byte[] cut = Arrays.copyOf(archive, archive.length - ClosingMark.SIZE - 256);
        ArchiveException byIndex = reading(archive).byIndex(cut, 1);
        assertInstanceOf(CorruptArchiveException.class, byIndex);
        assertTrue(byIndex.getMessage().contains("offset " + cut.length), byIndex.getMessage());
        ArchiveException forward = reading(archive).forward(cut);
        assertTrue(forward.getMessage().contains("offset " + cut.length), forward.getMessage());
    }
}
