package ptar.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import ptar.error.BrokenSealException;
import ptar.error.CorruptArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.BlockRef;
import ptar.layout.Entry;
import ptar.layout.Extent;
import ptar.layout.FrameType;
import ptar.layout.Pointer;
import ptar.storage.Workers;
import ptar.tree.Attribute;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Xattr;

/// Extracts through the index: entries in batches, and for each batch every block that it needs once, in the order in
/// which the blocks lie, several at a time. Memory is bounded by the batch and by the blocks in flight.
public final class Extractor implements AutoCloseable {
    private static final int BATCH_ENTRIES = 1 << 16;
    private static final int BATCH_EXTENTS = 1 << 18;
    /// A file with a great many extents is read in the middle of it.
    private static final int MAX_EXTENTS = 4 * BATCH_EXTENTS;
    /// For blocks that are being read and decoded. What is far away is read by many threads that mostly wait: of blocks
    /// of 16 MiB that did not shrink, four then fill the network, and eight would take 450 MiB.
    private static final int MEMORY_MIB = 224;
    private static final int MEMORY_MIB_PER_THREAD = 56;

    private final ArchiveReader archive;
    private final Restorer restorer;
    private final Selection selection;
    private final ExtractListener listener;
    private final ExecutorService workers;
    private final Semaphore memory;
    private final Map<BlockRef, BlockJob> jobs = new HashMap<>();
    /// Later names of inodes whose first name is in this batch: linked when it is finished.
    private final List<LaterName> laterNames = new ArrayList<>();
    private final Map<Long, FileTask> firstNames = new HashMap<>();
    private int batchEntries;
    private int batchExtents;
    /// Ends it all; what has been extracted by then is what was sealed.
    private volatile BrokenSealException broken;

    private record LaterName(Entry entry, FileTask task) {}

    /// What one block brings.
    private record BlockJob(BlockRef block, List<Piece> pieces) {}

    private record Piece(FileTask file, int offset, int length, long fileOffset) {}

    /// @param threads that decode and write
    public Extractor(
            ArchiveReader archive, Restorer restorer, Selection selection, ExtractListener listener, int threads) {
        this.archive = archive;
        this.restorer = restorer;
        this.selection = selection;
        this.listener = listener;
        this.memory = new Semaphore(Math.max(MEMORY_MIB, threads * MEMORY_MIB_PER_THREAD), true);
        int readers = Math.max(threads, archive.source().parallelReads());
        this.workers = Workers.start(readers, "ptar-extract");
    }

    /// Extracts what the cursor brings and the selection takes.
    ///
    /// @param inOrder whether target names come in the archive's order, so that what is behind can be settled
    /// @throws BrokenSealException at the first damage to a sealed archive
    /// @throws IOException if the archive can't be read any further; damage to single blocks goes to the listener
    public void extract(EntryCursor entries, boolean inOrder) throws IOException {
        for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
            Bytes name = selection.targetName(entry.path(), entry.metadata());
            if (name == null) {
                continue;
            }
            listener.entry(entry.path(), entry.metadata(), name);
            add(entry, name);
            if (batchEntries >= BATCH_ENTRIES || batchExtents >= BATCH_EXTENTS) {
                runBatch();
                if (inOrder) {
                    restorer.settle(name);
                }
            }
        }
        runBatch();
    }

    private void add(Entry entry, Bytes name) throws IOException {
        batchEntries++;
        batchExtents += weightOf(entry);
        FileTask task = new FileTask(
                entry.path(), selection.targetMetadata(entry.metadata()), name, restorer, listener);
        if (entry.metadata().type() != EntryType.FILE || entry.metadata().size() == 0) {
            task.done(0);
            return;
        }
        long group = entry.metadata().hardLinkGroup();
        if (group >= 0 && firstNames.putIfAbsent(group, task) != null) {
            laterNames.add(new LaterName(entry, task));
            return;
        }
        plan(entry, task);
    }

    /// What an entry's names and attributes take, in the measure of extents.
    private static int weightOf(Entry entry) {
        int bytes = entry.path().bytes().length();
        for (Xattr xattr : entry.metadata().xattrs()) {
            bytes += xattr.value().length();
        }
        for (Attribute attribute : entry.metadata().unknown()) {
            bytes += attribute.value().length();
        }
        return bytes >> 8;
    }

    private void plan(Entry entry, FileTask task) throws IOException {
        try {
            plan(entry.extents(), 0, task);
        } catch (CorruptArchiveException damaged) {
            task.fail(damaged);
        }
    }

    /// @param start of the first extent in the file
    private void plan(List<Extent> extents, long start, FileTask task) throws IOException {
        long fileOffset = start;
        for (Extent extent : extents) {
            // not a switch, which makes a class at run time (5 ms at start)
            if (extent instanceof Extent.Data data) {
                plan(data, fileOffset, task);
            } else if (extent instanceof Extent.More more) {
                plan(archive.extentsOf(more), fileOffset, task);
            } else {
                task.done(extent.length());
            }
            fileOffset += extent.length();
        }
    }

    private void plan(Extent.Data data, long fileOffset, FileTask task) throws IOException {
        jobs.computeIfAbsent(data.block(), block -> new BlockJob(block, new ArrayList<>()))
                .pieces()
                .add(new Piece(task, data.offset(), (int) data.length(), fileOffset));
        batchExtents++;
        if (batchExtents >= MAX_EXTENTS) {
            runJobs(); // a file that goes on behind this stays open
            batchExtents = 0;
        }
    }

    private void runBatch() throws IOException {
        runJobs();
        for (LaterName name : laterNames) {
            if (name.task().begin()) { // could not be linked, or the first name failed: it gets content of its own
                plan(name.entry(), name.task());
            }
        }
        laterNames.clear();
        firstNames.clear();
        runJobs();
        batchEntries = 0;
        batchExtents = 0;
    }

    private void runJobs() throws IOException {
        List<BlockJob> ordered = new ArrayList<>(jobs.values());
        jobs.clear();
        ordered.sort((a, b) -> a.block().pointer().position().compareTo(b.block().pointer().position()));
        List<Future<?>> running = new ArrayList<>();
        for (BlockJob job : ordered) {
            running.add(workers.submit(() -> run(job)));
        }
        for (Future<?> job : running) {
            Workers.await(job);
        }
        if (broken != null) {
            throw broken;
        }
    }

    private void run(BlockJob job) {
        if (broken != null || job.pieces().stream().allMatch(piece -> piece.file().hasEnded())) {
            return;
        }
        Pointer pointer = job.block().pointer();
        // Segments, frame, content.
        long needed = 1 + (2L * pointer.storedLength() + pointer.rawLength() >> 20);
        int share = (int) Math.min(MEMORY_MIB, needed);
        memory.acquireUninterruptibly(share);
        try {
            decode(job);
        } finally {
            memory.release(share);
        }
    }

    private void decode(BlockJob job) {
        FrameSource.Raw raw = null;
        try {
            raw = archive.frames().read(job.block().pointer(), FrameType.BLOCK);
            MemorySegment content = BlockCache.contentOf(raw, job.block());
            for (Piece piece : job.pieces()) {
                if (piece.offset() > content.byteSize() - piece.length()) {
                    piece.file().fail(
                            new CorruptArchiveException("extent " + piece.offset() + "+" + piece.length()
                                    + " passes the content of block " + job.block().number()));
                } else {
                    piece.file().write(content.asSlice(piece.offset(), piece.length()), piece.fileOffset());
                }
            }
        } catch (BrokenSealException e) {
            broken = e;
        } catch (IOException failed) {
            for (Piece piece : job.pieces()) {
                piece.file().fail(failed);
            }
        } finally {
            if (raw != null) {
                archive.frames().buffers().release(raw.buffer());
            }
        }
    }

    /// Stops the threads. The restorer is not closed.
    @Override
    public void close() {
        Workers.stop(workers);
    }
}
