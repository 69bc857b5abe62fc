package ptar.write;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import ptar.layout.BlockRef;
import ptar.layout.ByteReader;
import ptar.layout.ByteWriter;
import ptar.layout.Extent;
import ptar.layout.FrameType;
import ptar.layout.Leaf;
import ptar.layout.Node;
import ptar.layout.PackedExtents;
import ptar.layout.Pointer;
import ptar.layout.Root;
import ptar.layout.Run;
import ptar.segment.RunWriter;
import ptar.storage.BufferPool;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;

/// Builds the B+tree: leaves as entries come, nodes and root at the end. Of each leaf its pointer stays in memory, so
/// that the nodes can stand together at the archive's end, where one read brings them. Spec §7 to §9. One thread.
final class IndexWriter {
    private static final int TARGET_RAW_LENGTH = 1 << 16;
    /// A page whose names are this long in all is full too, however much they share.
    private static final int TARGET_KEY_BYTES = ByteReader.MAX_KEY_BYTES / 4;
    /// However long the names: so that seven levels are enough for any tree.
    private static final int MIN_CHILDREN = 16;
    private static final int ROOT_LENGTH = 256;

    private final RunWriter run;
    private final FrameCompressor compressor;
    private final BufferPool buffers;
    private final LongFunction<BlockRef> blocks;
    private final ByteWriter raw = new ByteWriter(1 << 17);
    private final List<Node.Child> leaves = new ArrayList<>();
    private Leaf.Builder leaf;
    private EntryPath last;
    private long entries;
    private long bytes;

    /// @param blocks the block with a number; those that entries name must have been written
    IndexWriter(RunWriter run, FrameCompressor compressor, BufferPool buffers, LongFunction<BlockRef> blocks) {
        this.run = run;
        this.compressor = compressor;
        this.buffers = buffers;
        this.blocks = blocks;
        leaf = new Leaf.Builder(blocks);
    }

    long entries() {
        return entries;
    }

    long bytes() {
        return bytes;
    }

    /// @throws IllegalArgumentException if the path is not greater than the one before
    void add(EntryPath path, Metadata metadata, PackedExtents content) throws IOException {
        if (last != null && last.compareTo(path) >= 0) {
            throw new IllegalArgumentException("entries out of order: '" + path + "' behind '" + last + "'");
        }
        last = path;
        if (content.count() > Leaf.MAX_INLINE_EXTENTS) {
            leaf.addLarge(path, metadata, writeExtents(content));
        } else {
            leaf.add(path, metadata, content);
        }
        if (leaf.rawLength() >= TARGET_RAW_LENGTH || leaf.keyBytes() >= TARGET_KEY_BYTES) {
            flushLeaf();
        }
    }

    private List<Extent.More> writeExtents(PackedExtents content) throws IOException {
        List<Extent.More> frames = new ArrayList<>();
        for (int from = 0; from < content.count(); from += Leaf.MAX_INLINE_EXTENTS) {
            int to = Math.min(content.count(), from + Leaf.MAX_INLINE_EXTENTS);
            long length = 0;
            for (int i = from; i < to; i++) {
                length += content.length(i);
            }
            raw.clear();
            Leaf.writeExtents(raw, content, from, to, blocks);
            frames.add(new Extent.More(writeFrame(FrameType.EXTENTS), length));
        }
        return frames;
    }

    /// Writes the leaf that is being filled: at the end of a window, so that its entries lie behind their blocks.
    void flushLeaf() throws IOException {
        if (leaf.count() == 0) {
            return;
        }
        raw.clear();
        leaf.writeTo(raw);
        Pointer pointer = writeFrame(FrameType.LEAF);
        leaves.add(new Node.Child(leaf.firstPath(), pointer, leaf.count(), leaf.bytes()));
        entries += leaf.count();
        bytes += leaf.bytes();
        leaf = new Leaf.Builder(blocks);
    }

    /// Bytes that nodes and root will take, about, and rather more than less.
    long lengthOfRest() {
        long rest = ROOT_LENGTH;
        for (Node.Child child : leaves) {
            rest += child.firstPath().bytes().length() + Pointer.HASH_SIZE + 32;
        }
        return rest;
    }

    /// Writes nodes, level by level, and the root.
    Pointer finish(List<Run> earlierRuns, long snapshot, Pointer previous) throws IOException {
        flushLeaf();
        List<Node.Child> children = leaves;
        int level = 0;
        while (children.size() > 1) {
            level++;
            children = writeLevel(level, children);
        }
        Pointer top = children.isEmpty() ? null : children.getFirst().pointer();
        raw.clear();
        new Root(snapshot, earlierRuns, entries, bytes, top == null ? 0 : level + 1, top, previous).writeTo(raw);
        return writeFrame(FrameType.ROOT);
    }

    private List<Node.Child> writeLevel(int level, List<Node.Child> children) throws IOException {
        List<Node.Child> parents = new ArrayList<>();
        int from = 0;
        while (from < children.size()) {
            int to = from;
            int length = 0;
            int keyBytes = 0;
            Bytes previous = Bytes.EMPTY;
            long entriesBelow = 0;
            long bytesBelow = 0;
            while (to < children.size()
                    && (length < TARGET_RAW_LENGTH && keyBytes < TARGET_KEY_BYTES || to - from < MIN_CHILDREN)) {
                Node.Child child = children.get(to);
                Bytes key = child.firstPath().bytes();
                length += key.length() - previous.commonPrefix(key) + Pointer.HASH_SIZE + 24;
                keyBytes += key.length();
                previous = key;
                entriesBelow += child.entries();
                bytesBelow += child.bytes();
                to++;
            }
            raw.clear();
            new Node(level, children.subList(from, to)).writeTo(raw);
            parents.add(new Node.Child(
                    children.get(from).firstPath(), writeFrame(FrameType.NODE), entriesBelow, bytesBelow));
            from = to;
        }
        return parents;
    }

    private Pointer writeFrame(FrameType type) throws IOException {
        MemorySegment buffer = buffers.take(raw.length());
        raw.copyTo(buffer, 0);
        FrameCompressor.Stored stored = compressor.compressPage(buffer, raw.length());
        try {
            return run.writeFrame(type, stored.codec(), stored.payload(), stored.rawLength(), stored.hash());
        } finally {
            buffers.release(stored.buffer());
        }
    }
}
