package ptar.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import ptar.block.Decompressor;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.hash.Blake3;
import ptar.layout.FrameHead;
import ptar.layout.FrameType;
import ptar.layout.Pointer;
import ptar.layout.Root;
import ptar.layout.RunEnd;
import ptar.layout.SegmentHead;
import ptar.segment.RunReader;
import ptar.storage.BufferPool;
import ptar.tree.Bytes;

/// Reads frames by their pointers: compares the head with the pointer and the hash with the payload before it
/// decompresses. Thread-safe.
final class FrameSource implements AutoCloseable {
    /// Frames that lie this near to each other are read by one read, up to [#MAX_READ_BYTES] stored. No segment fits
    /// into a gap: one that holds nothing of a frame is not needed, and may be damaged.
    private static final int MAX_GAP_BYTES = SegmentHead.PAYLOAD_SIZE - 1;

    private static final int MAX_READ_BYTES = 8 << 20;

    private final String name;
    private final BufferPool buffers;
    private final List<RunReader> runs = new ArrayList<>();
    private final ConcurrentLinkedQueue<Decompressor> idle = new ConcurrentLinkedQueue<>();

    FrameSource(String name, BufferPool buffers) {
        this.name = name;
        this.buffers = buffers;
    }

    /// @param reader of the run with the next index
    void addRun(RunReader reader) {
        runs.add(reader);
    }

    /// The archive's, for messages.
    String name() {
        return name;
    }

    BufferPool buffers() {
        return buffers;
    }

    /// A frame's raw payload.
    ///
    /// @param buffer of the pool: to be released
    record Raw(MemorySegment buffer, int length) {
        MemorySegment bytes() {
            return buffer.asSlice(0, length);
        }

        ByteBuffer asBuffer() {
            return bytes().asByteBuffer();
        }
    }

    /// What a frame's raw payload says.
    @FunctionalInterface
    interface Parser<T> {
        /// @param raw valid during the call only
        T parse(ByteBuffer raw, Pointer pointer) throws ArchiveException;
    }

    <T> T read(Pointer pointer, FrameType type, Parser<T> parser) throws IOException {
        return parse(read(pointer, type), pointer, parser);
    }

    /// @param raw released
    private <T> T parse(Raw raw, Pointer pointer, Parser<T> parser) throws ArchiveException {
        try {
            return parser.parse(raw.asBuffer(), pointer);
        } catch (CorruptArchiveException broken) {
            throw broken.in(name);
        } finally {
            buffers.release(raw.buffer());
        }
    }

    Raw read(Pointer pointer, FrameType type) throws IOException {
        int length = FrameHead.SIZE + pointer.storedLength();
        MemorySegment frame = buffers.take(length);
        try {
            runOf(pointer).readHashed(frame.asSlice(0, length), pointer.offset());
            return decode(frame.asSlice(0, length), pointer, type);
        } finally {
            buffers.release(frame);
        }
    }

    /// Reads frames that lie one behind the other with few reads: as many of the first as one read should bring.
    ///
    /// @param maxRawBytes of the frames that are read at once, if there are more than one
    /// @return as many results as were read, at least one
    <T> List<T> readAdjacent(List<Pointer> pointers, FrameType type, long maxRawBytes, Parser<T> parser)
            throws IOException {
        Pointer first = pointers.getFirst();
        int count = 1;
        long rawLength = first.rawLength();
        while (count < pointers.size() && follows(first, pointers.get(count - 1), pointers.get(count))) {
            rawLength += pointers.get(count).rawLength();
            if (rawLength > maxRawBytes) {
                break;
            }
            count++;
        }
        long length = pointers.get(count - 1).end() - first.offset();
        MemorySegment frames = buffers.take(length);
        try {
            runOf(first).readHashed(frames.asSlice(0, length), first.offset());
            List<T> parsed = new ArrayList<>(count);
            for (Pointer pointer : pointers.subList(0, count)) {
                MemorySegment frame = frames.asSlice(
                        pointer.offset() - first.offset(), FrameHead.SIZE + pointer.storedLength());
                parsed.add(parse(decode(frame, pointer, type), pointer, parser));
            }
            return parsed;
        } finally {
            buffers.release(frames);
        }
    }

    private static boolean follows(Pointer first, Pointer before, Pointer next) {
        return next.run() == first.run()
                && next.offset() >= before.end()
                && next.offset() - before.end() <= MAX_GAP_BYTES
                && next.end() - first.offset() <= MAX_READ_BYTES;
    }

    private RunReader runOf(Pointer pointer) throws CorruptArchiveException {
        return run(pointer.run());
    }

    RunReader run(int index) throws CorruptArchiveException {
        if (index >= runs.size()) {
            throw new CorruptArchiveException(name + ": there is no run " + index);
        }
        return runs.get(index);
    }

    /// Reads the root of a run: the one frame that no pointer with a hash leads to. The run end says where it is, and
    /// both stand under the tags of their segments.
    static Root readRoot(String name, RunReader run, int runIndex, RunEnd end, BufferPool buffers) throws IOException {
        int length = FrameHead.SIZE + end.rootStoredLength();
        MemorySegment frame = buffers.take(length);
        try (FrameSource frames = new FrameSource(name, buffers)) {
            MemorySegment bytes = frame.asSlice(0, length);
            run.read(bytes, end.rootOffset());
            Pointer pointer = new Pointer(
                    runIndex, end.rootOffset(), end.rootStoredLength(), end.rootRawLength(), Bytes.EMPTY);
            String where = frames.describe(pointer, FrameType.ROOT);
            FrameHead head = headOf(bytes, pointer, FrameType.ROOT, where);
            Raw raw = frames.decompress(head, bytes.asSlice(FrameHead.SIZE), where);
            return frames.parse(raw, pointer, (root, at) -> Root.readFrom(root, at.position()));
        } finally {
            buffers.release(frame);
        }
    }

    private static Bytes hashOf(MemorySegment stored) {
        byte[] hash = new byte[Pointer.HASH_SIZE];
        Blake3.hash(stored, 0, stored.byteSize(), hash, 0);
        return Bytes.wrap(hash);
    }

    private Raw decode(MemorySegment frame, Pointer pointer, FrameType type) throws ArchiveException {
        String where = describe(pointer, type);
        FrameHead head = headOf(frame, pointer, type, where);
        MemorySegment stored = frame.asSlice(FrameHead.SIZE);
        if (!hashOf(stored).equals(pointer.hash())) {
            throw new CorruptArchiveException(where + ": hash mismatch (damaged)");
        }
        return decompress(head, stored, where);
    }

    private String describe(Pointer pointer, FrameType type) {
        return name + ": " + type.name().toLowerCase(java.util.Locale.ROOT) + " at " + pointer.position();
    }

    private static FrameHead headOf(MemorySegment frame, Pointer pointer, FrameType type, String where)
            throws ArchiveException {
        FrameHead head = FrameHead.readFrom(frame.asByteBuffer(), pointer.position(), where);
        if (head.type() != type
                || head.storedLength() != pointer.storedLength()
                || head.rawLength() != pointer.rawLength()) {
            throw new CorruptArchiveException(where + ": found type " + head.typeCode() + " of " + head.storedLength()
                    + " bytes, raw " + head.rawLength() + "; expected " + pointer.storedLength() + ", raw "
                    + pointer.rawLength());
        }
        return head;
    }

    private Raw decompress(FrameHead head, MemorySegment stored, String where) throws CorruptArchiveException {
        MemorySegment raw = buffers.take(Math.max(1, head.rawLength()));
        Decompressor decompressor = idle.poll();
        if (decompressor == null) {
            decompressor = new Decompressor();
        }
        boolean done = false;
        try {
            decompressor.decompress(head.codec(), stored, raw.asSlice(0, head.rawLength()), where);
            done = true;
        } finally {
            idle.add(decompressor);
            if (!done) {
                buffers.release(raw);
            }
        }
        return new Raw(raw, head.rawLength());
    }

    @Override
    public void close() {
        runs.forEach(RunReader::close);
        for (Decompressor decompressor = idle.poll(); decompressor != null; decompressor = idle.poll()) {
            decompressor.close();
        }
    }
}
