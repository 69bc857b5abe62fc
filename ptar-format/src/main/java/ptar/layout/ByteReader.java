package ptar.layout;

import java.nio.ByteBuffer;
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

    // An array, as a listing reads most of its bytes before anything is compiled, and a buffer's get() is three calls.
    private final byte[] in;
    private final Object where;
    private int at;
    private int elementsLeft = MAX_ELEMENTS;
    private int keyBytesLeft = MAX_KEY_BYTES;

    /// @param in read from its position to its limit, copied; the caller's position does not move
    /// @param where what is being read, for messages; its `toString` is called only when something is wrong
    public ByteReader(ByteBuffer in, Object where) {
        this.in = new byte[in.remaining()];
        in.get(in.position(), this.in);
        this.where = where;
    }

    public int remaining() {
        return in.length - at;
    }

    public int position() {
        return at;
    }

    public int u8() throws CorruptArchiveException {
        need(1);
        return in[at++] & 0xff;
    }

    public long u32() throws CorruptArchiveException {
        return littleEndian(4);
    }

    public long u64() throws CorruptArchiveException {
        return littleEndian(8);
    }

    private long littleEndian(int length) throws CorruptArchiveException {
        need(length);
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (in[at++] & 0xffL) << 8 * i;
        }
        return value;
    }

    /// @return an unsigned value of 64 bits
    public long varint() throws CorruptArchiveException {
        if (at < in.length && in[at] >= 0) {
            return in[at++]; // most are of one byte
        }
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
        if (count > remaining() / minSize) {
            throw corrupt(what + " is " + count + ", at most " + remaining() / minSize + " have room");
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
        at += length;
        return Bytes.copyOf(in, at - length, at);
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
        System.arraycopy(in, at, key, shared, rest);
        at += rest;
        return Bytes.wrap(key);
    }

    public void end() throws CorruptArchiveException {
        if (at < in.length) {
            throw corrupt(remaining() + " bytes left over");
        }
    }

    public CorruptArchiveException corrupt(String what) {
        return new CorruptArchiveException(where + ": " + what + " (at byte " + at + " of it)");
    }

    private void need(int length) throws CorruptArchiveException {
        if (remaining() < length) {
            throw corrupt("ends " + (length - remaining()) + " bytes too early");
        }
    }
}
