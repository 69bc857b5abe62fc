package ptar.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Keeps an archive in memory.
public final class MemorySink implements Sink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final long room;
    private boolean committed;

    public MemorySink() {
        this(Long.MAX_VALUE);
    }

    /// @param room bytes until the disk is full
    public MemorySink(long room) {
        this.room = room;
    }

    /// What was written; only once it is committed.
    public byte[] archive() {
        if (!committed) {
            throw new IllegalStateException("not committed");
        }
        return bytes.toByteArray();
    }

    public boolean isCommitted() {
        return committed;
    }

    @Override
    public String name() {
        return "memory.ptar";
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        if (source.remaining() > room - bytes.size()) {
            throw new IOException("No space left on device");
        }
        byte[] part = new byte[source.remaining()];
        source.get(part);
        bytes.write(part);
    }

    @Override
    public void commit() {
        committed = true;
    }

    @Override
    public void close() {}
}
