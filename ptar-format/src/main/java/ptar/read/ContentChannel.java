package ptar.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.List;
import ptar.layout.Extent;

/// A file's content, read at random through the block cache.
final class ContentChannel implements SeekableByteChannel {
    private final BlockCache blocks;
    private final List<Extent> extents;
    private final long[] starts;
    private final long size;
    private long position;
    private boolean closed;

    /// @param extents without [Extent.More]; they add up to `size`
    ContentChannel(BlockCache blocks, List<Extent> extents, long size) {
        this.blocks = blocks;
        this.extents = extents;
        this.size = size;
        starts = new long[extents.size()];
        long start = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = start;
            start += extents.get(i).length();
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (position >= size) {
            return -1;
        }
        int done = 0;
        while (target.hasRemaining() && position < size) {
            int i = extentAt(position);
            long in = position - starts[i];
            int n = (int) Math.min(target.remaining(), extents.get(i).length() - in);
            ByteBuffer piece = target.slice(target.position(), n);
            switch (extents.get(i)) {
                case Extent.Data data ->
                    blocks.read(data.block(), (int) (data.offset() + in), MemorySegment.ofBuffer(piece));
                case Extent.Hole hole -> MemorySegment.ofBuffer(piece).fill((byte) 0);
                case Extent.More more -> throw new IllegalStateException("extents frame was not read");
            }
            target.position(target.position() + n);
            position += n;
            done += n;
        }
        return done;
    }

    private int extentAt(long offset) {
        int found = java.util.Arrays.binarySearch(starts, offset);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
        if (newPosition < 0) {
            throw new IllegalArgumentException("position is negative: " + newPosition);
        }
        position = newPosition;
        return this;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long newSize) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
