package ptar.layout;

import ptar.error.CorruptArchiveException;
import ptar.tree.Bytes;

/// Where a frame lies and what it must hash to. Spec §4.
///
/// @param offset of the frame's head in its run's plain stream
/// @param storedLength of the payload
/// @param rawLength of the payload decompressed
/// @param hash BLAKE3 of the stored payload, 32 bytes
public record Pointer(int run, long offset, int storedLength, int rawLength, Bytes hash) {
    public static final int HASH_SIZE = 32;
    /// The least a pointer takes on disk.
    static final int MIN_SIZE = 4 + HASH_SIZE;

    /// The first byte behind the frame in the plain stream.
    public long end() {
        return offset + FrameHead.SIZE + storedLength;
    }

    // As a record has them, but these need no classes that are made at run time (10 ms at start).
    @Override
    public boolean equals(Object other) {
        return other instanceof Pointer p
                && run == p.run && offset == p.offset && storedLength == p.storedLength && rawLength == p.rawLength
                && hash.equals(p.hash);
    }

    @Override
    public int hashCode() {
        return 31 * run + Long.hashCode(offset);
    }

    public void writeTo(ByteWriter out) {
        out.varint(run).varint(offset).varint(storedLength).varint(rawLength).bytes(hash);
    }

    /// @param below the frame that points: what is pointed to must lie before it
    static Pointer readFrom(ByteReader in, Position below, FrameType type) throws CorruptArchiveException {
        int run = in.varint(Run.MAX_INDEX, "run");
        long offset = in.varint(Long.MAX_VALUE >> 2, "offset");
        int storedLength = in.varint(FrameHead.MAX_STORED_LENGTH, "stored length");
        int rawLength = in.varint(type.maxRawLength(), "raw length");
        Bytes hash = in.bytes(HASH_SIZE);
        Pointer pointer = new Pointer(run, offset, storedLength, rawLength, hash);
        if (run > below.run() || run == below.run() && pointer.end() > below.offset()) {
            throw in.corrupt("pointer to run " + run + " offset " + offset + " does not lie before what points to it");
        }
        return pointer;
    }

    public Position position() {
        return new Position(run, offset);
    }

    /// A place in an archive's plain streams.
    public record Position(int run, long offset) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            int byRun = Integer.compare(run, other.run);
            return byRun != 0 ? byRun : Long.compare(offset, other.offset);
        }

        // Equal as a record's are, but no classes have to be made at run time (5 to 10 ms at start).
        @Override
        public boolean equals(Object other) {
            return other instanceof Position that && run == that.run && offset == that.offset;
        }

        @Override
        public int hashCode() {
            return 31 * run + Long.hashCode(offset);
        }

        @Override
        public String toString() {
            return "run " + run + " offset " + offset;
        }
    }
}
