package ptar.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/// A range source from its first byte to its last, as a stream: reads ahead with as many requests as are worth it, so
/// that it runs at the speed of all connections together. One thread.
public final class RangeChannel implements ReadableByteChannel {
    private static final long PIECE_LENGTH = 4 << 20;

    private final RangeSource source;
    private final long length;
    private final Arena arena = Arena.ofShared();
    private final ArrayDeque<Piece> ahead = new ArrayDeque<>();
    private long asked;
    private Piece current;
    private boolean isOpen = true;

    /// Memory and what is being read into it.
    private static final class Piece {
        private final MemorySegment memory;
        private CompletableFuture<ByteBuffer> content;

        Piece(MemorySegment memory) {
            this.memory = memory;
        }
    }

    /// @param source closed with this
    public RangeChannel(RangeSource source) throws IOException {
        this.source = source;
        this.length = source.readSuffix(1).length();
        int pieces = source.parallelReads() + 1;
        for (int i = 0; i < pieces && asked < length; i++) {
            Piece piece = new Piece(arena.allocate(Math.min(PIECE_LENGTH, length - asked), 64));
            ask(piece);
            ahead.add(piece);
        }
    }

    private void ask(Piece piece) {
        long offset = asked;
        MemorySegment target = piece.memory.asSlice(0, Math.min(piece.memory.byteSize(), length - offset));
        asked += target.byteSize();
        CompletableFuture<ByteBuffer> content = new CompletableFuture<>();
        piece.content = content;
        Thread.ofVirtual().name("ptar-ahead-" + offset).start(() -> {
            try {
                source.read(target, offset);
                content.complete(target.asByteBuffer());
            } catch (Throwable e) { // whatever it is, somebody waits
                content.completeExceptionally(e);
            }
        });
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        ByteBuffer content = nextContent();
        if (content == null) {
            return -1;
        }
        int n = Math.min(into.remaining(), content.remaining());
        into.put(into.position(), content, content.position(), n);
        into.position(into.position() + n);
        content.position(content.position() + n);
        return n;
    }

    /// Waits for bytes.
    ///
    /// @return null at the end
    private ByteBuffer nextContent() throws IOException {
        if (current != null && current.content.resultNow().hasRemaining()) {
            return current.content.resultNow();
        }
        if (current != null && asked < length) {
            ask(current);
            ahead.add(current);
        }
        current = ahead.poll();
        return current == null ? null : Workers.await(current.content);
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() throws IOException {
        if (!isOpen) {
            return;
        }
        isOpen = false;
        source.close();
        for (Piece piece : ahead) {
            // Nobody may be writing to the memory when it goes.
            piece.content.exceptionally(_ -> null).join();
        }
        arena.close();
    }
}
