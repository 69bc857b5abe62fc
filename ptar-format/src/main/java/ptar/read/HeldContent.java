package ptar.read;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ptar.block.Decompressor;
import ptar.error.CorruptArchiveException;
import ptar.layout.ByteReader;
import ptar.layout.ByteWriter;
import ptar.layout.Pointer;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.tree.TargetTree;

/// Where content that a pipe has brought can be found again, as later entries may repeat it. A block whose content was
/// all written to files is remembered by where in which files; another is kept as it was stored. Both go to one
/// temporary file without a name in the target folder, so memory holds 16 bytes for each block. Spec §6. One thread.
final class HeldContent implements Closeable {
    private static final int CACHED_BLOCKS = 4;

    private final Path folder;
    private final TargetTree target;
    private final Map<Pointer.Position, Place> places = new HashMap<>();
    private final Decompressor decompressor = new Decompressor();
    private final Map<Pointer.Position, Object> cache = new LinkedHashMap<>(8, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Pointer.Position, Object> eldest) {
            return size() > CACHED_BLOCKS;
        }
    };
    private FileChannel file;
    private long end;

    /// Where the temporary file tells of a block.
    ///
    /// @param codec of the stored payload; -1 if stretches of extracted files stand there
    private record Place(long position, int length, int codec, int rawLength) {}

    /// A stretch of a block's content and where it was written to.
    ///
    /// @param size of the whole file: compared before it is believed
    record Stretch(int offset, long length, Bytes name, long fileOffset, long size) {}

    /// Takes content that is read again.
    @FunctionalInterface
    interface Consumer {
        /// @param data valid during the call only
        void accept(MemorySegment data);
    }

    /// @param folder where the temporary file is made when it is needed
    /// @param target where extracted files are read again
    HeldContent(Path folder, TargetTree target) {
        this.folder = folder;
        this.target = target;
    }

    /// All of a block's content was written to files.
    void written(int run, long block, List<Stretch> stretches) throws IOException {
        ByteWriter out = new ByteWriter(64 * stretches.size() + 8);
        out.varint(stretches.size());
        for (Stretch s : stretches) {
            out.varint(s.offset()).varint(s.length()).counted(s.name()).varint(s.fileOffset()).varint(s.size());
        }
        ByteBuffer bytes = ByteBuffer.wrap(out.toArray());
        places.put(new Pointer.Position(run, block), new Place(end, bytes.remaining(), -1, 0));
        append(bytes);
    }

    /// Some of a block's content was not written to files.
    void keep(ForwardReader.DecodedBlock block) throws IOException {
        places.put(
                new Pointer.Position(block.run(), block.number()),
                new Place(end, (int) block.stored().byteSize(), block.codec(), block.rawLength()));
        append(block.stored().asByteBuffer());
    }

    private void append(ByteBuffer bytes) throws IOException {
        if (file == null) {
            Path path = Files.createTempFile(folder, ".ptar-held-", "");
            file = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        }
        while (bytes.hasRemaining()) {
            end += file.write(bytes, end);
        }
    }

    /// Hands over a stretch of an earlier block's content, in pieces, in order.
    ///
    /// @throws CorruptArchiveException if the block was not there or does not hold it
    void read(int run, long block, int offset, long length, Consumer consumer) throws IOException {
        Pointer.Position at = new Pointer.Position(run, block);
        Place place = places.get(at);
        if (place == null) {
            throw new CorruptArchiveException("repeats content of block " + block + " of run " + run
                    + ", which is damaged or missing");
        }
        if (place.codec() < 0) {
            readFiles(at, place, offset, length, consumer);
            return;
        }
        MemorySegment raw = (MemorySegment) cache.get(at);
        if (raw == null) {
            raw = Arena.ofAuto().allocate(place.rawLength());
            MemorySegment stored = load(place);
            decompressor.decompress(place.codec(), stored, raw, "held block " + block);
            cache.put(at, raw);
        }
        if (offset > raw.byteSize() - length) {
            throw passes(at, offset, length);
        }
        consumer.accept(raw.asSlice(offset, length));
    }

    private void readFiles(Pointer.Position at, Place place, int offset, long length, Consumer consumer)
            throws IOException {
        @SuppressWarnings("unchecked") // the cache holds what the place says
        List<Stretch> stretches = (List<Stretch>) cache.get(at);
        if (stretches == null) {
            stretches = parse(load(place).asByteBuffer());
            cache.put(at, stretches);
        }
        long from = offset;
        long to = offset + length;
        for (Stretch s : stretches) {
            long stretchEnd = s.offset() + s.length();
            if (s.offset() <= from && from < stretchEnd && from < to) {
                long n = Math.min(stretchEnd, to) - from;
                reread(s, s.fileOffset() + from - s.offset(), n, consumer);
                from += n;
            }
        }
        if (from < to) {
            throw passes(at, offset, length);
        }
    }

    private void reread(Stretch s, long fileOffset, long length, Consumer consumer) throws IOException {
        try (SourceFile again = target.openFile(s.name())) {
            SourceTree.Found found = again.stat();
            MemorySegment bytes = Arena.ofAuto().allocate(length);
            if (found.metadata().type() != EntryType.FILE
                    || found.metadata().size() < s.size()
                    || again.read(bytes, fileOffset) < length) {
                throw new IOException("'" + s.name() + "' was changed after it was extracted, and its content is needed"
                        + " again");
            }
            consumer.accept(bytes);
        }
    }

    private MemorySegment load(Place place) throws IOException {
        MemorySegment bytes = Arena.ofAuto().allocate(Math.max(1, place.length())).asSlice(0, place.length());
        ByteBuffer into = bytes.asByteBuffer();
        while (into.hasRemaining()) {
            if (file.read(into, place.position() + into.position()) < 0) {
                throw new IOException("the temporary file in " + folder + " was cut");
            }
        }
        return bytes;
    }

    private static List<Stretch> parse(ByteBuffer bytes) throws IOException {
        ByteReader in = new ByteReader(bytes, "temporary file");
        int count = in.count(5, "number of stretches");
        List<Stretch> stretches = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int offset = in.varint(Integer.MAX_VALUE, "offset");
            long length = in.varint(Integer.MAX_VALUE, "length");
            Bytes name = in.counted(1 << 20, "name");
            long fileOffset = in.varint();
            stretches.add(new Stretch(offset, length, name, fileOffset, in.varint()));
        }
        return stretches;
    }

    private static CorruptArchiveException passes(Pointer.Position at, long offset, long length) {
        return new CorruptArchiveException(
                "extent " + offset + "+" + length + " passes the content of block " + at.offset());
    }

    @Override
    public void close() throws IOException {
        decompressor.close();
        if (file != null) {
            file.close();
        }
    }
}
