package ptar.tree;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Immutable bytes that are compared by content: file names, link targets, values of xattrs.
///
/// Linux names files by bytes, and they need not be UTF-8, so no name in the format or the library is a `String`.
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);
    private static final int MAX_BRIEF = 60;

    private final byte[] bytes;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /// The UTF-8 bytes of a text.
    public static Bytes of(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    public static Bytes copyOf(byte[] source) {
        return new Bytes(source.clone());
    }

    public static Bytes copyOf(byte[] source, int from, int to) {
        return new Bytes(Arrays.copyOfRange(source, from, to));
    }

    /// Takes the array over without a copy: the caller must not touch it again.
    public static Bytes wrap(byte[] owned) {
        return new Bytes(owned);
    }

    public int length() {
        return bytes.length;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    public byte get(int position) {
        return bytes[position];
    }

    public Bytes slice(int from, int to) {
        return from == 0 && to == bytes.length ? this : copyOf(bytes, from, to);
    }

    public Bytes concat(Bytes other) {
        byte[] joined = Arrays.copyOf(bytes, bytes.length + other.bytes.length);
        System.arraycopy(other.bytes, 0, joined, bytes.length, other.bytes.length);
        return new Bytes(joined);
    }

    public int indexOf(byte wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    public int lastIndexOf(byte wanted) {
        int i = bytes.length - 1;
        while (i >= 0 && bytes[i] != wanted) {
            i--;
        }
        return i;
    }

    public boolean startsWith(Bytes prefix) {
        return bytes.length >= prefix.bytes.length
                && Arrays.equals(bytes, 0, prefix.bytes.length, prefix.bytes, 0, prefix.bytes.length);
    }

    public boolean endsWith(Bytes suffix) {
        return bytes.length >= suffix.bytes.length
                && Arrays.equals(
                        bytes, bytes.length - suffix.bytes.length, bytes.length, suffix.bytes, 0, suffix.bytes.length);
    }

    public byte[] toArray() {
        return bytes.clone();
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }

    public void copyTo(byte[] target, int position) {
        System.arraycopy(bytes, 0, target, position, bytes.length);
    }

    /// Copies to an absolute position; the buffer's own stays.
    public void copyTo(ByteBuffer target, int position) {
        target.put(position, bytes);
    }

    /// A read-only view, no copy.
    public ByteBuffer asBuffer() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /// How many leading bytes the two have in common.
    public int commonPrefix(Bytes other) {
        int at = Arrays.mismatch(bytes, other.bytes);
        return at < 0 ? bytes.length : at;
    }

    /// Unsigned, byte by byte; a prefix comes first.
    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes b && Arrays.equals(bytes, b.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /// As text if the bytes are UTF-8, else null.
    public String utf8OrNull() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return null;
        }
    }

    /// As [#toString], but of a long one the first bytes only: for messages that must stay a line.
    public String brief() {
        return bytes.length <= MAX_BRIEF ? toString() : Quoting.escape(Arrays.copyOf(bytes, MAX_BRIEF)) + "…";
    }

    /// For people: control characters, backslashes and what is not UTF-8 escaped as GNU tar's `escape` style does
    /// (`\n`, `\\`, `\377`), so that a name can't write to a terminal.
    @Override
    public String toString() {
        return Quoting.escape(bytes);
    }
}
