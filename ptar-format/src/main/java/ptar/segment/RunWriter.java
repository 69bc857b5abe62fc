package ptar.segment;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import ptar.crypto.SegmentCipher;
import ptar.layout.FrameHead;
import ptar.layout.FrameType;
import ptar.layout.Pointer;
import ptar.layout.Run;
import ptar.layout.RunEnd;
import ptar.layout.SegmentHead;
import ptar.storage.BufferPool;
import ptar.storage.Sink;
import ptar.storage.Workers;
import ptar.tree.Bytes;

/// Writes one run: frames into the plain stream, the stream into segments, sealed in parallel, in order to the sink.
/// Spec §3, §4. One thread calls.
public final class RunWriter {
    /// 16 segments are sealed as one task and written by one call: 1 MiB.
    private static final int BATCH_SEGMENTS = 16;

    private final Sink sink;
    private final Run run;
    private final int archiveTag;
    private final RunLength length;
    private final SegmentCiphers ciphers;
    private final ExecutorService pool;
    private final int maxInFlight;
    private final BufferPool buffers;
    private final Deque<Batch> inFlight = new ArrayDeque<>();
    private final MemorySegment scratch;
    private MemorySegment batch;
    private long position;
    private long flushedSegments;

    /// A batch that is being sealed.
    private record Batch(Future<MemorySegment> sealed, long storedLength) {}

    /// @param run its offset and length need not be known yet
    /// @param length how long the run may be
    /// @param ciphers closed by the caller, behind the pool
    /// @param maxInFlight batches of 1 MiB that may be waiting to be sealed or written
    public RunWriter(
            Sink sink, Run run, int archiveTag, RunLength length, SegmentCiphers ciphers, ExecutorService pool,
            int maxInFlight, BufferPool buffers) throws IOException {
        this.sink = sink;
        this.run = run;
        this.archiveTag = archiveTag;
        this.length = length;
        this.ciphers = ciphers;
        this.pool = pool;
        this.maxInFlight = maxInFlight;
        this.buffers = buffers;
        this.scratch = buffers.take(FrameType.PADDING.maxRawLength() + FrameHead.SIZE).fill((byte) 0);
        ByteBuffer preamble = ByteBuffer.allocate(Run.PREAMBLE_SIZE);
        run.writePreamble(preamble);
        sink.write(preamble.flip());
    }

    /// Where the next frame will start in the plain stream.
    public long position() {
        return position;
    }

    /// Appends a frame.
    ///
    /// @param stored the payload as it is stored; the caller's again on return
    /// @param hash BLAKE3 of it
    public Pointer writeFrame(FrameType type, int codec, MemorySegment stored, int rawLength, Bytes hash)
            throws IOException {
        Pointer pointer = new Pointer(run.index(), position, (int) stored.byteSize(), rawLength, hash);
        append(headOf(type, codec, stored, rawLength));
        append(stored);
        return pointer;
    }

    private MemorySegment headOf(FrameType type, int codec, MemorySegment stored, int rawLength) {
        CRC32C crc = new CRC32C();
        crc.update(stored.asByteBuffer());
        MemorySegment head = scratch.asSlice(0, FrameHead.SIZE);
        new FrameHead(type.code(), codec, (int) stored.byteSize(), rawLength, (int) crc.getValue())
                .writeTo(head.asByteBuffer(), new Pointer.Position(run.index(), position));
        return head;
    }

    private void append(MemorySegment bytes) throws IOException {
        long done = 0;
        while (done < bytes.byteSize()) {
            long segment = position / SegmentHead.PAYLOAD_SIZE - flushedSegments;
            if (segment == BATCH_SEGMENTS) {
                sealBatch(BATCH_SEGMENTS, SegmentHead.PAYLOAD_SIZE, false);
                segment = 0;
            }
            if (batch == null) {
                batch = buffers.take((long) BATCH_SEGMENTS * SegmentHead.STORED_SIZE);
            }
            long in = position % SegmentHead.PAYLOAD_SIZE;
            long n = Math.min(bytes.byteSize() - done, SegmentHead.PAYLOAD_SIZE - in);
            MemorySegment.copy(
                    bytes, done, batch, segment * SegmentHead.STORED_SIZE + SegmentHead.SIZE + in, n);
            position += n;
            done += n;
        }
    }

    private void sealBatch(int segments, int lastPayload, boolean last) throws IOException {
        MemorySegment full = batch;
        long first = flushedSegments;
        batch = null;
        flushedSegments += segments;
        if (first + segments - 1 > SegmentHead.MAX_INDEX) {
            throw new IOException(sink.name() + ": a run can't have more than 2^32 segments");
        }
        long stored = (segments - 1L) * SegmentHead.STORED_SIZE
                + SegmentHead.SIZE + lastPayload + SegmentHead.TAG_SIZE;
        Callable<MemorySegment> task = () -> {
            SegmentCipher cipher = ciphers.take();
            try {
                for (int i = 0; i < segments; i++) {
                    boolean isLast = last && i == segments - 1;
                    int payload = i == segments - 1 ? lastPayload : SegmentHead.PAYLOAD_SIZE;
                    MemorySegment segment = full.asSlice(
                            (long) i * SegmentHead.STORED_SIZE, SegmentHead.SIZE + payload + SegmentHead.TAG_SIZE);
                    SegmentHead.write(segment, archiveTag, first + i, payload, isLast);
                    cipher.seal(segment, payload);
                    SegmentHead.setCrc(segment);
                }
            } finally {
                ciphers.giveBack(cipher);
            }
            return full;
        };
        inFlight.add(new Batch(pool.submit(task), stored));
        while (inFlight.size() > maxInFlight || !inFlight.isEmpty() && inFlight.peek().sealed.isDone()) {
            writeOldest();
        }
    }

    private void writeOldest() throws IOException {
        Batch oldest = inFlight.remove();
        MemorySegment sealed = Workers.await(oldest.sealed);
        sink.write(sealed.asSlice(0, oldest.storedLength).asByteBuffer());
        buffers.release(sealed);
    }

    /// Writes the run end and the final segment. The sink is not committed.
    ///
    /// @param root where the root is, or null for a run without one
    /// @return the run with its stored length
    public Run finish(Pointer root) throws IOException {
        writePadding(padding());
        MemorySegment end = scratch.asSlice(0, RunEnd.SIZE);
        RunEnd runEnd =
                root == null ? new RunEnd(-1, 0, 0) : new RunEnd(root.offset(), root.storedLength(), root.rawLength());
        runEnd.writeTo(end.asByteBuffer());
        append(end);
        long segments = (position + SegmentHead.PAYLOAD_SIZE - 1) / SegmentHead.PAYLOAD_SIZE - flushedSegments;
        long before = (flushedSegments + segments - 1) * SegmentHead.PAYLOAD_SIZE;
        sealBatch((int) segments, (int) (position - before), true);
        while (!inFlight.isEmpty()) {
            writeOldest();
        }
        return new Run(
                run.index(), run.offset(), Run.PREAMBLE_SIZE + SegmentHead.storedLength(position), run.salt());
    }

    /// Writes most of the run's padding now, in front of what a reader wants first: the index lies at the end then.
    ///
    /// @param rest how many bytes come before the run end, about
    public void padAhead(long rest) throws IOException {
        long end = position + rest + RunEnd.SIZE;
        long padding = SegmentHead.plainLength(length.roundedUp(SegmentHead.storedLength(end))) - end;
        if (padding >= FrameHead.SIZE) {
            writePadding(padding);
        }
    }

    /// @param n bytes with the frames' heads: 0, or at least one head
    private void writePadding(long n) throws IOException {
        for (long left = n; left > 0;) {
            long frame = Math.min(left, FrameHead.SIZE + FrameType.PADDING.maxRawLength());
            if (left - frame > 0 && left - frame < FrameHead.SIZE) {
                frame -= FrameHead.SIZE;
            }
            int raw = (int) frame - FrameHead.SIZE;
            MemorySegment zeros = scratch.asSlice(FrameHead.SIZE, raw);
            append(headOf(FrameType.PADDING, FrameHead.STORED, zeros, raw));
            append(zeros);
            left -= frame;
        }
    }

    /// How many bytes padding takes, so that the run end lies in one segment and the run has a length that tells no
    /// more than it must; 0 for none.
    private long padding() {
        for (long least = 0;;) {
            long end = position + least + RunEnd.SIZE;
            long padding =
                    least + SegmentHead.plainLength(length.roundedUp(SegmentHead.storedLength(end))) - end;
            long endInSegment = (position + padding) % SegmentHead.PAYLOAD_SIZE + RunEnd.SIZE;
            if (endInSegment <= SegmentHead.PAYLOAD_SIZE && (padding == 0 || padding >= FrameHead.SIZE)) {
                return padding;
            }
            least = padding + 1;
        }
    }
}
