package ptar.layout;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import ptar.error.CorruptArchiveException;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;

/// A leaf of the tree: entries by increasing path. Spec §7.
///
/// @param bytes sum of the files' sizes
public record Leaf(List<Entry> entries, long bytes) {
    /// A file with more extents than this has them in frames of their own.
    public static final int MAX_INLINE_EXTENTS = 4_096;
    /// The least an entry takes: the tree's own root, with metadata of a byte each for type, mode, owner and times.
    private static final int MIN_ENTRY_SIZE = 7;

    /// What of an entry's metadata breaks the format's bounds, or null.
    public static String faultOf(Metadata metadata) {
        return MetadataCodec.faultOf(metadata);
    }

    /// Builds the raw payload of one leaf.
    public static final class Builder {
        private final OwnerTable owners = new OwnerTable();
        private final ByteWriter entries = new ByteWriter(1 << 17);
        private final ExtentCodec.Writer extents;
        private Bytes previous = Bytes.EMPTY;
        private EntryPath first;
        private long previousSeconds;
        private int count;
        private int keyBytes;
        private long bytes;

        public Builder(LongFunction<BlockRef> blocks) {
            extents = new ExtentCodec.Writer(blocks);
        }

        /// @param path greater than the one before
        public void add(EntryPath path, Metadata metadata, PackedExtents content) {
            begin(path, metadata);
            if (metadata.type() == EntryType.FILE) {
                extents.write(entries, content, 0, content.count());
            }
        }

        /// Adds a file whose extents are in frames of their own.
        public void addLarge(EntryPath path, Metadata metadata, List<Extent.More> content) {
            begin(path, metadata);
            extents.writeMore(entries, content);
        }

        private void begin(EntryPath path, Metadata metadata) {
            if (first == null) {
                first = path;
            }
            Bytes key = path.bytes();
            int shared = previous.commonPrefix(key);
            entries.varint(shared).counted(key.slice(shared, key.length()));
            MetadataCodec.write(entries, metadata, owners, previousSeconds);
            previousSeconds = metadata.modificationTime().seconds();
            previous = key;
            keyBytes += key.length();
            count++;
            bytes += metadata.size();
        }

        public int count() {
            return count;
        }

        /// Sum of the files' sizes.
        public long bytes() {
            return bytes;
        }

        public EntryPath firstPath() {
            return first;
        }

        /// Sum of the paths' full lengths: see [ByteReader#MAX_KEY_BYTES].
        public int keyBytes() {
            return keyBytes;
        }

        public int rawLength() {
            return owners.length() + extents.tableLength() + entries.length() + 3;
        }

        public void writeTo(ByteWriter out) {
            owners.writeTo(out);
            extents.writeTable(out);
            out.varint(count).append(entries);
        }
    }

    /// The raw payload of an extents frame for some of a file's extents.
    public static void writeExtents(
            ByteWriter out, PackedExtents content, int from, int to, LongFunction<BlockRef> blocks) {
        ExtentCodec.Writer writer = new ExtentCodec.Writer(blocks);
        ByteWriter extents = new ByteWriter(1 << 16);
        writer.write(extents, content, from, to);
        writer.writeTable(out);
        out.append(extents);
    }

    /// @param length bytes of the file that the frame must cover
    public static List<Extent> readExtents(ByteBuffer raw, Pointer.Position at, long length)
            throws CorruptArchiveException {
        ByteReader in = new ByteReader(raw, "extents frame at " + at);
        List<BlockRef> blocks = ExtentCodec.readTable(in, at);
        List<Extent> extents = new ExtentCodec.Reader(in, blocks, at, false).read(length);
        in.end();
        return extents;
    }

    public static Leaf readFrom(ByteBuffer raw, Pointer.Position at) throws CorruptArchiveException {
        ByteReader in = new ByteReader(raw, "leaf at " + at);
        List<Owner> owners = OwnerTable.readFrom(in);
        List<BlockRef> blocks = ExtentCodec.readTable(in, at);
        int count = in.count(MIN_ENTRY_SIZE, "number of entries");
        List<Entry> entries = new ArrayList<>(count);
        EntryReader reader = new EntryReader(in, owners, new ExtentCodec.Reader(in, blocks, at, true));
        for (int i = 0; i < count; i++) {
            entries.add(reader.next());
        }
        in.end();
        if (count == 0) {
            throw in.corrupt("leaf without entries");
        }
        return new Leaf(entries, reader.bytes);
    }

    /// A method for each entry: the loop over them stays in the interpreter for all of a listing, as loops are compiled
    /// after 60,000 rounds and methods after 200 calls.
    private static final class EntryReader {
        private final ByteReader in;
        private final List<Owner> owners;
        private final ExtentCodec.Reader extents;
        private EntryPath previous;
        private long previousSeconds;
        private long bytes;

        EntryReader(ByteReader in, List<Owner> owners, ExtentCodec.Reader extents) {
            this.in = in;
            this.owners = owners;
            this.extents = extents;
        }

        Entry next() throws CorruptArchiveException {
            Bytes key = in.frontCoded(previous == null ? Bytes.EMPTY : previous.bytes(), EntryPath.MAX_LENGTH);
            EntryPath path = readPath(in, key);
            if (previous != null && previous.compareTo(path) >= 0) {
                throw in.corrupt("name '" + path.bytes().brief() + "' does not come after '"
                        + previous.bytes().brief() + "'");
            }
            Metadata metadata = MetadataCodec.read(in, owners, previousSeconds);
            List<Extent> content =
                    metadata.type() == EntryType.FILE ? extents.read(metadata.size()) : List.<Extent>of();
            previous = path;
            previousSeconds = metadata.modificationTime().seconds();
            bytes += metadata.size();
            return new Entry(path, metadata, content);
        }
    }

    static EntryPath readPath(ByteReader in, Bytes key) throws CorruptArchiveException {
        try {
            return new EntryPath(key);
        } catch (IllegalArgumentException invalid) {
            throw in.corrupt(invalid.getMessage());
        }
    }
}
