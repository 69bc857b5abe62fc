package ptar.storage;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// An archive's bytes that come once and in order: a pipe, or a file from its start. One thread.
public final class ByteStream implements Closeable {
    private static final int BUFFER_SIZE = 1 << 20;

    private final ReadableByteChannel channel;
    private final String name;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE).flip();
    private long offset;

    /// @param channel closed with this
    /// @param name for messages
    public ByteStream(ReadableByteChannel channel, String name) {
        this.channel = channel;
        this.name = name;
    }

    public String name() {
        return name;
    }

    /// Of the next byte.
    public long offset() {
        return offset;
    }

    /// Reads as many bytes as the target takes, or as are left.
    ///
    /// @return how many
    public long read(MemorySegment target) throws IOException {
        long done = 0;
        while (done < target.byteSize() && fill(1) > 0) {
            int n = (int) Math.min(buffer.remaining(), target.byteSize() - done);
            MemorySegment.copy(MemorySegment.ofBuffer(buffer), 0, target, done, n);
            buffer.position(buffer.position() + n);
            done += n;
        }
        offset += done;
        return done;
    }

    /// The next bytes, not taken: as many as asked for (at most 64 KiB), or as are left.
    public ByteBuffer peek(int length) throws IOException {
        int n = Math.min(length, fill(length));
        return buffer.slice(buffer.position(), n).asReadOnlyBuffer();
    }

    /// Passes over bytes.
    ///
    /// @return how many there were
    public long skip(long length) throws IOException {
        long done = 0;
        while (done < length && fill(1) > 0) {
            int n = (int) Math.min(buffer.remaining(), length - done);
            buffer.position(buffer.position() + n);
            done += n;
        }
        offset += done;
        return done;
    }

    /// @return how many bytes are in the buffer: at least `wanted` unless the stream ends
    private int fill(int wanted) throws IOException {
        while (buffer.remaining() < wanted) {
            buffer.compact();
            int read = channel.read(buffer);
            buffer.flip();
            if (read < 0) {
                break;
            }
        }
        return buffer.remaining();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
