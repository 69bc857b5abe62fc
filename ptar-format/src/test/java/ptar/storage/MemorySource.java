package ptar.storage;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// An archive in memory that counts its reads.
public final class MemorySource implements RangeSource {
    public static final String NAME = "memory.ptar";

    private final MemorySegment archive;
    private final int parallelReads;
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicLong bytesRead = new AtomicLong();
    private boolean closed;

    public MemorySource(byte[] archive) {
        this(archive, 1);
    }

    /// @param parallelReads more than 1 as a source over a network has it
    public MemorySource(byte[] archive, int parallelReads) {
        this.archive = MemorySegment.ofArray(archive);
        this.parallelReads = parallelReads;
    }

    /// The archive as a pipe brings it.
    public static ByteStream stream(byte[] archive) {
        return new ByteStream(Channels.newChannel(new ByteArrayInputStream(archive)), NAME);
    }

    /// Round trips: ranges that are asked for together count as one.
    public int reads() {
        return reads.get();
    }

    public long bytesRead() {
        return bytesRead.get();
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int parallelReads() {
        return parallelReads;
    }

    @Override
    public boolean isFar() {
        return parallelReads > 1;
    }

    @Override
    public Suffix readSuffix(int atMost) throws IOException {
        long length = Math.min(archive.byteSize(), atMost);
        MemorySegment suffix = Arena.ofAuto().allocate(Math.max(1, length)).asSlice(0, length);
        read(suffix, archive.byteSize() - length);
        return new Suffix(archive.byteSize(), suffix.asByteBuffer());
    }

    @Override
    public void read(MemorySegment target, long offset) throws IOException {
        reads.incrementAndGet();
        copy(target, offset);
    }

    private void copy(MemorySegment target, long offset) throws IOException {
        if (offset < 0 || offset > archive.byteSize() - target.byteSize()) {
            throw new EOFException(NAME + ": ends at offset " + archive.byteSize());
        }
        bytesRead.addAndGet(target.byteSize());
        MemorySegment.copy(archive, offset, target, 0, target.byteSize());
    }

    @Override
    public void readAll(List<Range> ranges, Receiver receiver) throws IOException {
        reads.incrementAndGet();
        for (Range range : ranges) {
            copy(range.target(), range.offset());
            receiver.arrived(range);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
