package ptar.write;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import ptar.storage.BufferPool;
import ptar.tree.SourceFile;

/// Cuts a window's files, in the order of reading, into jobs: many small files, or a piece of a large one. One thread.
final class ReadPlanner implements AutoCloseable {
    /// A longer file is read in pieces of this length, each cut into chunks alone, so that they can be read at once. An
    /// insertion into a file moves what follows against these borders; it costs two chunks in each piece.
    private static final int PIECE_BYTES = 16 << 20;

    private final BufferPool buffers;
    private final ChunkCutters cutters;
    private final Iterator<PendingEntry> files;
    private final Deque<ReadJob> ofLargeFile = new ArrayDeque<>();
    private final List<ReadJob.LargeFile> largeFiles = new ArrayList<>();
    private PendingEntry waiting;

    ReadPlanner(BufferPool buffers, ChunkCutters cutters, List<PendingEntry> files) {
        this.buffers = buffers;
        this.cutters = cutters;
        this.files = files.iterator();
    }

    /// @return null behind the last
    ReadJob next() {
        if (!ofLargeFile.isEmpty()) {
            return ofLargeFile.remove();
        }
        ReadJob job = newJob();
        while (true) {
            PendingEntry entry = waiting != null ? waiting : files.hasNext() ? files.next() : null;
            waiting = null;
            if (entry == null) {
                return job.pieces.isEmpty() ? null : job;
            }
            long size = entry.metadata.size();
            boolean large = isReadInPieces(entry);
            boolean full = !job.pieces.isEmpty() && (large || !job.hasRoomFor(entry.ahead != null ? 0 : size));
            if (full) {
                waiting = entry;
                return job;
            }
            if (large) {
                planLarge(entry);
                return ofLargeFile.remove();
            }
            job.add(entry.ahead != null ? entry.ahead : ReadJob.Piece.whole(entry));
        }
    }

    static boolean isReadInPieces(PendingEntry entry) {
        return entry.metadata.size() > ReadJob.SMALL_BYTES || mayHaveHoles(entry);
    }

    private static boolean mayHaveHoles(PendingEntry entry) {
        return entry.item.found().storedBytes() < entry.metadata.size();
    }

    private void planLarge(PendingEntry entry) {
        List<SourceFile.Stretch> pieces = new ArrayList<>();
        long size = entry.metadata.size();
        SourceFile open = null;
        IOException failure = null;
        if (mayHaveHoles(entry)) {
            try {
                open = ReadJob.open(entry);
                long at = 0;
                while (at < size) {
                    SourceFile.Stretch data = open.nextData(at, size);
                    addPieces(pieces, data.start(), Math.min(data.end(), size));
                    at = data.end();
                }
            } catch (IOException failed) {
                failure = failed; // told by the first piece; how much there is to read is not known
                pieces.clear();
            }
        } else {
            addPieces(pieces, 0, size);
        }
        if (pieces.isEmpty()) {
            pieces.add(new SourceFile.Stretch(0, 0)); // one hole: nothing to read, but the entry begins and ends
        }
        ReadJob.LargeFile large = new ReadJob.LargeFile(entry, open, failure, pieces.size());
        largeFiles.add(large);
        ReadJob job = newJob();
        for (int i = 0; i < pieces.size(); i++) {
            SourceFile.Stretch piece = pieces.get(i);
            int length = (int) (piece.end() - piece.start());
            if (job.length() + length > PIECE_BYTES || job.pieces.size() == ReadJob.MAX_PIECES) {
                ofLargeFile.add(job);
                job = newJob();
            }
            job.add(new ReadJob.Piece(entry, large, piece.start(), length, i == 0, i == pieces.size() - 1));
        }
        ofLargeFile.add(job);
    }

    private static void addPieces(List<SourceFile.Stretch> pieces, long start, long end) {
        for (long at = start; at < end; at += PIECE_BYTES) {
            pieces.add(new SourceFile.Stretch(at, Math.min(end, at + PIECE_BYTES)));
        }
    }

    /// Closes files that jobs not run have left open: after a failure.
    @Override
    public void close() {
        largeFiles.forEach(ReadJob.LargeFile::close);
    }

    private ReadJob newJob() {
        return new ReadJob(buffers, cutters);
    }
}
