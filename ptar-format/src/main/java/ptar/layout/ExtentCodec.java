package ptar.layout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import ptar.error.CorruptArchiveException;

/// Extents with the block table that they point into: in leaves and in extents frames. Spec §7.3.
///
/// Offsets are written relative to the end of the last extent in the same block: files that were read one after the
/// other then have the offset 0.
final class ExtentCodec {
    private static final int DATA = 0;
    private static final int HOLE = 1;
    private static final int MORE = 2;

    private ExtentCodec() {}

    /// Writes extents and collects the blocks that they name.
    static final class Writer {
        private final LongFunction<BlockRef> blocks;
        private final Map<Long, Integer> positions = new HashMap<>();
        private final ByteWriter table = new ByteWriter(256);
        private long[] ends = new long[8];

        /// @param blocks the block with a number
        Writer(LongFunction<BlockRef> blocks) {
            this.blocks = blocks;
        }

        void write(ByteWriter out, PackedExtents extents, int from, int to) {
            out.varint(to - from);
            for (int i = from; i < to; i++) {
                if (extents.isHole(i)) {
                    out.varint(extents.length(i) << 2 | HOLE);
                } else {
                    writeData(out, extents.block(i), extents.offset(i), extents.length(i));
                }
            }
        }

        private void writeData(ByteWriter out, long block, int offset, long length) {
            int position = positions.computeIfAbsent(block, this::add);
            out.varint(length << 2 | DATA).varint(position).zigzag(offset - ends[position]);
            ends[position] = offset + length;
        }

        /// @param frames pointers with the number of bytes that each covers
        void writeMore(ByteWriter out, List<Extent.More> frames) {
            out.varint(frames.size());
            for (Extent.More more : frames) {
                out.varint(more.length() << 2 | MORE);
                more.frame().writeTo(out);
            }
        }

        private int add(long block) {
            int position = positions.size();
            if (position == ends.length) {
                ends = java.util.Arrays.copyOf(ends, position * 2);
            }
            BlockRef ref = blocks.apply(block);
            table.varint(ref.number());
            ref.pointer().writeTo(table);
            return position;
        }

        int tableLength() {
            return table.length() + 3;
        }

        void writeTable(ByteWriter out) {
            out.varint(positions.size()).append(table);
        }
    }

    static List<BlockRef> readTable(ByteReader in, Pointer.Position below) throws CorruptArchiveException {
        int count = in.count(BlockRef.MIN_SIZE, "number of blocks");
        List<BlockRef> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long number = in.varint(Long.MAX_VALUE, "block number");
            blocks.add(new BlockRef(number, Pointer.readFrom(in, below, FrameType.BLOCK)));
        }
        return blocks;
    }

    /// Reads the extents of one file after the other.
    static final class Reader {
        private final ByteReader in;
        private final List<BlockRef> blocks;
        private final Pointer.Position below;
        private final boolean moreAllowed;
        private final long[] ends;

        Reader(ByteReader in, List<BlockRef> blocks, Pointer.Position below, boolean moreAllowed) {
            this.in = in;
            this.blocks = blocks;
            this.below = below;
            this.moreAllowed = moreAllowed;
            this.ends = new long[blocks.size()];
        }

        /// @param size what the lengths must add up to
        List<Extent> read(long size) throws CorruptArchiveException {
            int count = in.count(1, "number of extents");
            List<Extent> extents = new ArrayList<>(count);
            long total = 0;
            for (int i = 0; i < count; i++) {
                long head = in.varint();
                long length = head >>> 2;
                if (length == 0 || length > size - total) {
                    throw in.corrupt("extents do not add up to the size " + size);
                }
                total += length;
                extents.add(readOne((int) head & 3, length));
            }
            if (total != size) {
                throw in.corrupt("extents cover " + total + " of " + size + " bytes");
            }
            return extents;
        }

        private Extent readOne(int kind, long length) throws CorruptArchiveException {
            if (kind == HOLE) {
                return new Extent.Hole(length);
            }
            if (kind == MORE && moreAllowed) {
                return new Extent.More(Pointer.readFrom(in, below, FrameType.EXTENTS), length);
            }
            if (kind != DATA || blocks.isEmpty()) {
                throw in.corrupt("extent of unknown kind " + kind);
            }
            int position = in.varint(blocks.size() - 1, "block of an extent");
            BlockRef block = blocks.get(position);
            long offset = ends[position] + in.zigzag();
            if (offset < 0 || offset > block.maxContentLength() - length) {
                throw in.corrupt("extent at " + offset + "+" + length + " lies outside of its block");
            }
            ends[position] = offset + length;
            return new Extent.Data(block, (int) offset, length);
        }
    }
}
