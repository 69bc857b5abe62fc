package ptar.layout;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import ptar.error.CorruptArchiveException;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;

/// What a block says of the entries whose content it holds: all that a forward reader needs. Spec §6.
public final class Journal {
    private static final int BEGIN = 1;
    private static final int END = 2;
    private static final int CHANGED = 4;
    private static final int DATA = 0;
    private static final int HOLE = 1;
    private static final int EARLIER_RUN = 3;
    /// Access time, birth time, inode flags.
    private static final int KNOWN_SINGLE_ATTRIBUTES = 3;
    private static final long NONE = -1;

    private Journal() {}

    /// @param path,metadata null unless the entry begins here
    /// @param extents those that the block adds, in file order
    /// @param end the entry is whole with this record
    /// @param changed its content changed while it was read (known at the end only)
    public record Record(
            long entryNumber, EntryPath path, Metadata metadata, List<JournalExtent> extents, boolean end,
            boolean changed) {
        public boolean begins() {
            return path != null;
        }
    }

    /// @param run of the block; -1 for a hole
    public record JournalExtent(int run, long block, int offset, long length) {
        public boolean isHole() {
            return run < 0;
        }
    }

    /// Builds the journal of one block.
    public static final class Builder {
        private final OwnerTable owners = new OwnerTable();
        private final ByteWriter records = new ByteWriter(1 << 12);
        private Bytes previous = Bytes.EMPTY;
        private long previousSeconds;
        private int count;
        private int elements;
        private int keyBytes;

        public int length() {
            return owners.length() + records.length() + 3;
        }

        /// Records, extents and attributes: see [ByteReader#MAX_ELEMENTS].
        public int elements() {
            return elements;
        }

        /// Sum of the paths' full lengths: see [ByteReader#MAX_KEY_BYTES].
        public int keyBytes() {
            return keyBytes;
        }

        public int records() {
            return count;
        }

        /// @param path,metadata null unless the entry begins here
        /// @param extents those from `from` up to `to` are told
        /// @param thisBlock number of the block that the journal will stand in
        public void add(
                long entryNumber, EntryPath path, Metadata metadata, PackedExtents extents, int from, int to,
                long thisBlock, boolean end, boolean changed) {
            int kind = (path != null ? BEGIN : 0) | (end ? END : 0) | (changed ? CHANGED : 0);
            records.u8(kind).varint(entryNumber);
            if (path != null) {
                Bytes key = path.bytes();
                int shared = previous.commonPrefix(key);
                records.varint(shared).counted(key.slice(shared, key.length()));
                MetadataCodec.write(records, metadata, owners, previousSeconds);
                previous = key;
                previousSeconds = metadata.modificationTime().seconds();
                keyBytes += key.length();
                elements += metadata.xattrs().size() + metadata.unknown().size() + KNOWN_SINGLE_ATTRIBUTES;
            }
            elements += 1 + to - from;
            records.varint(to - from);
            for (int i = from; i < to; i++) {
                if (extents.isHole(i)) {
                    records.varint(extents.length(i) << 2 | HOLE);
                } else {
                    records.varint(extents.length(i) << 2 | DATA);
                    records.varint(thisBlock - extents.block(i)).varint(extents.offset(i));
                }
            }
            count++;
        }

        public void writeTo(ByteWriter out) {
            owners.writeTo(out);
            out.varint(count).append(records);
        }
    }

    /// @param journal the journal's bytes
    /// @param run,block where it stands
    public static List<Record> read(ByteBuffer journal, int run, long block) throws CorruptArchiveException {
        ByteReader in = new ByteReader(journal, "journal of block " + block + " of run " + run);
        List<Owner> owners = OwnerTable.readFrom(in);
        int count = in.count(3, "number of records");
        List<Record> records = new ArrayList<>(count);
        Bytes previous = Bytes.EMPTY;
        long previousSeconds = 0;
        long begun = NONE;
        long open = NONE;
        for (int i = 0; i < count; i++) {
            int kind = in.u8();
            if (kind > (BEGIN | END | CHANGED) || (kind & (END | CHANGED)) == CHANGED) {
                throw in.corrupt("record of unknown kind " + kind);
            }
            long number = in.varint(Long.MAX_VALUE, "entry number");
            EntryPath path = null;
            Metadata metadata = null;
            boolean begins = (kind & BEGIN) != 0;
            boolean inOrder = begins
                    ? open == NONE && (begun == NONE || number == begun + 1)
                    : i == 0 || number == open; // only the first may go on with an entry of an earlier block
            if (!inOrder) {
                throw in.corrupt("record of entry " + number + " out of order");
            }
            if (begins) {
                begun = number;
                previous = in.frontCoded(previous, EntryPath.MAX_LENGTH);
                path = Leaf.readPath(in, previous);
                metadata = MetadataCodec.read(in, owners, previousSeconds);
                previousSeconds = metadata.modificationTime().seconds();
            }
            List<JournalExtent> extents = readExtents(in, run, block);
            boolean end = (kind & END) != 0;
            if (metadata != null && metadata.type() != EntryType.FILE && (!end || !extents.isEmpty())) {
                throw in.corrupt("content of an entry that is not a file");
            }
            open = end ? NONE : number;
            records.add(new Record(number, path, metadata, extents, end, (kind & CHANGED) != 0));
        }
        in.end();
        return records;
    }

    private static List<JournalExtent> readExtents(ByteReader in, int run, long block) throws CorruptArchiveException {
        int count = in.count(1, "number of extents");
        if (count == 0) {
            return List.of();
        }
        List<JournalExtent> extents = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long head = in.varint();
            long length = head >>> 2;
            if (length == 0) {
                throw in.corrupt("extent of length 0");
            }
            extents.add(switch ((int) head & 3) {
                case DATA -> {
                    long distance = in.varint(block, "distance to a block");
                    yield data(in, run, block - distance, length);
                }
                case HOLE -> new JournalExtent(-1, 0, 0, length);
                case EARLIER_RUN -> {
                    if (run == 0) {
                        throw in.corrupt("extent in a run before the first");
                    }
                    int earlier = in.varint(run - 1, "run");
                    yield data(in, earlier, in.varint(Long.MAX_VALUE, "block number"), length);
                }
                default -> throw in.corrupt("extent of unknown kind");
            });
        }
        return extents;
    }

    private static JournalExtent data(ByteReader in, int run, long block, long length)
            throws CorruptArchiveException {
        int offset = in.varint(BlockTrailer.MAX_CONTENT_LENGTH - 1, "offset in a block");
        if (length > BlockTrailer.MAX_CONTENT_LENGTH - offset) {
            throw in.corrupt("extent at " + offset + "+" + length + " lies outside of any block");
        }
        return new JournalExtent(run, block, offset, length);
    }
}
