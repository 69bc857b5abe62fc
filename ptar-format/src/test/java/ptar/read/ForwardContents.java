package ptar.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ptar.error.CorruptArchiveException;
import ptar.layout.Journal;
import ptar.layout.Leaf;
import ptar.layout.Pointer;
import ptar.layout.Root;
import ptar.storage.ByteStream;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;

/// What a forward reader makes of an archive, held in memory: entries by the journals alone, with the blocks that their
/// content lies in.
public final class ForwardContents implements ForwardReader.Visitor {
    public final Map<EntryPath, Told> entries = new LinkedHashMap<>();
    public final List<Leaf> leaves = new ArrayList<>();
    public final List<Root> roots = new ArrayList<>();
    public final List<CorruptArchiveException> damage = new ArrayList<>();
    public boolean cutShort;
    private final Map<Pointer.Position, byte[]> blocks = new HashMap<>();
    private Told open;
    private Pointer.Position last;

    /// What the journals have told of an entry.
    public static final class Told {
        public final EntryPath path;
        public final Metadata metadata;
        public final List<Journal.JournalExtent> extents = new ArrayList<>();
        public boolean ended;
        public boolean changed;
        private final long number;

        private Told(long number, EntryPath path, Metadata metadata) {
            this.number = number;
            this.path = path;
            this.metadata = metadata;
        }
    }

    public static ForwardContents read(ByteStream archive, KeyFinder keys, int threads) throws IOException {
        ForwardContents contents = new ForwardContents();
        try (ForwardReader reader = ForwardReader.open(archive, keys, threads)) {
            reader.read(contents);
        }
        return contents;
    }

    @Override
    public boolean wantsLeaves() {
        return true;
    }

    @Override
    public void block(ForwardReader.DecodedBlock block) {
        if (last == null || last.run() != block.run() || last.offset() + 1 != block.number()) {
            open = null;
        }
        last = new Pointer.Position(block.run(), block.number());
        blocks.put(last, block.content().toArray(ValueLayout.JAVA_BYTE));
        for (Journal.Record record : block.journal()) {
            if (record.begins()) {
                open = new Told(record.entryNumber(), record.path(), record.metadata());
                entries.put(record.path(), open);
            }
            if (open != null && open.number == record.entryNumber()) {
                open.extents.addAll(record.extents());
                open.ended = record.end();
                open.changed = record.changed();
            }
        }
    }

    @Override
    public void leaf(Leaf leaf) {
        leaves.add(leaf);
    }

    @Override
    public void root(Root root) {
        roots.add(root);
    }

    @Override
    public void damage(CorruptArchiveException what, boolean isCutShort) {
        damage.add(what);
        cutShort |= isCutShort;
    }

    /// The bytes of an extent of data.
    ///
    /// @return null if the block is missing or does not hold them
    public byte[] bytesOf(Journal.JournalExtent extent) {
        byte[] block = blocks.get(new Pointer.Position(extent.run(), extent.block()));
        if (block == null || extent.offset() > block.length - extent.length()) {
            return null;
        }
        return Arrays.copyOfRange(block, extent.offset(), extent.offset() + (int) extent.length());
    }

    /// A file's whole content, or null if it did not come whole.
    public byte[] contentOf(Told entry) {
        long length = entry.extents.stream().mapToLong(Journal.JournalExtent::length).sum();
        if (!entry.ended || length != entry.metadata.size() || length > 1 << 26) {
            return null;
        }
        byte[] content = new byte[(int) length];
        int at = 0;
        for (Journal.JournalExtent extent : entry.extents) {
            if (!extent.isHole()) {
                byte[] piece = bytesOf(extent);
                if (piece == null) {
                    return null;
                }
                MemorySegment.copy(MemorySegment.ofArray(piece), 0, MemorySegment.ofArray(content), at, piece.length);
            }
            at += (int) extent.length();
        }
        return content;
    }
}
