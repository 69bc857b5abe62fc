package ptar.layout;

import static ptar.layout.Bounds.require;

import java.nio.ByteBuffer;
import ptar.tree.Bytes;

/// A key slot of a type that a later version brought: passed over, and kept when the header is rewritten.
public record UnknownSlot(int type, Bytes body) implements KeySlot {
    public UnknownSlot {
        require(type >= 0 && type <= 255 && type != PasswordSlot.TYPE && type != KeyFileSlot.TYPE
                && type != RecipientSlot.TYPE, "not an unknown slot type: %d", type);
        require(body.length() <= MAX_LENGTH - HEAD_SIZE && body.length() % 8 == 0,
                "length of a key slot out of range: %d", body.length() + HEAD_SIZE);
    }

    @Override
    public int length() {
        return HEAD_SIZE + body.length();
    }

    @Override
    public void writeBody(ByteBuffer out) {
        out.put(body.asBuffer());
    }
}
