package ptar.layout;

import static ptar.layout.Bounds.require;

import java.nio.ByteBuffer;
import ptar.tree.Bytes;

/// One wrapped copy of the master key in a header. Spec §2.1.
///
/// | offset | size  | field    | meaning                                                            |
/// |-------:|------:|----------|--------------------------------------------------------------------|
/// |      0 |     1 | type     | 1 password, 2 key file, 3 recipient; an unknown type is passed over |
/// |      1 |     1 | reserved |                                                                    |
/// |      2 |     2 | length   | L: of the slot with this head, 8 to 2,048, a multiple of 8         |
/// |      4 |     4 | reserved |                                                                    |
/// |      8 | L − 8 | body     | by type                                                            |
public sealed interface KeySlot permits PasswordSlot, KeyFileSlot, RecipientSlot, UnknownSlot {
    int HEAD_SIZE = 8;
    int MAX_LENGTH = 2048;
    /// A 32-byte key wrapped by RFC 3394.
    int WRAPPED_KEY_SIZE = 40;

    int type();

    /// Of the slot with its head.
    int length();

    void writeBody(ByteBuffer out);

    default void writeTo(ByteBuffer out) {
        out.put((byte) type()).put((byte) 0).putShort((short) length()).putInt(0);
        writeBody(out);
    }

    /// Reads one slot; `in` ends where the room for slots ends.
    ///
    /// @throws IllegalArgumentException if a field breaks its table: [Header#readFrom] says where
    static KeySlot readFrom(ByteBuffer in) {
        require(in.remaining() >= HEAD_SIZE, "a key slot does not fit into the header");
        int type = Byte.toUnsignedInt(in.get());
        require(in.get() == 0, "a reserved byte of a key slot is set");
        int unverifiedLength = Short.toUnsignedInt(in.getShort());
        require(in.getInt() == 0, "a reserved byte of a key slot is set");
        require(unverifiedLength >= HEAD_SIZE && unverifiedLength <= MAX_LENGTH && unverifiedLength % 8 == 0,
                "length of a key slot out of range: %d", unverifiedLength);
        int bodyLength = unverifiedLength - HEAD_SIZE;
        require(bodyLength <= in.remaining(), "a key slot does not fit into the header");
        ByteBuffer body = in.slice(in.position(), bodyLength).order(in.order());
        in.position(in.position() + bodyLength);
        return switch (type) {
            case PasswordSlot.TYPE -> PasswordSlot.readBody(sized(body, PasswordSlot.LENGTH));
            case KeyFileSlot.TYPE -> KeyFileSlot.readBody(sized(body, KeyFileSlot.LENGTH));
            case RecipientSlot.TYPE -> RecipientSlot.readBody(sized(body, RecipientSlot.LENGTH));
            default -> new UnknownSlot(type, take(body, bodyLength));
        };
    }

    private static ByteBuffer sized(ByteBuffer body, int length) {
        require(body.remaining() == length - HEAD_SIZE, "length of a key slot: %d, expected %d",
                body.remaining() + HEAD_SIZE, length);
        return body;
    }

    /// The next `size` bytes as a value.
    static Bytes take(ByteBuffer in, int size) {
        byte[] taken = new byte[size];
        in.get(taken);
        return Bytes.wrap(taken);
    }
}
