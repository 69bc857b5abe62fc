package ptar.layout;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import ptar.tree.Bytes;

/// Appends the primitives of the specification (§1) to a growing array. Reusable after [#clear].
public final class ByteWriter {
    private byte[] bytes;
    private int length;

    public ByteWriter(int capacity) {
        bytes = new byte[capacity];
    }

    public int length() {
        return length;
    }

    public void clear() {
        length = 0;
    }

    public ByteWriter u8(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    public ByteWriter u32(long value) {
        return fixed(value, 4);
    }

    public ByteWriter u64(long value) {
        return fixed(value, 8);
    }

    private ByteWriter fixed(long value, int size) {
        room(size);
        for (int i = 0; i < size; i++) {
            bytes[length++] = (byte) (value >>> 8 * i);
        }
        return this;
    }

    /// @param value read as unsigned
    public ByteWriter varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
        return this;
    }

    public ByteWriter zigzag(long value) {
        return varint(value << 1 ^ value >> 63);
    }

    public ByteWriter bytes(Bytes value) {
        room(value.length());
        value.copyTo(bytes, length);
        length += value.length();
        return this;
    }

    /// varint length, then the bytes.
    public ByteWriter counted(Bytes value) {
        return varint(value.length()).bytes(value);
    }

    public ByteWriter append(ByteWriter other) {
        room(other.length);
        System.arraycopy(other.bytes, 0, bytes, length, other.length);
        length += other.length;
        return this;
    }

    public void copyTo(MemorySegment target, long offset) {
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, target, offset, length);
    }

    public byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
