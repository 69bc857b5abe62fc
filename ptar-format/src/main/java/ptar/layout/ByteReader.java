package ptar.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import ptar.error.CorruptArchiveException;
import ptar.tree.Bytes;

/// Reads the primitives of the specification (§1) from bytes that may be hostile: nothing is read past the end, nothing
/// allocated before its length was compared with what remains, and what small bytes can claim to be is bounded.
public final class ByteReader {
    /// The most that all counts in one payload may add up to: entries, extents, attributes, owners, … Each is an object
    /// to its reader, and a payload that compresses well can hold millions of them in a few bytes. Spec §4.
    public static final int MAX_ELEMENTS = 1 << 18;
    /// The most that the full lengths of all front-coded keys in one payload may add up to.
    public static final int MAX_KEY_BYTES = 1 << 24;

    private final ByteBuffer in;
    private final Object where;
    private int elementsLeft = MAX_ELEMENTS;
    private int keyBytesLeft = MAX_KEY_BYTES;

    /// @param in read from its position to its limit; the caller's position does not move
    /// @param where what is being read, for messages; its `toString` is called only when something is wrong
    public ByteReader(ByteBuffer in, Object where) {
        this.in = in.slice().order(ByteOrder.LITTLE_ENDIAN);
        this.where = where;
    }

    public int remaining() {
        return in.remaining();
    }

    public int position() {
        return in.position();
    }

    public int u8() throws CorruptArchiveException {
        need(1);
        return in.get() & 0xff;
    }

    public long u32() throws CorruptArchiveException {
        need(4);
        return in.getInt() & 0xffff_ffffL;
    }

    public long u64() throws CorruptArchiveException {
        need(8);
        return in.getLong();
    }

    /// @return an unsigned value of 64 bits
    public long varint() throws CorruptArchiveException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int b = u8();
            if (shift == 63 && b > 1) {
                throw corrupt("number is longer than 64 bits");
            }
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                if (b == 0 && shift > 0) {
                    throw corrupt("number is not minimal");
                }
                return value;
            }
        }
        throw corrupt("number is longer than 10 bytes");
    }

    /// A varint from 0 to `max`.
    public long varint(long max, String what) throws CorruptArchiveException {
        long value = varint();
        if (value < 0 || value > max) {
            throw corrupt(what + " is " + Long.toUnsignedString(value) + ", at most " + max + " is valid");
        }
        return value;
    }

    public int varint(int max, String what) throws CorruptArchiveException {
        return (int) varint((long) max, what);
    }

    /// How many elements follow, each of at least `minSize` bytes: so at most what remains can hold.
    public int count(int minSize, String what) throws CorruptArchiveException {
        int count = varint(elementsLeft, what);
        if (count > in.remaining() / minSize) {
            throw corrupt(what + " is " + count + ", at most " + in.remaining() / minSize + " have room");
        }
        elementsLeft -= count;
        return count;
    }

    public long zigzag() throws CorruptArchiveException {
        long z = varint();
        return z >>> 1 ^ -(z & 1);
    }

    public Bytes bytes(int length) throws CorruptArchiveException {
        need(length);
        byte[] value = new byte[length];
        in.get(value);
        return Bytes.wrap(value);
    }

    /// varint length (at most `max`), then the bytes.
    public Bytes counted(int max, String what) throws CorruptArchiveException {
        return bytes(varint(max, what));
    }

    /// Reads a front-coded key: varint shared, varint length, bytes.
    public Bytes frontCoded(Bytes previous, int max) throws CorruptArchiveException {
        int shared = varint(previous.length(), "shared prefix");
        int rest = varint(max - shared, "name length");
        need(rest);
        keyBytesLeft -= shared + rest;
        if (keyBytesLeft < 0) {
            throw corrupt("names are longer than " + MAX_KEY_BYTES + " in all");
        }
        byte[] key = new byte[shared + rest];
        previous.slice(0, shared).copyTo(key, 0);
        in.get(key, shared, rest);
        return Bytes.wrap(key);
    }

    public void end() throws CorruptArchiveException {
        if (in.hasRemaining()) {
            throw corrupt(in.remaining() + " bytes left over");
        }
    }

    public CorruptArchiveException corrupt(String what) {
        return new CorruptArchiveException(where + ": " + what + " (at byte " + in.position() + " of it)");
    }

    private void need(int length) throws CorruptArchiveException {
        if (in.remaining() < length) {
            throw corrupt("ends " + (length - in.remaining()) + " bytes too early");
        }
    }
}
