package ptar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static ptar.write.ArchiveAssert.assertHolds;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import ptar.crypto.MasterKey;
import ptar.layout.FrameHead;
import ptar.layout.Header;
import ptar.tree.Content;
import ptar.tree.MemoryTree;
import ptar.write.TestArchive;

/// The forge itself: what it puts together again unchanged must be what the writer wrote.
class ForgeTest {
    private static MemoryTree tree() {
        MemoryTree tree = new MemoryTree();
        tree.file("a", Content.random(1, 200_000));
        tree.file("b", "text ".repeat(10_000));
        tree.folder("d");
        return tree;
    }

    @Test
    void anArchivePutTogetherAgainIsTheSame() throws IOException {
        byte[] archive = TestArchive.of(tree()).level(3).windows(2, Long.MAX_VALUE).write();
        try (MasterKey key = MasterKey.plain()) {
            Header header = Header.plain(key);
            List<Forge.Frame> frames = Forge.framesOf(archive, header, key);
            assertEquals("[1, 2, 1, 2, 3, 4]", frames.stream().map(Forge.Frame::type).toList().toString());
            assertArrayEquals(archive, Forge.rebuild(frames, header, key, Forge.Frame::raw));
        }
    }

    @Test
    void pointersFollowFramesThatHaveChanged() throws IOException {
        byte[] archive = TestArchive.of(tree()).windows(2, Long.MAX_VALUE).write();
        try (MasterKey key = MasterKey.plain()) {
            Header header = Header.plain(key);
            List<Forge.Frame> stored = Forge.framesOf(archive, header, key).stream()
                    .map(f -> new Forge.Frame(f.type(), FrameHead.STORED, f.raw(), f.pointer()))
                    .toList();
            byte[] rebuilt = Forge.rebuild(stored, header, key, Forge.Frame::raw);
            assertNotEquals(archive.length, rebuilt.length);
            assertHolds(tree(), rebuilt);
        }
    }

    @Test
    void aSealedArchiveIsTakenApartAndPutTogetherToo() throws IOException {
        byte[] archive = TestArchive.of(tree()).sealed().write();
        Header header = Header.readFrom(java.nio.ByteBuffer.wrap(archive), "");
        try (MasterKey key = TestArchive.keys().keyOf(header)) {
            byte[] rebuilt = Forge.rebuild(Forge.framesOf(archive, header, key), header, key, Forge.Frame::raw);
            assertEquals(archive.length, rebuilt.length);
            assertArrayEquals(header.toBytes(), Arrays.copyOf(rebuilt, header.length()));
            assertHolds(tree(), rebuilt, TestArchive.keys());
        }
    }
}
