package ptar.write;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import ptar.layout.Leaf;
import ptar.storage.BufferPool;
import ptar.storage.Workers;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;

/// Reads some files, or a piece of a large one, into one buffer, cuts it into chunks and computes their ids. Runs on
/// any thread; what comes out is taken over in order by the [Packer].
final class ReadJob implements Callable<ReadJob> {
    /// Small files are read by one job until it has this many bytes or files.
    static final int SMALL_BYTES = 2 << 20;

    static final int MAX_PIECES = 256; // or stretches of a file with holes
    /// What files of one job that are read again may take, beside the job's buffer.
    private static final long MAX_AGAIN_BYTES = 2 << 20;

    private final BufferPool buffers;
    private final ChunkCutters cutters;
    private final AtomicLong againBytes = new AtomicLong();
    final List<Piece> pieces = new ArrayList<>();
    private long length;
    /// Holds the content of all pieces but those read again or by another job; released by the [Packer].
    MemorySegment buffer;
    /// How many of the pieces that this job reads are not packed yet. The packer's.
    int unpacked;
    /// Set where it was started ahead of the window's order, and its pieces come in other jobs: see [ReadAhead].
    Future<ReadJob> early;

    /// A stretch of a file's content: of a small file all of it.
    static final class Piece {
        final PendingEntry entry;
        final long offset;
        int length;
        final boolean first;
        final boolean last;
        private final LargeFile large;
        /// The job that reads it.
        private ReadJob job;

        /// Where the content is: in the job's buffer, or in one of its own, released by the [Packer].
        MemorySegment memory;
        long position;
        int read;
        ChunkCutters.Chunks chunks;
        IOException openFailure;
        IOException readFailure;
        boolean changed;
        /// What was found when it was read again; null if the first reading counts.
        SourceTree.Found foundAgain;
        /// The entry's from then on. Not its own before the [Packer] has come to it: until then others look at that.
        Metadata metadataAgain;

        Piece(PendingEntry entry, LargeFile large, long offset, int length, boolean first, boolean last) {
            this.entry = entry;
            this.large = large;
            this.offset = offset;
            this.length = length;
            this.first = first;
            this.last = last;
        }

        static Piece whole(PendingEntry small) {
            return new Piece(small, null, 0, (int) small.metadata.size(), true, true);
        }

        ReadJob job() {
            return job;
        }
    }

    ReadJob(BufferPool buffers, ChunkCutters cutters) {
        this.buffers = buffers;
        this.cutters = cutters;
    }

    /// Adds a piece to be read and packed, or to be packed only, as another job has read it.
    void add(Piece piece) {
        pieces.add(piece);
        if (piece.job == null) {
            piece.job = this;
            length += piece.length;
            unpacked++;
        }
    }

    boolean hasRoomFor(long more) {
        return length + more <= SMALL_BYTES && pieces.size() < MAX_PIECES;
    }

    long length() {
        return length;
    }

    @Override
    public ReadJob call() throws IOException {
        List<Piece> own = pieces.stream().filter(piece -> piece.job == this).toList();
        if (own.isEmpty()) {
            return this;
        }
        buffer = buffers.take(Math.max(1, length));
        long position = 0;
        for (Piece piece : own) {
            piece.memory = buffer;
            piece.position = position;
            position += piece.length;
        }
        if (own.getFirst().entry.item.tree().parallelReads() > 1) {
            readAtOnce(own);
        } else {
            own.forEach(this::read);
        }
        return this;
    }

    /// All pieces wait for the network together; the tree bounds how many of them ask at once.
    private void readAtOnce(List<Piece> own) throws IOException {
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> reading = new ArrayList<>();
            for (Piece piece : own) {
                reading.add(readers.submit(() -> read(piece)));
            }
            for (Future<?> read : reading) {
                Workers.await(read);
            }
        }
    }

    private void read(Piece piece) {
        if (piece.large != null) {
            readLarge(piece);
        } else {
            readSmall(piece);
        }
        piece.chunks = cutters.cut(piece.memory, piece.position, piece.read);
    }

    private void readSmall(Piece piece) {
        try (SourceFile file = open(piece.entry)) {
            fill(piece, file);
            noteChange(piece, file);
        } catch (IOException cannotOpen) {
            piece.openFailure = cannotOpen;
        }
        boolean isTorn = piece.changed || piece.read < piece.length;
        if (isTorn && piece.openFailure == null && piece.readFailure == null) {
            try {
                readAgain(piece);
            } catch (IOException keepsChanging) {
                // The first reading counts, and is told of.
            }
        }
    }

    /// A small file that changed since the walk saw it, or while it was read: what is stored should be one state of it,
    /// with the metadata of that state. Tried once.
    private void readAgain(Piece piece) throws IOException {
        EntrySource.Item item = piece.entry.item;
        SourceTree.Found now = item.tree().stat(item.sourcePath(), item.followLink());
        Metadata before = piece.entry.metadata;
        Metadata metadata = item.overrides().apply(now.metadata())
                .withMarks(false, before.absolute()).withHardLinkGroup(before.hardLinkGroup());
        int size = (int) Math.min(metadata.size(), MAX_AGAIN_BYTES);
        boolean isOtherInode = before.hardLinkGroup() >= 0 && !isSameInode(now, item.found());
        if (metadata.type() != EntryType.FILE || isOtherInode || size < metadata.size()
                || Leaf.faultOf(metadata) != null || againBytes.addAndGet(size) > MAX_AGAIN_BYTES) {
            return;
        }
        MemorySegment again = buffers.take(Math.max(1, size));
        try (SourceFile file = item.tree().openFile(item.sourcePath(), item.followLink())) {
            boolean isWhole = file.read(again.asSlice(0, size), 0) == size;
            if (isWhole && isSameInode(file.stat(), now) && !isChanged(now, file)) {
                piece.memory = again;
                piece.position = 0;
                piece.length = size;
                piece.read = size;
                piece.changed = false;
                piece.foundAgain = now;
                piece.metadataAgain = metadata;
            }
        } finally {
            if (piece.memory != again) {
                buffers.release(again);
            }
        }
    }

    /// Opens a file by its name, or by another name of the same inode when this one has gone.
    static SourceFile open(PendingEntry entry) throws IOException {
        IOException failure = null;
        for (PendingEntry name = entry; name != null; name = name.nextName) {
            EntrySource.Item item = name.item;
            try {
                SourceFile file = item.tree().openFile(item.sourcePath(), item.followLink());
                if (name == entry || isSameInode(file.stat(), entry.item.found())) {
                    return file;
                }
                file.close();
            } catch (IOException cannotOpen) {
                failure = failure == null ? cannotOpen : failure;
            }
        }
        throw failure;
    }

    private static boolean isSameInode(SourceTree.Found now, SourceTree.Found seen) {
        return now.device() == seen.device() && now.inode() == seen.inode();
    }

    private void readLarge(Piece piece) {
        try {
            SourceFile file = piece.large.file();
            fill(piece, file);
            if (piece.last) {
                noteChange(piece, file);
            }
        } catch (IOException cannotOpen) {
            piece.openFailure = cannotOpen;
        } finally {
            piece.large.pieceDone();
        }
    }

    private void fill(Piece piece, SourceFile file) {
        MemorySegment target = buffer.asSlice(piece.position, piece.length);
        try {
            piece.read = (int) file.read(target, piece.offset);
        } catch (IOException failed) {
            piece.readFailure = failed;
        }
    }

    /// What was read is kept even if nobody can say whether it changed meanwhile.
    private static void noteChange(Piece piece, SourceFile file) {
        try {
            piece.changed = isChanged(piece.entry.item.found(), file);
        } catch (IOException cannotSay) {
            piece.changed = true;
        }
    }

    /// The trigger of GNU tar 1.35: size, modification time, owner, mode; not the change time, which a new hard link
    /// would set.
    private static boolean isChanged(SourceTree.Found seen, SourceFile file) throws IOException {
        SourceTree.Found now = file.stat();
        return now.metadata().size() != seen.metadata().size()
                || now.metadata().mode() != seen.metadata().mode()
                || !now.metadata().modificationTime().equals(seen.metadata().modificationTime())
                || now.metadata().owner().uid() != seen.metadata().owner().uid()
                || now.metadata().owner().gid() != seen.metadata().owner().gid();
    }

    /// A file that is read in several pieces, opened once by the first of them that runs, so that all see one inode.
    static final class LargeFile {
        private final PendingEntry entry;
        private SourceFile file;
        private IOException failure;
        private int piecesLeft;

        /// @param open the file where it is open already, else null
        /// @param failure why it can't be read, if that is known already, else null
        LargeFile(PendingEntry entry, SourceFile open, IOException failure, int pieces) {
            this.entry = entry;
            this.file = open;
            this.failure = failure;
            this.piecesLeft = pieces;
        }

        synchronized SourceFile file() throws IOException {
            if (failure != null) {
                throw failure;
            }
            if (file == null) {
                try {
                    file = open(entry);
                } catch (IOException cannotOpen) {
                    failure = cannotOpen;
                    throw cannotOpen;
                }
            }
            return file;
        }

        synchronized void pieceDone() {
            piecesLeft--;
            if (piecesLeft == 0) {
                close();
            }
        }

        /// What is read after that fails.
        synchronized void close() {
            failure = new ClosedChannelException();
            if (file != null) {
                try {
                    file.close();
                } catch (IOException nothingToLose) {
                    // it was only read
                }
                file = null;
            }
        }
    }
}
