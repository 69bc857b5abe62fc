package ptar.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.List;
import ptar.layout.Extent;

/// A file's content, read at random through the block cache.
final class ContentChannel implements SeekableByteChannel {
    private final BlockCache blocks;
    private final FrameReader frames;
    private final Stretch all;
    private final long size;
    /// The extents frame that was read last: a file that needs one has thousands of extents in each.
    private Extent.More lastFrame;
    private Stretch inLastFrame;
    private long position;
    private boolean closed;

    /// Reads the extents in a frame of their own.
    @FunctionalInterface
    interface FrameReader {
        List<Extent> extentsOf(Extent.More frame) throws IOException;
    }

    /// Extents that follow one another.
    private static final class Stretch {
        final List<Extent> extents;
        final long[] starts;

        /// @param start in the file
        Stretch(List<Extent> extents, long start) {
            this.extents = extents;
            starts = new long[extents.size()];
            long at = start;
            for (int i = 0; i < starts.length; i++) {
                starts[i] = at;
                at += extents.get(i).length();
            }
        }

        int extentAt(long offset) {
            int found = Arrays.binarySearch(starts, offset);
            return found >= 0 ? found : -found - 2;
        }
    }

    /// @param extents they add up to `size`
    ContentChannel(BlockCache blocks, FrameReader frames, List<Extent> extents, long size) {
        this.blocks = blocks;
        this.frames = frames;
        this.all = new Stretch(extents, 0);
        this.size = size;
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
            Stretch stretch = stretchAt(position);
            int i = stretch.extentAt(position);
            long in = position - stretch.starts[i];
            int n = (int) Math.min(target.remaining(), stretch.extents.get(i).length() - in);
            ByteBuffer piece = target.slice(target.position(), n);
            switch (stretch.extents.get(i)) {
                case Extent.Data data ->
                    blocks.read(data.block(), (int) (data.offset() + in), MemorySegment.ofBuffer(piece));
                case Extent.Hole hole -> MemorySegment.ofBuffer(piece).fill((byte) 0);
                case Extent.More more -> throw new IllegalStateException("an extents frame in an extents frame");
            }
            target.position(target.position() + n);
            position += n;
            done += n;
        }
        return done;
    }

    private Stretch stretchAt(long offset) throws IOException {
        int i = all.extentAt(offset);
        if (!(all.extents.get(i) instanceof Extent.More frame)) {
            return all;
        }
        if (frame != lastFrame) {
            inLastFrame = new Stretch(frames.extentsOf(frame), all.starts[i]);
            lastFrame = frame;
        }
        return inLastFrame;
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
