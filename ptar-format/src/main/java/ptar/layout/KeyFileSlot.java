package ptar.layout;

import static ptar.layout.Bounds.require;

import java.nio.ByteBuffer;
import ptar.tree.Bytes;

/// Body of a key slot of type 2: the master key wrapped under a key file's key. Spec §2.1.
///
/// | offset | size | field      | meaning                      |
/// |-------:|-----:|------------|------------------------------|
/// |      0 |   32 | salt       |                              |
/// |     32 |   40 | wrappedKey | AES-256-KW of the master key |
public record KeyFileSlot(Bytes salt, Bytes wrappedKey) implements KeySlot {
    public static final int TYPE = 2;
    public static final int LENGTH = 80;
    public static final int SALT_SIZE = 32;

    public KeyFileSlot {
        require(salt.length() == SALT_SIZE, "salt of a key file slot: %d bytes", salt.length());
        require(wrappedKey.length() == WRAPPED_KEY_SIZE, "wrapped key: %d bytes", wrappedKey.length());
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int length() {
        return LENGTH;
    }

    @Override
    public void writeBody(ByteBuffer out) {
        out.put(salt.asBuffer()).put(wrappedKey.asBuffer());
    }

    static KeyFileSlot readBody(ByteBuffer in) {
        return new KeyFileSlot(KeySlot.take(in, SALT_SIZE), KeySlot.take(in, WRAPPED_KEY_SIZE));
    }
}
