package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import ptar.tree.EntryPath;

class NodeTest {
    private static final Pointer.Position HERE = new Pointer.Position(1, 1_000_000);
    private static final Node NODE = new Node(2, List.of(
            new Node.Child(EntryPath.ROOT, Sample.pointer(0, 1, 2, 3), 4, 5),
            new Node.Child(EntryPath.of("ab/c"), Sample.pointer(1, 300, 7, 8), 9, Long.MAX_VALUE),
            new Node.Child(EntryPath.of("ab/d"), Sample.pointer(0, 10, 11, 12), Long.MAX_VALUE, 14)));
    private static final String POINTER = "00 01 02 03" + Sample.countingHex(3, 32);

    private static byte[] bytes(Node node) {
        ByteWriter out = new ByteWriter(1);
        node.writeTo(out);
        return out.toArray();
    }

    private static Node read(String hex, int level) throws Exception {
        return Node.readFrom(Sample.buffer(hex), HERE, level);
    }

    @Test
    void liesAsTheSpecificationSays() throws Exception {
        String most = "ffffffffffffffff7f";
        String expected = "02" + "03"
                + "00" + "00" + POINTER.replace(" ", "") + "04" + "05"
                + "00" + "0461622f63" + "01" + "ac02" + "07" + "08" + Sample.countingHex(8, 32) + "09" + most
                + "03" + "0164" + "00" + "0a" + "0b" + "0c" + Sample.countingHex(12, 32) + most + "0e";
        assertEquals(expected, Sample.hex(bytes(NODE)));
        assertEquals(NODE, read(expected, 2));
    }

    @Test
    void everyLevelFrom1To7CanBeRead() throws Exception {
        for (int level = 1; level <= Node.MAX_LEVEL; level++) {
            Node node = new Node(level, NODE.children());
            assertEquals(node, Node.readFrom(ByteBuffer.wrap(bytes(node)), HERE, level));
        }
        assertEquals(7, Node.MAX_LEVEL);
        for (int level : new int[] {0, 8, 255}) {
            byte[] bytes = bytes(new Node(level, NODE.children()));
            assertCorrupt("level is " + level, () -> Node.readFrom(ByteBuffer.wrap(bytes), HERE, level));
        }
    }

    @Test
    void theLevelIsWhatTheParentSays() {
        assertCorrupt("level is 2, expected 1", () -> Node.readFrom(ByteBuffer.wrap(bytes(NODE)), HERE, 1));
    }

    @Test
    void refusesWhatBreaksABound() {
        String child = "0001 61" + POINTER + "0101";
        assertCorrupt("node without children", () -> read("01 00", 1));
        assertCorrupt("number of children is 2", () -> read("01 02" + child, 1));
        assertCorrupt("bytes left over", () -> read("01 01" + child + "00", 1));
        assertCorrupt("does not come after", () -> read("01 02" + child + "01 00" + POINTER + "0101", 1));
        assertCorrupt("does not come after", () -> read("01 02" + child + "00 00" + POINTER + "0101", 1));
        assertCorrupt("empty component", () -> read("01 01 0001 2f" + POINTER + "0101", 1));
        String negative = "80808080808080808001";
        assertCorrupt("number of entries is", () -> read("01 01 0001 61" + POINTER + negative + "01", 1));
        assertCorrupt("number of bytes is", () -> read("01 01 0001 61" + POINTER + "01" + negative, 1));
    }

    @Test
    void childrenLieBeforeTheNode() {
        String behind = "01 c0843d 00 03" + Sample.countingHex(3, 32);
        assertCorrupt("does not lie before", () -> read("01 01 0001 61" + behind + "0101", 1));
    }
}
