package ptar.cli.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32C;

/// A part of an upload: filled by the writer, then sent, and kept until the server has it, as it may have to be sent
/// again.
final class Part {
    private final SlabPool pool;
    private long capacity;
    private final List<ByteBuffer> slabs = new ArrayList<>();
    private long length;

    Part(SlabPool pool, long capacity) {
        this.pool = pool;
        this.capacity = capacity;
    }

    long length() {
        return length;
    }

    boolean isFull() {
        return length == capacity;
    }

    /// Lets it take more.
    void grow(long newCapacity) {
        capacity = Math.max(capacity, newCapacity);
    }

    /// Takes as many bytes as fit.
    ///
    /// @return false if the pool has ended
    boolean fill(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining() && length < capacity) {
            int position = (int) (length % SlabPool.SLAB_LENGTH);
            if (position == 0) {
                ByteBuffer slab = pool.take();
                if (slab == null) {
                    return false;
                }
                slabs.add(slab);
            }
            int n = (int) Math.min(
                    Math.min(bytes.remaining(), SlabPool.SLAB_LENGTH - position), capacity - length);
            slabs.getLast().put(position, bytes, bytes.position(), n);
            bytes.position(bytes.position() + n);
            length += n;
        }
        return true;
    }

    void release() {
        pool.giveBack(slabs);
        slabs.clear();
    }

    /// CRC32C as S3 writes it.
    String checksum(long from, long to) {
        CRC32C crc = new CRC32C();
        for (long at = from; at < to; ) {
            int position = (int) (at % SlabPool.SLAB_LENGTH);
            int n = (int) Math.min(SlabPool.SLAB_LENGTH - position, to - at);
            crc.update(slabs.get((int) (at / SlabPool.SLAB_LENGTH)).slice(position, n));
            at += n;
        }
        return Base64.getEncoder().encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    /// The bytes from one offset to another. As many streams as wanted, one after the other.
    InputStream stream(long from, long to) {
        return new InputStream() {
            private long at = from;

            @Override
            public int read(byte[] target, int position, int count) {
                if (at == to) {
                    return count == 0 ? 0 : -1;
                }
                int inSlab = (int) (at % SlabPool.SLAB_LENGTH);
                int n = (int) Math.min(Math.min(count, SlabPool.SLAB_LENGTH - inSlab), to - at);
                slabs.get((int) (at / SlabPool.SLAB_LENGTH)).get(inSlab, target, position, n);
                at += n;
                return n;
            }

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int available() {
                return (int) Math.min(Integer.MAX_VALUE, to - at);
            }
        };
    }
}
