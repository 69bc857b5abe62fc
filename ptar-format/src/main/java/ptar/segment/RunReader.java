package ptar.segment;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import ptar.crypto.SegmentCipher;
import ptar.error.ArchiveException;
import ptar.error.BrokenSealException;
import ptar.error.CorruptArchiveException;
import ptar.layout.Run;
import ptar.layout.RunEnd;
import ptar.layout.SegmentHead;
import ptar.storage.BufferPool;
import ptar.storage.RangeSource;

/// Reads ranges of one run's plain stream from a range source. Every segment that is touched is opened whole. Spec §3.
/// Thread-safe.
public final class RunReader implements AutoCloseable {
    private final RangeSource source;
    private final long firstSegment;
    private final Run run;
    private final int archiveTag;
    private final SegmentCiphers ciphers;
    private final BufferPool buffers;
    private final long segments;
    private final long plainLength;
    /// The final segment's payload once it has been opened, else null: it holds the run end, of most archives the root
    /// too, and of small ones all.
    private volatile MemorySegment finalPayload;

    /// @param headerLength run offsets count from there
    public RunReader(
            RangeSource source, int headerLength, Run run, int archiveTag, SegmentCiphers ciphers,
            BufferPool buffers) throws CorruptArchiveException {
        this.source = source;
        this.run = run;
        this.archiveTag = archiveTag;
        this.ciphers = ciphers;
        this.buffers = buffers;
        firstSegment = headerLength + run.offset() + Run.PREAMBLE_SIZE;
        long stored = run.storedLength() - Run.PREAMBLE_SIZE;
        segments = (stored + SegmentHead.STORED_SIZE - 1) / SegmentHead.STORED_SIZE;
        plainLength = SegmentHead.plainLength(stored);
        long lastStored = stored - (segments - 1) * SegmentHead.STORED_SIZE;
        if (lastStored < SegmentHead.SIZE + RunEnd.SIZE + SegmentHead.TAG_SIZE
                || segments - 1 > SegmentHead.MAX_INDEX) {
            throw new CorruptArchiveException(
                    source.name() + ": run " + run.index() + " can't have a length of " + run.storedLength());
        }
    }

    public long plainLength() {
        return plainLength;
    }

    public long segments() {
        return segments;
    }

    /// Opens segments and keeps nothing of them.
    ///
    /// @throws ArchiveException as [#read] does
    public void verify(long first, long last) throws IOException {
        if (last >= segments) {
            throw new CorruptArchiveException(
                    source.name() + ": run " + run.index() + " has no segment " + last + ", but " + segments);
        }
        open(first, last, MemorySegment.NULL, 0, false);
    }

    /// Compares the preamble with what the archive's end says of the run: for who does not read it else.
    ///
    /// @throws ArchiveException as [#read] does
    public void verifyPreamble() throws IOException {
        long offset = firstSegment - Run.PREAMBLE_SIZE;
        ByteBuffer expected = ByteBuffer.allocate(Run.PREAMBLE_SIZE);
        run.writePreamble(expected);
        MemorySegment found = MemorySegment.ofArray(new byte[Run.PREAMBLE_SIZE]);
        SegmentCipher cipher = ciphers.take();
        try {
            readStored(cipher, found, offset);
            if (!found.asByteBuffer().equals(expected.flip())) {
                throw damage(cipher, "preamble of run " + run.index() + " at offset " + offset + " is damaged", null);
            }
        } finally {
            ciphers.giveBack(cipher);
        }
    }

    /// Reads `target.byteSize()` bytes of the plain stream.
    ///
    /// @throws BrokenSealException if a segment of a sealed archive is not the one that was sealed in its place
    /// @throws CorruptArchiveException if one of a plain archive is damaged, or the range passes the run's end
    public void read(MemorySegment target, long offset) throws IOException {
        read(target, offset, false);
    }

    /// As [#read], of bytes that the caller verifies by a hash: a plain archive's tags would say the same again, in the
    /// same time. Spec §11.1.
    public void readHashed(MemorySegment target, long offset) throws IOException {
        read(target, offset, true);
    }

    private void read(MemorySegment target, long offset, boolean hashed) throws IOException {
        long length = target.byteSize();
        if (offset < 0 || offset > plainLength - length) {
            throw new CorruptArchiveException(source.name() + ": run " + run.index() + " has no bytes " + offset + "+"
                    + length + ", its plain length is " + plainLength);
        }
        if (length == 0) {
            return;
        }
        long first = offset / SegmentHead.PAYLOAD_SIZE;
        long last = (offset + length - 1) / SegmentHead.PAYLOAD_SIZE;
        MemorySegment opened = finalPayload;
        if (first == segments - 1 && opened != null) {
            MemorySegment.copy(opened, offset % SegmentHead.PAYLOAD_SIZE, target, 0, length);
            return;
        }
        open(first, last, target, offset % SegmentHead.PAYLOAD_SIZE, hashed);
    }

    /// Opens segments, and copies of their payloads from `skip` on what the target has room for.
    private void open(long first, long last, MemorySegment target, long skip, boolean hashed) throws IOException {
        long storedLength = (last - first) * SegmentHead.STORED_SIZE + storedSize(last);
        MemorySegment stored = buffers.take(storedLength);
        SegmentCipher cipher = ciphers.take();
        try {
            readStored(cipher, stored.asSlice(0, storedLength), firstSegment + first * SegmentHead.STORED_SIZE);
            long done = 0;
            for (long i = first; i <= last; i++) {
                MemorySegment segment = stored.asSlice((i - first) * SegmentHead.STORED_SIZE, storedSize(i));
                open(cipher, segment, i, hashed);
                long from = i == first ? skip : 0;
                long n = Math.min(target.byteSize() - done, payloadSize(i) - from);
                MemorySegment.copy(segment, SegmentHead.SIZE + from, target, done, n);
                done += n;
            }
        } finally {
            ciphers.giveBack(cipher);
            buffers.release(stored);
        }
    }

    private void readStored(SegmentCipher cipher, MemorySegment stored, long offset) throws IOException {
        try {
            source.read(stored, offset);
        } catch (EOFException cutShort) {
            throw damage(cipher, "ends before offset " + (offset + stored.byteSize()) + " (cut short?)", cutShort);
        }
    }

    private ArchiveException damage(SegmentCipher cipher, String what, Throwable cause) {
        String message = source.name() + ": " + what;
        return cipher.isPlain() ? new CorruptArchiveException(message, cause) : new BrokenSealException(message, cause);
    }

    private void open(SegmentCipher cipher, MemorySegment segment, long index, boolean hashed)
            throws ArchiveException {
        int payload = payloadSize(index);
        boolean isFinal = index == segments - 1;
        boolean verified = hashed && !isFinal && cipher.isPlain();
        boolean sound = SegmentHead.crcMatches(segment)
                && SegmentHead.matches(segment, archiveTag, index, payload, isFinal)
                && (verified || cipher.open(segment, payload));
        if (!sound) {
            throw damage(cipher, "segment " + index + " of run " + run.index()
                    + " at offset " + (firstSegment + index * SegmentHead.STORED_SIZE) + " is damaged", null);
        }
        if (isFinal && finalPayload == null) {
            MemorySegment kept = MemorySegment.ofArray(new byte[payload]);
            MemorySegment.copy(segment, SegmentHead.SIZE, kept, 0, payload);
            finalPayload = kept;
        }
    }

    private int payloadSize(long index) {
        return index < segments - 1
                ? SegmentHead.PAYLOAD_SIZE
                : (int) (plainLength - index * SegmentHead.PAYLOAD_SIZE);
    }

    private int storedSize(long index) {
        return SegmentHead.SIZE + payloadSize(index) + SegmentHead.TAG_SIZE;
    }

    @Override
    public void close() {
        ciphers.close();
    }
}
