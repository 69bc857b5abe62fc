package ptar.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import ptar.crypto.MasterKey;
import ptar.crypto.SegmentCipher;
import ptar.layout.ClosingMark;
import ptar.layout.Header;
import ptar.layout.Leaf;
import ptar.layout.Pointer;
import ptar.layout.Run;
import ptar.layout.SegmentHead;
import ptar.segment.RunLength;
import ptar.segment.RunWriter;
import ptar.segment.SegmentCiphers;
import ptar.storage.BufferPool;
import ptar.storage.Sink;
import ptar.storage.Workers;
import ptar.tree.Bytes;
import ptar.tree.posix.PosixMemory;

/// Writes an archive in one forward pass: the front door for writing.
///
///     try (SourceTree files = Trees.source(Bytes.of("/home/me"), SourceTree.Wanted.DEFAULT);
///             EntrySource entries = new TreeWalk(List.of(WalkOperand.of(files, Bytes.of("notes"))));
///             Sink sink = new FileSink(Path.of("a.ptar"))) {
///         ArchiveWriter.write(entries, sink, WriteOptions.DEFAULT, WriteListener.NONE);
///     }
///
/// Memory does not grow with the number of files: it holds one window of entries and the next, a pointer for each leaf
/// and each block, and the table of chunks (some 60 bytes for each chunk that is stored).
public final class ArchiveWriter {
    private static final long IDLE_BUFFER_BYTES = 256L << 20;
    /// Bytes that are read ahead of the packer for each thread; a job for each in any case.
    private static final long READ_AHEAD_BYTES = 4L << 20;

    private final EntrySource entries;
    private final Sink sink;
    private final WriteOptions options;
    private final WriteListener listener;
    private final Window.Limits windowLimits;
    /// A compressor's target is as long as what it compresses, and a quarter of it is used: mapped, the rest is free.
    private final BufferPool buffers = PosixMemory.isSupported()
            ? new BufferPool(IDLE_BUFFER_BYTES, PosixMemory::allocate, PosixMemory::discard)
            : new BufferPool(IDLE_BUFFER_BYTES);

    /// @param windowLimits [Window.Limits#DEFAULT] but in tests
    ArchiveWriter(
            EntrySource entries, Sink sink, WriteOptions options, WriteListener listener, Window.Limits windowLimits) {
        this.entries = entries;
        this.sink = sink;
        this.options = options;
        this.listener = listener;
        this.windowLimits = windowLimits;
    }

    /// Writes a plain archive and commits the sink. After an exception nothing is committed.
    ///
    /// @param entries read to its end; not closed
    /// @param sink not closed
    public static WriteSummary write(EntrySource entries, Sink sink, WriteOptions options, WriteListener listener)
            throws IOException {
        try (MasterKey key = MasterKey.plain()) {
            return write(entries, sink, options, listener, () -> Header.plain(key), key);
        }
    }

    /// Writes an archive under a header and its master key, and commits the sink.
    ///
    /// @param header asked once, by the calling thread, while others walk and read already and may tell the listener:
    ///     one that a password opens takes a second to make. What it throws ends the writing before a byte is written
    /// @param key the header's; not closed
    public static WriteSummary write(
            EntrySource entries, Sink sink, WriteOptions options, WriteListener listener, Supplier<Header> header,
            MasterKey key)
            throws IOException {
        return new ArchiveWriter(entries, sink, options, listener, Window.Limits.DEFAULT).write(header, key);
    }

    WriteSummary write(Supplier<Header> header, MasterKey key) throws IOException {
        ExecutorService walker = Workers.start(1, "ptar-walk");
        ExecutorService early = Workers.start(Math.max(1, options.threads() - 1), "ptar-ahead");
        try {
            ChunkCutters cutters = new ChunkCutters(key);
            ReadAhead ahead = options.threads() > 1 ? new ReadAhead(buffers, cutters, early) : null;
            Window.Cutter cutter = new Window.Cutter(entries, windowLimits, ahead);
            Callable<Window> cut = cutter::next;
            Future<Window> first = walker.submit(cut);
            return writeBehind(header.get(), key, first, () -> walker.submit(cut), cutters);
        } finally {
            Workers.stop(walker, early);
            buffers.close();
        }
    }

    private WriteSummary writeBehind(
            Header header, MasterKey key, Future<Window> first, Supplier<Future<Window>> more, ChunkCutters cutters)
            throws IOException {
        Run run = new Run(0, 0, -1, Bytes.wrap(MasterKey.newRunSalt(header.suite())));
        byte[] salt = run.salt().toArray();
        try (SegmentCiphers ciphers =
                        new SegmentCiphers(() -> SegmentCipher.forRun(header.suite(), key, salt, run.index()));
                FrameCompressor compressor = new FrameCompressor(buffers, options.level(), options.blockSize())) {
            ExecutorService pool = Workers.start(options.threads(), "ptar-write");
            try {
                byte[] headerBytes = header.toBytes();
                sink.write(ByteBuffer.wrap(headerBytes));
                int archiveTag = SegmentHead.archiveTag(header.archiveId());
                RunWriter runWriter = new RunWriter(
                        sink, run, archiveTag, lengthOf(header), ciphers, pool, options.threads() + 2, buffers);
                Packer packer = new Packer(runWriter, compressor, pool, buffers, options, listener);
                IndexWriter index = new IndexWriter(runWriter, compressor, buffers, packer::block);
                Future<Window> next = first;
                for (Window window = Workers.await(next); window != null; window = Workers.await(next)) {
                    next = more.get();
                    writeContent(window, packer, pool, cutters);
                    writeLeaves(window, index);
                }
                if (options.padded()) {
                    runWriter.padAhead(index.lengthOfRest());
                }
                Pointer root = index.finish(List.of(), 0, null);
                Run written = runWriter.finish(root);
                long length = writeClosing(headerBytes, written, key);
                sink.commit();
                return new WriteSummary(index.entries(), index.bytes(), packer.uniqueBytes(), length);
            } finally {
                Workers.stop(pool); // before what they use is closed
            }
        }
    }

    private RunLength lengthOf(Header header) {
        if (!header.suite().isSealed()) {
            return RunLength.EXACT;
        }
        return options.padded() ? RunLength.PADME : RunLength.ALIGNED;
    }

    private void writeContent(Window window, Packer packer, ExecutorService pool, ChunkCutters cutters)
            throws IOException {
        window.replaceLostLeaders();
        for (PendingEntry entry : window.entries()) {
            String fault = Leaf.faultOf(entry.metadata);
            if (fault != null) {
                dropTooLarge(entry, fault);
            } else if (!entry.hasContent() && !entry.comesWithLeader) {
                packer.addWithoutContent(entry);
            }
        }
        try (ReadPlanner planner = new ReadPlanner(buffers, cutters, window.files())) {
            readAndPack(planner, packer, pool);
        }
        packer.flush();
    }

    private void dropTooLarge(PendingEntry entry, String fault) {
        for (PendingEntry name = entry; name != null; name = name.nextName) {
            if (name.dropped == null) {
                name.dropped = new IOException(fault);
                listener.tooLarge(name.item, fault);
            }
        }
    }

    private void readAndPack(ReadPlanner planner, Packer packer, ExecutorService pool) throws IOException {
        Deque<Future<ReadJob>> reading = new ArrayDeque<>();
        Deque<Long> lengths = new ArrayDeque<>();
        long ahead = 0;
        long mostAhead = READ_AHEAD_BYTES * (options.threads() + 1);
        ReadJob job = planner.next();
        while (job != null || !reading.isEmpty()) {
            while (job != null && (reading.size() <= options.threads() || ahead + job.length() <= mostAhead)) {
                reading.add(pool.submit(job));
                lengths.add(job.length());
                ahead += job.length();
                job = planner.next();
            }
            packer.add(Workers.await(reading.remove()));
            ahead -= lengths.remove();
        }
    }

    private void writeLeaves(Window window, IndexWriter index) throws IOException {
        for (PendingEntry entry : window.entries()) {
            if (entry.dropped == null) {
                index.add(entry.item.path(), entry.metadata, entry.extents);
            }
        }
        index.flushLeaf();
    }

    private long writeClosing(byte[] headerBytes, Run run, MasterKey key) throws IOException {
        long length = 2L * headerBytes.length + run.storedLength() + ClosingMark.SIZE;
        ClosingMark unsigned = new ClosingMark(length, headerBytes.length, run, Bytes.EMPTY);
        Bytes mac = Bytes.wrap(key.closingMac(ByteBuffer.wrap(unsigned.macInput())));
        ByteBuffer closing = ByteBuffer.allocate(headerBytes.length + ClosingMark.SIZE);
        closing.put(headerBytes);
        new ClosingMark(length, headerBytes.length, run, mac).writeTo(closing);
        sink.write(closing.flip());
        return length;
    }
}
