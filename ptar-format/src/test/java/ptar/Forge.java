package ptar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32C;
import ptar.block.Compressor;
import ptar.block.Decompressor;
import ptar.block.X86Filter;
import ptar.crypto.MasterKey;
import ptar.crypto.SegmentCipher;
import ptar.hash.Blake3;
import ptar.layout.BlockTrailer;
import ptar.layout.ByteWriter;
import ptar.layout.ClosingMark;
import ptar.layout.FrameHead;
import ptar.layout.FrameType;
import ptar.layout.Header;
import ptar.layout.Pointer;
import ptar.layout.Run;
import ptar.layout.RunEnd;
import ptar.layout.SegmentHead;
import ptar.tree.Bytes;

/// Writes archives that no writer writes: any payload, under right lengths, checksums, hashes, tags and MACs, so that
/// it comes before the reader's eyes. Shares no code with the writer but the fixed records.
public final class Forge {
    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();
    private final Header header;
    private final MasterKey key;
    private final List<Run> runs = new ArrayList<>();

    public Forge(Header header, MasterKey key) {
        this.header = header;
        this.key = key;
        archive.writeBytes(header.toBytes());
    }

    public static Forge plain() {
        MasterKey key = MasterKey.plain();
        return new Forge(Header.plain(key), key);
    }

    /// Runs that have ended.
    public List<Run> runs() {
        return List.copyOf(runs);
    }

    public ForgedRun newRun() {
        return new ForgedRun(runs.size());
    }

    /// The archive so far with a closing; another run may follow.
    public byte[] close() {
        Run last = runs.getLast();
        int headerLength = header.length();
        long length = archive.size() + headerLength + ClosingMark.SIZE;
        ClosingMark unsigned = new ClosingMark(length, headerLength, last, Bytes.EMPTY);
        Bytes mac = Bytes.wrap(key.closingMac(ByteBuffer.wrap(unsigned.macInput())));
        ByteBuffer mark = ByteBuffer.allocate(ClosingMark.SIZE);
        new ClosingMark(length, headerLength, last, mac).writeTo(mark);
        archive.writeBytes(header.toBytes());
        archive.writeBytes(mark.array());
        return archive.toByteArray();
    }

    /// A run's plain stream as it grows.
    public final class ForgedRun {
        private final int index;
        private final ByteArrayOutputStream plain = new ByteArrayOutputStream();

        private ForgedRun(int index) {
            this.index = index;
        }

        public int index() {
            return index;
        }

        public Pointer.Position position() {
            return new Pointer.Position(index, plain.size());
        }

        /// Anything at all.
        public void bytes(byte[] any) {
            plain.writeBytes(any);
        }

        public Pointer stored(FrameType type, byte[] raw) {
            return frame(type.code(), FrameHead.STORED, raw, raw.length);
        }

        public Pointer compressed(FrameType type, byte[] raw) {
            return frame(type.code(), FrameHead.ZSTD, compress(raw), raw.length);
        }

        public Pointer frame(int type, int codec, byte[] payload, int rawLength) {
            CRC32C crc = new CRC32C();
            crc.update(payload);
            return frame(new FrameHead(type, codec, payload.length, rawLength, (int) crc.getValue()), payload);
        }

        /// A head that may say anything of what follows.
        public Pointer frame(FrameHead head, byte[] payload) {
            Pointer pointer =
                    new Pointer(index, plain.size(), head.storedLength(), head.rawLength(), hashOf(payload));
            ByteBuffer bytes = ByteBuffer.allocate(FrameHead.SIZE);
            head.writeTo(bytes, position());
            plain.writeBytes(bytes.array());
            plain.writeBytes(payload);
            return pointer;
        }

        /// A block of this content and journal.
        public Pointer block(long number, byte[] content, byte[] journal) {
            return stored(FrameType.BLOCK, blockOf(number, content, journal));
        }

        /// Ends the run with this root; with none for null.
        public Run end(Pointer root) {
            return end(root == null
                    ? new RunEnd(-1, 0, 0)
                    : new RunEnd(root.offset(), root.storedLength(), root.rawLength()));
        }

        public Run end(RunEnd runEnd) {
            boolean aligned = header.suite().isSealed();
            int padding = 0;
            while (!endsWell(plain.size() + padding, aligned)) {
                padding = Math.max(padding + 1, FrameHead.SIZE);
            }
            if (padding > 0) {
                stored(FrameType.PADDING, new byte[padding - FrameHead.SIZE]);
            }
            ByteBuffer end = ByteBuffer.allocate(RunEnd.SIZE);
            runEnd.writeTo(end);
            plain.writeBytes(end.array());
            return seal();
        }

        private static boolean endsWell(int position, boolean aligned) {
            int payload = position % SegmentHead.PAYLOAD_SIZE + RunEnd.SIZE;
            int stored = SegmentHead.SIZE + payload + SegmentHead.TAG_SIZE;
            return payload <= SegmentHead.PAYLOAD_SIZE && (!aligned || stored % SegmentHead.SEALED_ALIGNMENT == 0);
        }

        /// Seals whatever the plain stream holds.
        public Run seal() {
            byte[] salt = MasterKey.newRunSalt(header.suite());
            Run unplaced = new Run(index, -1, -1, Bytes.wrap(salt));
            long offset = archive.size() - header.length();
            ByteBuffer preamble = ByteBuffer.allocate(Run.PREAMBLE_SIZE);
            unplaced.writePreamble(preamble);
            archive.writeBytes(preamble.array());
            byte[] bytes = plain.toByteArray();
            int tag = SegmentHead.archiveTag(header.archiveId());
            try (SegmentCipher cipher = SegmentCipher.forRun(header.suite(), key, salt, index)) {
                int segments = (bytes.length + SegmentHead.PAYLOAD_SIZE - 1) / SegmentHead.PAYLOAD_SIZE;
                for (int i = 0; i < segments; i++) {
                    int from = i * SegmentHead.PAYLOAD_SIZE;
                    byte[] payload = Arrays.copyOfRange(
                            bytes, from, Math.min(bytes.length, from + SegmentHead.PAYLOAD_SIZE));
                    archive.writeBytes(segment(cipher, tag, i, payload, i == segments - 1));
                }
            }
            Run run = new Run(index, offset, archive.size() - header.length() - offset, Bytes.wrap(salt));
            runs.add(run);
            return run;
        }
    }

    private static byte[] segment(SegmentCipher cipher, int tag, int index, byte[] payload, boolean last) {
        int length = SegmentHead.SIZE + payload.length + SegmentHead.TAG_SIZE;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(length);
            SegmentHead.write(segment, tag, index, payload.length, last);
            MemorySegment.copy(MemorySegment.ofArray(payload), 0, segment, SegmentHead.SIZE, payload.length);
            cipher.seal(segment, payload.length);
            SegmentHead.setCrc(segment);
            return segment.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    public static Bytes hashOf(byte[] payload) {
        byte[] hash = new byte[Pointer.HASH_SIZE];
        Blake3.hash(MemorySegment.ofArray(payload), 0, payload.length, hash, 0);
        return Bytes.wrap(hash);
    }

    public static byte[] blockOf(long number, byte[] content, byte[] journal) {
        ByteBuffer raw = ByteBuffer.allocate(content.length + journal.length + BlockTrailer.SIZE);
        raw.put(content).put(journal);
        new BlockTrailer(number, journal.length).writeTo(raw);
        return raw.array();
    }

    public static byte[] compress(byte[] raw) {
        try (Arena arena = Arena.ofConfined(); Compressor compressor = new Compressor(3, 1 << 20)) {
            MemorySegment from = arena.allocate(Math.max(1, raw.length)).asSlice(0, raw.length);
            from.copyFrom(MemorySegment.ofArray(raw));
            MemorySegment to = arena.allocate(Compressor.bound(raw.length));
            return to.asSlice(0, compressor.compress(from, to)).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    // ---- taking apart

    /// A frame of an archive of one run.
    ///
    /// @param raw decompressed
    public record Frame(int type, int codec, byte[] raw, Pointer pointer) {}

    /// The frames of an archive of one run, without its padding.
    public static List<Frame> framesOf(byte[] archive, Header header, MasterKey key) throws IOException {
        byte[] plain = plainStreamOf(archive, header, key);
        ByteBuffer in = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
        List<Frame> frames = new ArrayList<>();
        int at = 0;
        while (at < plain.length - RunEnd.SIZE) {
            int type = plain[at + 4];
            int codec = plain[at + 5];
            int storedLength = in.getInt(at + 8);
            int rawLength = in.getInt(at + 12);
            byte[] stored = Arrays.copyOfRange(plain, at + FrameHead.SIZE, at + FrameHead.SIZE + storedLength);
            if (type != FrameType.PADDING.code()) {
                Pointer pointer = new Pointer(0, at, storedLength, rawLength, hashOf(stored));
                frames.add(new Frame(type, codec, decompress(codec, stored, rawLength), pointer));
            }
            at += FrameHead.SIZE + storedLength;
        }
        return frames;
    }

    private static byte[] plainStreamOf(byte[] archive, Header header, MasterKey key) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        int end = archive.length - ClosingMark.SIZE - header.length();
        byte[] salt = Arrays.copyOfRange(archive, header.length() + 16, header.length() + 48);
        try (SegmentCipher cipher = SegmentCipher.forRun(header.suite(), key, salt, 0);
                Arena arena = Arena.ofConfined()) {
            for (int at = header.length() + Run.PREAMBLE_SIZE; at < end; at += SegmentHead.STORED_SIZE) {
                int length = Math.min(SegmentHead.STORED_SIZE, end - at);
                int payload = length - SegmentHead.SIZE - SegmentHead.TAG_SIZE;
                MemorySegment segment = arena.allocate(length);
                MemorySegment.copy(MemorySegment.ofArray(archive), at, segment, 0, length);
                if (!cipher.open(segment, payload)) {
                    throw new IllegalArgumentException("not a sound archive");
                }
                plain.writeBytes(segment.asSlice(SegmentHead.SIZE, payload).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return plain.toByteArray();
    }

    private static byte[] decompress(int codec, byte[] stored, int rawLength) throws IOException {
        try (Arena arena = Arena.ofConfined(); Decompressor decompressor = new Decompressor()) {
            MemorySegment from = arena.allocate(Math.max(1, stored.length)).asSlice(0, stored.length);
            from.copyFrom(MemorySegment.ofArray(stored));
            MemorySegment to = arena.allocate(Math.max(1, rawLength)).asSlice(0, rawLength);
            decompressor.decompress(codec, from, to, "frame");
            return to.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /// Puts frames together again, each as `edit` returns it: pointers to frames that have become others are corrected
    /// before it is asked.
    ///
    /// @param edit from a frame with its payload corrected to the payload that is written
    public static byte[] rebuild(List<Frame> frames, Header header, MasterKey key, Function<Frame, byte[]> edit) {
        Forge forge = new Forge(header, key);
        ForgedRun run = forge.newRun();
        List<byte[][]> moved = new ArrayList<>();
        Pointer last = null;
        for (Frame frame : frames) {
            byte[] raw = frame.raw();
            for (byte[][] pointer : moved) {
                raw = replace(raw, pointer[0], pointer[1]);
            }
            byte[] edited = edit.apply(new Frame(frame.type(), frame.codec(), raw, frame.pointer()));
            last = run.frame(frame.type(), frame.codec(), encode(frame.codec(), edited), edited.length);
            moved.add(new byte[][] {encoded(frame.pointer()), encoded(last)});
        }
        run.end(last);
        return forge.close();
    }

    private static byte[] encode(int codec, byte[] raw) {
        if (codec == FrameHead.STORED) {
            return raw;
        }
        byte[] payload = raw.clone();
        if (codec == FrameHead.ZSTD_X86) {
            X86Filter.apply(MemorySegment.ofArray(payload));
        }
        return compress(payload);
    }

    public static byte[] encoded(Pointer pointer) {
        ByteWriter out = new ByteWriter(64);
        pointer.writeTo(out);
        return out.toArray();
    }

    /// Replaces all that is there; nothing if `from` is empty.
    static byte[] replace(byte[] in, byte[] from, byte[] to) {
        ByteArrayOutputStream out = null;
        int done = 0;
        for (int at = 0; from.length > 0 && at + from.length <= in.length; at++) {
            if (Arrays.equals(in, at, at + from.length, from, 0, from.length)) {
                out = out == null ? new ByteArrayOutputStream(in.length) : out;
                out.write(in, done, at - done);
                out.writeBytes(to);
                done = at + from.length;
                at = done - 1;
            }
        }
        if (out == null) {
            return in;
        }
        out.write(in, done, in.length - done);
        return out.toByteArray();
    }
}
