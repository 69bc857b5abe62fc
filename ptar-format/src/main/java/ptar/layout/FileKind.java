package ptar.layout;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import ptar.tree.Bytes;

/// Names what is not a ptar archive by its first bytes, for the message.
enum FileKind {
    RUN("is a piece of a ptar archive without its beginning", 0, ascii("ptar-run")),
    GZIP("is a gzip file", 0, bytes(0x1f, 0x8b)),
    ZSTD("is a zstd file", 0, bytes(0x28, 0xb5, 0x2f, 0xfd)),
    XZ("is an xz file", 0, bytes(0xfd, '7', 'z', 'X', 'Z', 0)),
    BZIP2("is a bzip2 file", 0, ascii("BZh")),
    LZ4("is an lz4 file", 0, bytes(0x04, 0x22, 0x4d, 0x18)),
    SEVEN_ZIP("is a 7z file", 0, bytes('7', 'z', 0xbc, 0xaf, 0x27, 0x1c)),
    ZIP("is a zip file", 0, bytes('P', 'K', 3, 4)),
    EMPTY_ZIP("is a zip file", 0, bytes('P', 'K', 5, 6)),
    SQUASHFS("is a SquashFS image", 0, ascii("hsqs")),
    CPIO("is a cpio file", 0, ascii("07070")),
    AR("is an ar file", 0, ascii("!<arch>\n")),
    AGE("is an age file", 0, ascii("age-encryption.org/")),
    ELF("is a program", 0, bytes(0x7f, 'E', 'L', 'F')),
    TAR("is a tar file", 257, ascii("ustar")),
    /// The magic has both line ends and a byte above 127 so that a transfer as text shows.
    MANGLED("was a ptar archive: a transfer as text changed its bytes", 1, ascii("PTAR"));

    private final String says;
    private final int offset;
    private final Bytes magic;

    FileKind(String says, int offset, Bytes magic) {
        this.says = says;
        this.offset = offset;
        this.magic = magic;
    }

    /// @param start the file's first bytes, or all of them
    static String message(ByteBuffer start, String name) {
        return "%s: not a ptar archive: it %s".formatted(name, describe(Bytes.copyOf(toArray(start))));
    }

    private static String describe(Bytes start) {
        if (start.isEmpty()) {
            return "is empty";
        }
        for (FileKind kind : values()) {
            int end = kind.offset + kind.magic.length();
            if (start.length() >= end && start.slice(kind.offset, end).equals(kind.magic)) {
                return kind.says;
            }
        }
        if (start.length() < Header.MAGIC.length() && Header.MAGIC.startsWith(start)) {
            return "ends after %d bytes".formatted(start.length());
        }
        if (isZero(start)) {
            return "begins with zeros";
        }
        return isText(start) ? "is a text file" : "begins with other bytes";
    }

    private static boolean isZero(Bytes start) {
        for (int i = 0; i < start.length(); i++) {
            if (start.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /// ASCII or UTF-8 without control characters; a character cut at the end does not count against it.
    private static boolean isText(Bytes start) {
        for (int i = 0; i < start.length(); i++) {
            int b = start.get(i);
            if (b >= 0 && b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 0x1b) {
                return false;
            }
        }
        for (int cut = 0; cut < 4 && cut < start.length(); cut++) {
            if (start.slice(0, start.length() - cut).utf8OrNull() != null) {
                return true;
            }
        }
        return false;
    }

    private static byte[] toArray(ByteBuffer start) {
        byte[] bytes = new byte[start.remaining()];
        start.get(bytes);
        return bytes;
    }

    private static Bytes ascii(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Bytes bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return Bytes.wrap(bytes);
    }
}
