package ptar.write;

import java.util.concurrent.ExecutorService;
import ptar.storage.BufferPool;

/// Reads small files while the first window is still being walked, as the walk's one thread leaves the other processors
/// idle: their content is read, cut and hashed in the order of the walk, and waits in memory for its turn in the order
/// of reading. Later windows are walked while the one before is packed. One thread calls.
final class ReadAhead {
    /// Held until their turn comes, which may be at the window's end.
    private static final long MOST_BYTES = 32 << 20;

    private final BufferPool buffers;
    private final ChunkCutters cutters;
    private final ExecutorService readers;
    private ReadJob job;
    private long bytes;

    /// @param readers one fewer than there are processors, so that the walk keeps one
    ReadAhead(BufferPool buffers, ChunkCutters cutters, ExecutorService readers) {
        this.buffers = buffers;
        this.cutters = cutters;
        this.readers = readers;
    }

    /// Takes a file that the walk has found, if it is one to be read now.
    void offer(PendingEntry entry) {
        EntrySource.Item item = entry.item;
        long size = entry.metadata.size();
        // Whether a file with several names is opened by another of them is known when the window is complete.
        boolean suits = entry.hasContent()
                && item.found().links() == 1
                && item.tree().parallelReads() == 1
                && !ReadPlanner.isReadInPieces(entry)
                && bytes + size <= MOST_BYTES;
        if (!suits) {
            return;
        }
        if (job != null && !job.hasRoomFor(size)) {
            start();
        }
        if (job == null) {
            job = new ReadJob(buffers, cutters);
        }
        entry.ahead = ReadJob.Piece.whole(entry);
        job.add(entry.ahead);
        bytes += size;
    }

    /// Reads what has been taken. Behind the window's last file, or in between.
    void start() {
        if (job != null) {
            job.early = readers.submit(job);
            job = null;
        }
    }
}
