package ptar.read;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import ptar.block.Decompressor;
import ptar.crypto.KeySlots;
import ptar.crypto.MasterKey;
import ptar.crypto.SegmentCipher;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.error.NotAnArchiveException;
import ptar.layout.BlockTrailer;
import ptar.layout.ClosingMark;
import ptar.layout.FrameHead;
import ptar.layout.FrameType;
import ptar.layout.Header;
import ptar.layout.Journal;
import ptar.layout.Leaf;
import ptar.layout.Pointer;
import ptar.layout.Root;
import ptar.layout.Run;
import ptar.layout.RunEnd;
import ptar.layout.SegmentHead;
import ptar.segment.PlainStream;
import ptar.segment.SegmentCiphers;
import ptar.storage.BufferPool;
import ptar.storage.ByteStream;
import ptar.storage.Workers;
import ptar.tree.Bytes;

/// Reads an archive forward, from a pipe or where its end is lost: needs no index, goes on behind damage, and stops
/// where the stream does. Blocks are decompressed in parallel and handed over in order. One thread calls.
public final class ForwardReader implements Closeable {
    private static final long IDLE_BUFFER_BYTES = 128L << 20;
    private static final int MAGIC_SIZE = 8;

    private final ByteStream in;
    private final Header header;
    private final byte[] headerBytes;
    private final MasterKey key;
    /// What is wrong with the header where it could be done without; null if it is sound.
    private final CorruptArchiveException headerFault;
    private final BufferPool buffers = new BufferPool(IDLE_BUFFER_BYTES);
    private final ExecutorService workers;
    private final int lookahead;
    private final ConcurrentLinkedQueue<Decompressor> idle = new ConcurrentLinkedQueue<>();
    private final Deque<Future<Decoded>> decoding = new ArrayDeque<>();
    private Run lastRun;
    private boolean inLeaves;
    private boolean runEndSeen;

    /// Takes what the archive holds, in the order in which it lies.
    public interface Visitor {
        default void block(DecodedBlock block) throws IOException {}

        default void leaf(Leaf leaf) throws IOException {}

        default void root(Root root) throws IOException {}

        /// Leaves come now: the window's blocks are all through.
        default void windowEnd() throws IOException {}

        /// Something can't be read; what follows it comes next.
        ///
        /// @param cutShort true if nothing follows: the archive ends before its closing mark
        void damage(CorruptArchiveException what, boolean cutShort) throws IOException;

        /// False if leaves need not be decompressed.
        default boolean wantsLeaves() {
            return false;
        }
    }

    /// A block with all that it says.
    ///
    /// @param content valid during [Visitor#block] only
    /// @param stored the payload as stored, with its codec and raw length; valid as long
    public record DecodedBlock(
            int run, long number, MemorySegment content, List<Journal.Record> journal, MemorySegment stored, int codec,
            int rawLength) {}

    /// What a worker has made of a frame.
    private record Decoded(FrameHead head, MemorySegment storedBuffer, MemorySegment raw, CorruptArchiveException fault,
            Pointer.Position at) {}

    private ForwardReader(
            ByteStream in, Header header, CorruptArchiveException headerFault, byte[] headerBytes, MasterKey key,
            int threads) {
        this.in = in;
        this.header = header;
        this.headerFault = headerFault;
        this.headerBytes = headerBytes;
        this.key = key;
        this.lookahead = threads + 1;
        this.workers = Workers.start(threads, "ptar-forward");
    }

    /// Reads the header.
    ///
    /// @param in closed with the reader, and when opening fails
    /// @param threads that decompress
    public static ForwardReader open(ByteStream in, KeyFinder keys, int threads) throws IOException {
        try {
            CorruptArchiveException damaged = plainHeaderFault(in);
            if (damaged != null) {
                in.skip(Header.MIN_LENGTH);
                Header plain = KeySlots.plainHeader();
                return new ForwardReader(in, plain, damaged, plain.toBytes(), keys.keyOf(plain), threads);
            }
            int length = Header.lengthFrom(in.peek(Header.PROBE_SIZE), in.name());
            MemorySegment bytes = Arena.ofAuto().allocate(length);
            long read = in.read(bytes);
            if (read < length) {
                throw new CorruptArchiveException(
                        in.name() + ": ends at offset " + read + " in its header (cut short)");
            }
            byte[] headerBytes = bytes.toArray(ValueLayout.JAVA_BYTE);
            Header header = Header.readFrom(ByteBuffer.wrap(headerBytes), in.name());
            MasterKey key = keys.keyOf(header);
            try {
                header.requireAuthentic(key, in.name());
            } catch (ArchiveException otherKey) {
                key.close();
                throw otherKey;
            }
            return new ForwardReader(in, header, null, headerBytes, key, threads);
        } catch (IOException | RuntimeException failed) {
            in.close();
            throw failed;
        }
    }

    /// A plain archive's header holds nothing that is not known: one that is damaged can be done without.
    ///
    /// @return null if it is sound, or something else: then the fault that reading it gives tells
    private static CorruptArchiveException plainHeaderFault(ByteStream in) throws IOException {
        ByteBuffer start = in.peek(Header.MIN_LENGTH + Run.PREAMBLE_SIZE);
        if (start.remaining() < Header.MIN_LENGTH + Run.PREAMBLE_SIZE
                || !startsWith(start.slice(Header.MIN_LENGTH, MAGIC_SIZE), Run.MAGIC)) {
            return null;
        }
        try {
            Header header = Header.readFrom(start.slice(0, Header.MIN_LENGTH), in.name());
            if (!header.suite().isSealed()) {
                try (MasterKey allZero = MasterKey.plain()) {
                    header.requireAuthentic(allZero, in.name());
                }
            }
            return null;
        } catch (NotAnArchiveException | CorruptArchiveException damaged) {
            return new CorruptArchiveException(in.name() + ": header at offset 0 is damaged");
        } catch (ArchiveException newer) {
            return null;
        }
    }

    /// Reads all there is.
    public void read(Visitor visitor) throws IOException {
        if (headerFault != null) {
            visitor.damage(headerFault, false);
        }
        boolean closed = false;
        while (true) {
            ByteBuffer magic = in.peek(MAGIC_SIZE);
            if (magic.remaining() == 0 && closed) {
                return;
            }
            if (startsWith(magic, Run.MAGIC) && in.peek(Run.PREAMBLE_SIZE).remaining() == Run.PREAMBLE_SIZE
                    || isSegmentBehindPreamble()) {
                closed = false;
                try {
                    if (!readRun(visitor)) {
                        return;
                    }
                } catch (CorruptArchiveException unusable) {
                    visitor.damage(unusable, true);
                    return;
                }
            } else if (!closed && startsWith(magic, Header.MAGIC.toArray())) {
                closed = readClosing(visitor);
                if (!closed) {
                    return;
                }
            } else {
                String what = closed
                        ? ": bytes follow its end at offset " + in.offset()
                        : magic.remaining() < MAGIC_SIZE
                                ? ": ends at offset " + (in.offset() + magic.remaining()) + ", before the archive does"
                                        + " (cut short)"
                                : ": neither a run nor the closing mark at offset " + in.offset() + " (damaged)";
                visitor.damage(new CorruptArchiveException(in.name() + what), !closed);
                return;
            }
        }
    }

    private static boolean startsWith(ByteBuffer bytes, byte[] magic) {
        byte[] start = new byte[Math.min(bytes.remaining(), magic.length)];
        bytes.duplicate().get(start);
        return Arrays.equals(start, magic);
    }

    private boolean readClosing(Visitor visitor) throws IOException {
        long start = in.offset();
        int length = headerBytes.length + ClosingMark.SIZE;
        MemorySegment bytes = Arena.ofAuto().allocate(length);
        long read = in.read(bytes);
        CorruptArchiveException fault = null;
        if (read < length) {
            fault = new CorruptArchiveException(
                    in.name() + ": ends at offset " + (start + read) + " in its closing mark (cut short)");
        } else {
            try {
                verifyClosing(bytes, start);
            } catch (CorruptArchiveException damaged) {
                fault = damaged;
            }
        }
        if (fault != null) {
            visitor.damage(fault, true);
        }
        return fault == null;
    }

    private void verifyClosing(MemorySegment bytes, long start) throws CorruptArchiveException {
        if (!bytes.asSlice(0, headerBytes.length).asByteBuffer().equals(ByteBuffer.wrap(headerBytes))) {
            throw new CorruptArchiveException(
                    in.name() + ": the header at offset 0 differs from its copy at " + start + " (damaged)");
        }
        ClosingMark mark = ClosingMark.readFrom(
                bytes.asSlice(headerBytes.length).asByteBuffer(), in.name() + ": closing mark at offset "
                        + (start + headerBytes.length));
        byte[] mac = key.closingMac(ByteBuffer.wrap(mark.macInput()));
        if (!MessageDigest.isEqual(mac, mark.mac().toArray())
                || mark.archiveLength() != in.offset()
                || !mark.lastRun().equals(lastRun)) {
            throw new CorruptArchiveException(in.name() + ": closing mark at offset " + (start + headerBytes.length)
                    + " does not fit the archive (damaged)");
        }
    }

    /// True if a run's first segment lies where it would behind a preamble: what is here is one, damaged or not.
    private boolean isSegmentBehindPreamble() throws IOException {
        ByteBuffer next = in.peek(Run.PREAMBLE_SIZE + SegmentHead.SIZE);
        if (next.remaining() < Run.PREAMBLE_SIZE + SegmentHead.SIZE) {
            return false;
        }
        MemorySegment head = MemorySegment.ofBuffer(next.slice(Run.PREAMBLE_SIZE, SegmentHead.SIZE));
        return SegmentHead.matches(
                head, SegmentHead.archiveTag(header.archiveId()), 0, SegmentHead.payloadLength(head),
                SegmentHead.isFinal(head));
    }

    /// Reads a preamble. Of a damaged one the salt is used: if it is wrong, no segment opens.
    private Run readPreamble(Visitor visitor) throws IOException {
        String where = in.name() + ": offset " + in.offset();
        int expected = lastRun == null ? 0 : lastRun.index() + 1;
        MemorySegment preamble = Arena.ofAuto().allocate(Run.PREAMBLE_SIZE);
        in.read(preamble);
        Run run;
        try {
            run = Run.readPreamble(preamble.asByteBuffer(), where);
        } catch (CorruptArchiveException damaged) {
            visitor.damage(damaged, false);
            byte[] salt = header.suite().isSealed()
                    ? preamble.asSlice(Run.SALT_OFFSET, Run.SALT_SIZE).toArray(ValueLayout.JAVA_BYTE)
                    : new byte[Run.SALT_SIZE];
            return new Run(expected, -1, -1, Bytes.wrap(salt));
        }
        if (run.index() != expected) {
            throw new CorruptArchiveException(
                    where + ": run " + run.index() + " begins here, run " + expected + " was expected");
        }
        return run;
    }

    /// @return false if the archive is cut short in it
    private boolean readRun(Visitor visitor) throws IOException {
        long start = in.offset();
        Run run = readPreamble(visitor);
        byte[] salt = run.salt().toArray();
        try (SegmentCiphers ciphers =
                new SegmentCiphers(() -> SegmentCipher.forRun(header.suite(), key, salt, run.index()))) {
            PlainStream plain = new PlainStream(in, SegmentHead.archiveTag(header.archiveId()), ciphers);
            boolean resync = false;
            runEndSeen = false;
            while (!plain.atEnd()) {
                if (plain.atGap()) {
                    drain(visitor, 0);
                    visitor.damage(new CorruptArchiveException(plain.damage()), false);
                    plain.passGap();
                    resync = true;
                } else if (resync && !toNextFrame(plain, run.index())) {
                    continue;
                } else {
                    resync = !readFrame(plain, run.index(), visitor);
                }
            }
            drain(visitor, 0);
            if (!plain.finalSeen()) {
                visitor.damage(new CorruptArchiveException(plain.damage()), true);
            } else if (!runEndSeen) {
                visitor.damage(
                        new CorruptArchiveException(in.name() + ": run " + run.index() + " has no run end"), false);
            }
            lastRun = new Run(run.index(), start - headerBytes.length, in.offset() - start, run.salt());
            return plain.finalSeen();
        }
    }

    /// Looks for the next sync mark with a sound head behind it.
    ///
    /// @return false if there is none before the next gap or the end
    private static boolean toNextFrame(PlainStream plain, int run) throws IOException {
        while (true) {
            ByteBuffer next = plain.peek(FrameHead.SIZE);
            Pointer.Position at = new Pointer.Position(run, plain.position());
            if (FrameHead.isAt(next, at) || isRunEnd(plain)) {
                return true;
            }
            if (plain.skip(1) == 0) {
                return false;
            }
        }
    }

    /// True if a run end comes, and nothing behind it.
    private static boolean isRunEnd(PlainStream plain) throws IOException {
        ByteBuffer next = plain.peek(RunEnd.SIZE + 1);
        return next.remaining() == RunEnd.SIZE && RunEnd.isAt(next);
    }

    /// @return false if the stream is out of step: the next frame has to be looked for
    private boolean readFrame(PlainStream plain, int run, Visitor visitor) throws IOException {
        if (isRunEnd(plain)) {
            plain.skip(RunEnd.SIZE);
            runEndSeen = true;
            return true;
        }
        Pointer.Position at = new Pointer.Position(run, plain.position());
        ByteBuffer headBytes = plain.peek(FrameHead.SIZE);
        if (!FrameHead.isAt(headBytes, at)) {
            if (plain.atGap() || plain.atEnd()) {
                return false;
            }
            if (headBytes.remaining() == FrameHead.SIZE) {
                drain(visitor, 0);
                visitor.damage(new CorruptArchiveException(in.name() + ": no frame at " + at + " (damaged)"), false);
            }
            plain.skip(1);
            return false;
        }
        FrameHead head = FrameHead.readFrom(headBytes, at, in.name() + ": frame at " + at);
        plain.skip(FrameHead.SIZE);
        FrameType type = head.type();
        if (type == FrameType.LEAF && !inLeaves) {
            drain(visitor, 0);
            visitor.windowEnd();
        }
        inLeaves = type == FrameType.LEAF || inLeaves && type != FrameType.BLOCK;
        boolean wanted = type == FrameType.BLOCK
                || (type == FrameType.LEAF || type == FrameType.ROOT) && visitor.wantsLeaves();
        if (!wanted) {
            return plain.skip(head.storedLength()) == head.storedLength();
        }
        MemorySegment stored = buffers.take(Math.max(1, head.storedLength()));
        if (plain.read(stored.asSlice(0, head.storedLength())) < head.storedLength()) {
            buffers.release(stored);
            return false; // the gap or the end behind says why
        }
        decoding.add(workers.submit(() -> decode(head, stored, at)));
        drain(visitor, lookahead);
        return true;
    }

    private Decoded decode(FrameHead head, MemorySegment storedBuffer, Pointer.Position at) {
        MemorySegment stored = storedBuffer.asSlice(0, head.storedLength());
        CRC32C crc = new CRC32C();
        crc.update(stored.asByteBuffer());
        String where = in.name() + ": frame at " + at;
        if ((int) crc.getValue() != head.payloadCrc()) {
            return new Decoded(
                    head, storedBuffer, null, new CorruptArchiveException(where + ": checksum mismatch (damaged)"), at);
        }
        MemorySegment raw = buffers.take(Math.max(1, head.rawLength()));
        Decompressor decompressor = idle.poll();
        if (decompressor == null) {
            decompressor = new Decompressor();
        }
        try {
            decompressor.decompress(head.codec(), stored, raw.asSlice(0, head.rawLength()), where);
            return new Decoded(head, storedBuffer, raw, null, at);
        } catch (CorruptArchiveException damaged) {
            return new Decoded(head, storedBuffer, raw, damaged, at);
        } finally {
            idle.add(decompressor);
        }
    }

    /// Hands over what was decoded, in order, until at most `keep` frames are on their way.
    private void drain(Visitor visitor, int keep) throws IOException {
        while (decoding.size() > keep) {
            Decoded decoded = Workers.await(decoding.remove());
            try {
                if (decoded.fault() != null) {
                    throw decoded.fault();
                }
                hand(decoded, visitor);
            } catch (CorruptArchiveException damaged) {
                visitor.damage(damaged.in(in.name()), false);
            } finally {
                buffers.release(decoded.storedBuffer());
                buffers.release(decoded.raw());
            }
        }
    }

    private void hand(Decoded decoded, Visitor visitor) throws IOException {
        FrameHead head = decoded.head();
        ByteBuffer raw = decoded.raw().asSlice(0, head.rawLength()).asByteBuffer();
        switch (head.type()) {
            case LEAF -> visitor.leaf(Leaf.readFrom(raw, decoded.at()));
            case ROOT -> visitor.root(Root.readFrom(raw, decoded.at()));
            case BLOCK -> {
                BlockTrailer trailer = BlockTrailer.readFrom(raw, in.name() + ": block at " + decoded.at());
                int contentLength = trailer.contentLength(head.rawLength());
                int run = decoded.at().run();
                List<Journal.Record> journal =
                        Journal.read(raw.slice(contentLength, trailer.journalLength()), run, trailer.blockNumber());
                visitor.block(new DecodedBlock(
                        run, trailer.blockNumber(), decoded.raw().asSlice(0, contentLength), journal,
                        decoded.storedBuffer().asSlice(0, head.storedLength()), head.codec(), head.rawLength()));
            }
            default -> throw new IllegalStateException("frame of type " + head.type() + " was not asked for");
        }
    }

    @Override
    public void close() throws IOException {
        Workers.stop(workers);
        for (Decompressor decompressor = idle.poll(); decompressor != null; decompressor = idle.poll()) {
            decompressor.close();
        }
        key.close();
        in.close();
    }

    /// The archive's name for messages.
    public String name() {
        return in.name();
    }
}
