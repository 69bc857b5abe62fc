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
import ptar.hash.Blake3;
import ptar.layout.BlockTrailer;
import ptar.layout.ByteReader;
import ptar.layout.ByteWriter;
import ptar.layout.Pointer;
import ptar.tree.Bytes;
import ptar.tree.SourceFile;
import ptar.tree.TargetTree;

/// Where content that a pipe has brought can be found again, as later entries may repeat it. A block whose content was
/// all written to files is remembered by where in which files, with hashes, as files may be changed or replaced
/// meanwhile; another is kept as it was stored. Both go to one temporary file without a name, so memory holds some 100
/// bytes for each block. Spec §6. One thread.
final class HeldContent implements Closeable {
    /// What is read again is verified by stretches of at most this length.
    static final int MAX_STRETCH = 1 << 20;

    private static final int CACHED_BLOCKS = 4;
    private static final int MAX_NAME_LENGTH = 1 << 20;

    private final Path folder;
    private final TargetTree target;
    private final Map<Pointer.Position, Place> places = new HashMap<>();
    private final Decompressor decompressor = new Decompressor();
    private final Map<Pointer.Position, Loaded> cache = new LinkedHashMap<>(8, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Pointer.Position, Loaded> eldest) {
            boolean isFull = size() > CACHED_BLOCKS;
            if (isFull) {
                eldest.getValue().arena.close();
            }
            return isFull;
        }
    };
    private FileChannel file;
    private IOException failure;
    private long end;

    /// Where the temporary file tells of a block.
    ///
    /// @param codec of the stored payload; -1 if stretches of extracted files stand there
    private record Place(long position, int length, int codec, int rawLength) {}

    /// What a place was found to hold: a block's content, or stretches.
    ///
    /// @param arena of the content: closed when it leaves the cache, as the garbage collector sees no need
    private record Loaded(Arena arena, MemorySegment content, List<Stretch> stretches) {}

    /// A stretch of a block's content and where it was written to.
    ///
    /// @param hash BLAKE3 of it
    record Stretch(int offset, int length, Bytes name, long fileOffset, Bytes hash) {}

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

    static Bytes hashOf(MemorySegment content) {
        byte[] hash = new byte[Blake3.HASH_SIZE];
        Blake3.hash(content, 0, content.byteSize(), hash, 0);
        return Bytes.wrap(hash);
    }

    /// All of a block's content was written to files.
    ///
    /// @param stretches one behind the other, from the content's start to its end
    void written(int run, long block, List<Stretch> stretches) {
        ByteWriter out = new ByteWriter(96 * stretches.size() + 8);
        out.varint(stretches.size());
        Bytes previous = Bytes.EMPTY;
        for (Stretch s : stretches) {
            int shared = previous.commonPrefix(s.name());
            out.varint(s.offset()).varint(s.length());
            out.varint(shared).counted(s.name().slice(shared, s.name().length()));
            out.varint(s.fileOffset()).bytes(s.hash());
            previous = s.name();
        }
        ByteBuffer bytes = ByteBuffer.wrap(out.toArray());
        append(new Pointer.Position(run, block), bytes, -1, 0);
    }

    /// Some of a block's content was not written to files.
    void keep(ForwardReader.DecodedBlock block) {
        Pointer.Position at = new Pointer.Position(block.run(), block.number());
        append(at, block.stored().asByteBuffer(), block.codec(), block.rawLength());
    }

    /// What can't be written down is missed only if it is needed.
    private void append(Pointer.Position block, ByteBuffer bytes, int codec, int rawLength) {
        Place place = new Place(end, bytes.remaining(), codec, rawLength);
        try {
            if (file == null) {
                Path path = Files.createTempFile(folder, ".ptar-held-", "");
                file = FileChannel.open(
                        path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            }
            while (bytes.hasRemaining()) {
                end += file.write(bytes, end);
            }
            places.put(block, place);
        } catch (IOException failed) {
            failure = failed;
        }
    }

    /// Hands over a stretch of an earlier block's content, in pieces, in order.
    ///
    /// @throws CorruptArchiveException if the block was not there or does not hold it
    /// @throws IOException if what was written down of it, or the file that has it, can't be read again
    void read(int run, long block, int offset, long length, Consumer consumer) throws IOException {
        Pointer.Position at = new Pointer.Position(run, block);
        Place place = places.get(at);
        if (place == null && failure != null) {
            throw new IOException("repeats content that could not be kept in " + folder, failure);
        }
        if (place == null) {
            throw new CorruptArchiveException("repeats content of block " + block + " of run " + run
                    + ", which is damaged or missing");
        }
        Loaded loaded = cache.get(at);
        if (loaded == null) {
            loaded = load(at, place);
            cache.put(at, loaded);
        }
        if (loaded.content() == null) {
            readFiles(at, loaded.stretches(), offset, length, consumer);
        } else if (offset > loaded.content().byteSize() - length) {
            throw passes(at, offset, length);
        } else {
            consumer.accept(loaded.content().asSlice(offset, length));
        }
    }

    private Loaded load(Pointer.Position at, Place place) throws IOException {
        Arena arena = Arena.ofConfined();
        try (Arena whileLoading = Arena.ofConfined()) {
            MemorySegment stored = bytesAt(place, whileLoading);
            if (place.codec() < 0) {
                return new Loaded(arena, null, parse(stored.asByteBuffer()));
            }
            MemorySegment raw = arena.allocate(Math.max(1, place.rawLength())).asSlice(0, place.rawLength());
            String where = "held block " + at.offset();
            decompressor.decompress(place.codec(), stored, raw, where);
            BlockTrailer trailer = BlockTrailer.readFrom(raw.asByteBuffer(), where);
            return new Loaded(arena, raw.asSlice(0, trailer.contentLength(place.rawLength())), null);
        } catch (IOException | RuntimeException failed) {
            arena.close();
            throw failed;
        }
    }

    private MemorySegment bytesAt(Place place, Arena arena) throws IOException {
        MemorySegment bytes = arena.allocate(Math.max(1, place.length())).asSlice(0, place.length());
        ByteBuffer into = bytes.asByteBuffer();
        while (into.hasRemaining()) {
            if (file.read(into, place.position() + into.position()) < 0) {
                throw new IOException("the temporary file in " + folder + " was cut");
            }
        }
        return bytes;
    }

    private void readFiles(
            Pointer.Position at, List<Stretch> stretches, int offset, long length, Consumer consumer)
            throws IOException {
        long from = offset;
        long to = offset + length;
        for (Stretch s : stretches) {
            long stretchEnd = (long) s.offset() + s.length();
            if (s.offset() <= from && from < stretchEnd && from < to) {
                long n = Math.min(stretchEnd, to) - from;
                try (Arena arena = Arena.ofConfined()) {
                    consumer.accept(reread(s, arena).asSlice(from - s.offset(), n));
                }
                from += n;
            }
        }
        if (from < to) {
            throw passes(at, offset, length);
        }
    }

    private MemorySegment reread(Stretch s, Arena arena) throws IOException {
        MemorySegment bytes = arena.allocate(s.length());
        IOException cause = null;
        try (SourceFile again = target.openFile(s.name())) {
            if (again.read(bytes, s.fileOffset()) == s.length() && hashOf(bytes).equals(s.hash())) {
                return bytes;
            }
        } catch (IOException failed) {
            cause = failed;
        }
        throw new IOException(
                "repeats content of '" + s.name() + "', which was changed or replaced after it was extracted", cause);
    }

    private static List<Stretch> parse(ByteBuffer bytes) throws IOException {
        ByteReader in = new ByteReader(bytes, "temporary file");
        int count = in.count(5, "number of stretches");
        List<Stretch> stretches = new ArrayList<>(count);
        Bytes name = Bytes.EMPTY;
        for (int i = 0; i < count; i++) {
            int offset = in.varint(Integer.MAX_VALUE, "offset");
            int length = in.varint(MAX_STRETCH, "length");
            name = name.slice(0, in.varint(name.length(), "shared")).concat(in.counted(MAX_NAME_LENGTH, "name"));
            stretches.add(new Stretch(offset, length, name, in.varint(), in.bytes(Blake3.HASH_SIZE)));
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
        cache.values().forEach(loaded -> loaded.arena.close());
        if (file != null) {
            file.close();
        }
    }
}
