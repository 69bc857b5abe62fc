package ptar.write;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import ptar.block.BlockBuilder;
import ptar.chunk.ChunkId;
import ptar.chunk.ChunkTable;
import ptar.layout.BlockRef;
import ptar.layout.ByteReader;
import ptar.layout.FrameType;
import ptar.layout.PackedExtents;
import ptar.segment.RunWriter;
import ptar.storage.BufferPool;
import ptar.storage.Workers;

/// Takes chunks in the order of reading, keeps the first of each, packs them into blocks with their journals, and hands
/// full blocks to be compressed; writes compressed blocks in order. All that decides what the archive's bytes are is
/// done here, by one thread, or depends on one block, so that they do not depend on the number of threads.
final class Packer {
    private static final int MAX_RECORD_EXTENTS = ByteReader.MAX_ELEMENTS / 8;
    /// A block whose journal has no more records than this holds the content of few files, large ones if it is full.
    static final int FEW_RECORDS = 16;

    private final RunWriter run;
    private final FrameCompressor compressor;
    private final ExecutorService pool;
    private final BufferPool buffers;
    private final WriteOptions options;
    private final WriteListener listener;
    private final ChunkTable chunks = new ChunkTable();
    private final List<BlockRef> blocks = new ArrayList<>();
    private final Deque<Future<FrameCompressor.Stored>> compressing = new ArrayDeque<>();
    private BlockBuilder block;
    /// The file whose content is being packed.
    private PendingEntry open;
    private long contentEnd;
    private boolean changed;
    private long entryNumber;
    private long uniqueBytes;

    Packer(
            RunWriter run, FrameCompressor compressor, ExecutorService pool, BufferPool buffers, WriteOptions options,
            WriteListener listener) {
        this.run = run;
        this.compressor = compressor;
        this.pool = pool;
        this.buffers = buffers;
        this.options = options;
        this.listener = listener;
        block = new BlockBuilder(buffers, 0, options.blockSize());
    }

    /// The block with a number; it must have been written.
    BlockRef block(long number) {
        return blocks.get((int) number);
    }

    long uniqueBytes() {
        return uniqueBytes;
    }

    /// Tells of an entry that brings no content of its own: all but the first names of files.
    void addWithoutContent(PendingEntry entry) throws IOException {
        if (entry.dropped != null) {
            return;
        }
        if (entry.leader != null) {
            if (entry.leader.dropped != null) {
                drop(entry, entry.leader.dropped);
                return;
            }
            entry.extents = entry.leader.extents;
            entry.metadata = entry.leader.metadata.withMarks(
                    entry.leader.metadata.changedWhileRead(), entry.item.metadata().absolute());
        }
        begin(entry);
        tell(entry, 0, true, entry.metadata.changedWhileRead());
    }

    /// Leaves an entry out whose content can't be opened, with the names that would have come with it.
    private void drop(PendingEntry entry, IOException cause) {
        for (PendingEntry name = entry; name != null; name = name.nextName) {
            if (name.dropped == null) {
                name.dropped = cause;
                listener.cannotOpen(name.item, cause);
            }
        }
    }

    private void begin(PendingEntry entry) {
        entry.number = entryNumber++;
        boolean firstOfSeveral = entry.leader == null && entry.metadata.hardLinkGroup() >= 0;
        if (firstOfSeveral) {
            entry.metadata = entry.metadata.withHardLinkGroup(entry.number);
        }
    }

    /// Adds to the journal what it has not told of an entry yet; a great many extents in several records, so that no
    /// journal outgrows its bounds.
    ///
    /// @param from the first extent to tell of
    private void tell(PendingEntry entry, int from, boolean end, boolean isChanged) throws IOException {
        int count = entry.extents.count();
        int told = from;
        while (count - told > MAX_RECORD_EXTENTS) {
            tell(entry, told, told + MAX_RECORD_EXTENTS, false, false);
            told += MAX_RECORD_EXTENTS;
        }
        tell(entry, told, count, end, isChanged);
        entry.extents.markTold();
    }

    private void tell(PendingEntry entry, int from, int to, boolean end, boolean isChanged) throws IOException {
        makeRoomInJournal();
        boolean begins = from == 0;
        block.journal().add(
                entry.number, begins ? entry.item.path() : null, begins ? entry.metadata : null, entry.extents, from,
                to, block.number(), end, isChanged);
    }

    private void makeRoomInJournal() throws IOException {
        if (!block.hasRoomFor(0)) {
            closeBlock();
        }
    }

    /// Packs a job's pieces; the buffer of the job that has read them is given back with its last one.
    void add(ReadJob job) throws IOException {
        for (ReadJob.Piece piece : job.pieces) {
            ReadJob reader = piece.job();
            if (reader.early != null) {
                Workers.await(reader.early);
            }
            add(piece);
            if (piece.memory != reader.buffer) {
                buffers.release(piece.memory);
            }
            reader.unpacked--;
            if (reader.unpacked == 0) {
                buffers.release(reader.buffer);
                reader.buffer = null;
            }
        }
    }

    private void add(ReadJob.Piece piece) throws IOException {
        PendingEntry entry = piece.entry;
        if (piece.first && piece.openFailure != null && entry.dropped == null) {
            drop(entry, piece.openFailure);
        }
        if (entry.dropped != null) {
            return;
        }
        if (piece.foundAgain != null) {
            entry.metadata = piece.metadataAgain;
        }
        if (piece.first) {
            open(entry);
        }
        entry.extents.addHoleIf(piece.offset - contentEnd);
        long position = piece.position;
        for (int i = 0; i < piece.chunks.lengths().length; i++) {
            addChunk(piece.memory, position, piece.chunks.lengths()[i], piece.chunks.ids()[i]);
            position += piece.chunks.lengths()[i];
        }
        contentEnd = piece.offset + piece.read;
        noteProblems(piece);
        if (piece.last) {
            finishOpen();
        }
    }

    private void noteProblems(ReadJob.Piece piece) {
        if (piece.foundAgain != null) {
            listener.readAgain(piece.entry.item, piece.foundAgain);
        }
        IOException failure = piece.readFailure != null ? piece.readFailure : piece.openFailure;
        if (failure != null) {
            listener.cannotRead(piece.entry.item, piece.offset + piece.read, failure);
        } else if (piece.read < piece.length && !changed) {
            listener.shrank(piece.entry.item, piece.entry.metadata.size() - contentEnd);
        } else if (piece.changed && !changed) {
            listener.changed(piece.entry.item);
        }
        changed |= failure != null || piece.read < piece.length || piece.changed;
    }

    private void open(PendingEntry entry) {
        open = entry;
        contentEnd = 0;
        changed = false;
        entry.extents = new PackedExtents();
        begin(entry);
    }

    private void addChunk(MemorySegment content, long position, int length, byte[] idBytes) throws IOException {
        ChunkId id = ChunkId.readFrom(idBytes, 0);
        int found = chunks.find(id);
        if (found != ChunkTable.ABSENT) {
            open.extents.addData(chunks.blockNumber(found), chunks.offset(found), length);
            return;
        }
        if (!block.hasRoomFor(length)) {
            tellOpen();
            closeBlock();
        }
        int offset = block.append(content, position, length);
        chunks.putIfAbsent(id, (int) block.number(), offset);
        open.extents.addData(block.number(), offset, length);
        uniqueBytes += length;
    }

    /// Before a block is closed: its journal tells which of its content belongs to the file that goes on.
    private void tellOpen() throws IOException {
        int told = open.extents.told();
        if (open.extents.count() > told) {
            tell(open, told, false, false);
        }
    }

    private void finishOpen() throws IOException {
        open.extents.addHoleIf(open.metadata.size() - contentEnd);
        tell(open, open.extents.told(), true, changed);
        if (changed) {
            open.metadata = open.metadata.withMarks(true, open.metadata.absolute());
        }
        PendingEntry name = open.nextName;
        open = null;
        while (name != null) {
            addWithoutContent(name);
            name = name.nextName;
        }
    }

    private void closeBlock() throws IOException {
        BlockBuilder full = block;
        block = new BlockBuilder(buffers, full.number() + 1, options.blockSize());
        BlockBuilder.Raw raw = full.finish();
        boolean storeNoise = raw.records() <= FEW_RECORDS;
        compressing.add(pool.submit(() -> compressor.compressBlock(raw.buffer(), raw.length(), storeNoise)));
        while (compressing.size() > options.threads() + 1 || !compressing.isEmpty() && compressing.peek().isDone()) {
            writeOldest();
        }
    }

    /// Closes the block that is being filled and writes all blocks: after this every extent's block is known.
    void flush() throws IOException {
        if (!block.isEmpty()) {
            closeBlock();
        }
        while (!compressing.isEmpty()) {
            writeOldest();
        }
    }

    private void writeOldest() throws IOException {
        FrameCompressor.Stored stored = Workers.await(compressing.remove());
        blocks.add(new BlockRef(
                blocks.size(),
                run.writeFrame(
                        FrameType.BLOCK, stored.codec(), stored.payload(), stored.rawLength(), stored.hash())));
        buffers.release(stored.buffer());
    }
}
