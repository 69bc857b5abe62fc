package ptar.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import ptar.layout.BlockTrailer;
import ptar.layout.ClosingMark;
import ptar.layout.FrameHead;
import ptar.layout.Header;
import ptar.layout.Run;
import ptar.layout.RunEnd;
import ptar.layout.SegmentHead;
import ptar.tree.MemoryTree;

/// Keeps the annotated dump of the specification (§17) true: an archive of a folder with one file, `hello.txt`.
class SpecificationDumpTest {
    private static final String CONTENT = "hello, world\n";
    private static final HexFormat HEX = HexFormat.of();

    private final StringBuilder dump = new StringBuilder();
    private byte[] archive;
    private int at;

    /// The next bytes, 16 in a row, the first row named; rows of zeros are left out.
    private void field(int length, String name) {
        String label = name;
        for (int done = 0; done < length; done += 16) {
            int n = Math.min(16, length - done);
            String row = HEX.formatHex(archive, at + done, at + done + n);
            if (done == 0 || row.chars().anyMatch(digit -> digit != '0')) {
                dump.append("%5d  %-32s  %s%n".formatted(at + done, row, label).stripTrailing()).append('\n');
            }
            label = "";
        }
        at += length;
    }

    private int u32(int offset) {
        return ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
    }

    private int frame(String name) {
        assertEquals(FrameHead.STORED, archive[at + 5], name + " is small enough to be stored");
        int length = u32(at + 8);
        field(4, name + ": sync");
        field(4, "type, codec (0: stored), reserved");
        field(8, "stored length, raw length: " + length);
        field(8, "CRC32C of the payload, of the head and its place");
        return length;
    }

    private void header(String name) {
        field(8, name + ": magic");
        field(4, "major 1, minor 0");
        field(4, "header length 256");
        field(24, "feature bits");
        field(16, "archive id of a plain archive");
        field(8, "suite 0, segment size 2^16, slots 0, generation 0");
        field(32, "commitment to the master key (zeros)");
        field(128, "no slots");
        field(32, "MAC");
    }

    private String dumpOf(byte[] bytes) {
        archive = bytes;
        header("header");
        field(8, "run: magic");
        field(8, "index 0, reserved");
        field(32, "salt of a plain archive");
        field(16, "reserved, CRC32C");
        int payload = SegmentHead.SIZE + at;
        field(4, "segment: CRC32C");
        field(4, "archive tag: the id's first bytes");
        field(8, "index 0, payload length, flags: final");
        int length = frame("block");
        field(CONTENT.length(), "content: \"hello, world\\n\"");
        int journal = length - CONTENT.length() - BlockTrailer.SIZE;
        field(journal, "journal: owner; two records: the root, hello.txt and its extent");
        field(BlockTrailer.SIZE, "block number 0, journal length, reserved");
        field(frame("leaf"), "owner; block table; two entries: the tree's own root, hello.txt");
        field(frame("root"), "snapshot 0, no runs before, 2 entries, 13 bytes, height 1, pointer to the leaf");
        field(4, "run end: magic");
        field(12, "root stored length, root offset");
        field(RunEnd.SIZE - 16, "root raw length, reserved, CRC32C");
        assertEquals(u32(payload - 4) & 0xffff, at - payload, "the payload ends with the run end");
        field(SegmentHead.TAG_SIZE, "segment: tag");
        header("closing: copy of the header");
        field(8, "closing mark: magic");
        field(8, "archive length " + bytes.length);
        field(8, "run index 0, header length 256");
        field(16, "run offset 0, run length");
        field(Run.SALT_SIZE, "salt of the run");
        field(8, "reserved");
        field(ClosingMark.MAC_SIZE, "MAC");
        field(16, "reserved, CRC32C");
        assertEquals(bytes.length, at);
        assertEquals(Header.MIN_LENGTH, u32(12));
        return dump.toString();
    }

    @Test
    void specificationShowsThisArchive() throws IOException {
        MemoryTree tree = new MemoryTree();
        tree.file("hello.txt", CONTENT);
        String expected = dumpOf(TestArchive.of(tree).write());
        Path specification = Path.of("").toAbsolutePath().resolveSibling("spec/ptar-format.md");
        boolean shown = Files.readString(specification).contains(expected);
        assertTrue(shown, "§17 of spec/ptar-format.md must show:\n" + expected);
    }
}
