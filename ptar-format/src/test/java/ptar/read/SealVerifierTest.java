package ptar.read;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import ptar.error.BrokenSealException;
import ptar.layout.Entry;
import ptar.layout.SegmentHead;
import ptar.storage.MemorySource;
import ptar.tree.Content;
import ptar.tree.EntryPath;
import ptar.tree.MemoryTree;
import ptar.write.TestArchive;
import ptar.write.WriteOptions;

class SealVerifierTest {
    /// Leaves less room in a block than any chunk needs, wherever the key cuts: no block holds parts of two files.
    private static final int FILE_SIZE = WriteOptions.MIN_BLOCK_SIZE - 1000;

    /// Three blocks; the one between is of no use to who needs the others.
    private static byte[] archive() throws IOException {
        MemoryTree tree = new MemoryTree();
        for (int i = 0; i < 3; i++) {
            tree.file("f" + i, Content.random(i, FILE_SIZE));
        }
        return TestArchive.of(tree).sealed().write();
    }

    /// As by files in the order of their names, whose content lies in few blocks.
    private static void verifyInTurn(ArchiveReader reader, int times) throws IOException {
        Entry one = reader.find(EntryPath.of("f0"));
        Entry other = reader.find(EntryPath.of("f2"));
        try (SealVerifier seals = new SealVerifier(reader, 2)) {
            for (int i = 0; i < times; i++) {
                seals.addContent(one);
                seals.addContent(other);
            }
            seals.finish();
        }
    }

    @Test
    void opensABlockOnceHoweverManyFilesAreInIt() throws IOException {
        byte[] archive = archive();
        MemorySource source = new MemorySource(archive);
        try (ArchiveReader reader = ArchiveReader.open(source, TestArchive.keys())) {
            long before = source.bytesRead();
            verifyInTurn(reader, 200_000);
            long read = source.bytesRead() - before;
            assertTrue(read > FILE_SIZE && read < 2 * FILE_SIZE + 10 * SegmentHead.STORED_SIZE, "read " + read);
        }
    }

    @Test
    void noticesDamageInWhatWasAddedAndNotElsewhere() throws IOException {
        for (int segment : new int[] {2, 20}) {
            byte[] broken = archive();
            broken[4096 + 64 + segment * SegmentHead.STORED_SIZE + 1000] ^= 1;
            try (ArchiveReader reader = ArchiveReader.open(new MemorySource(broken), TestArchive.keys())) {
                if (segment == 2) {
                    assertThrows(BrokenSealException.class, () -> verifyInTurn(reader, 40_000));
                } else {
                    verifyInTurn(reader, 40_000);
                }
            }
        }
    }
}
