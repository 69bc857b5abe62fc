package ptar.layout;

import static ptar.layout.Bounds.require;

import java.nio.ByteBuffer;
import ptar.tree.Bytes;

/// Body of a key slot of type 3: the master key wrapped for the holder of an X25519 and an ML-KEM-768 key. It does not
/// say whose keys they are. Spec §2.1.
///
/// | offset | size  | field      | meaning                      |
/// |-------:|------:|------------|------------------------------|
/// |      0 |    32 | ephemeral  | an X25519 public key         |
/// |     32 | 1,088 | ciphertext | of ML-KEM-768                |
/// |  1,120 |    40 | wrappedKey | AES-256-KW of the master key |
public record RecipientSlot(Bytes ephemeral, Bytes ciphertext, Bytes wrappedKey) implements KeySlot {
    public static final int TYPE = 3;
    public static final int LENGTH = 1168;
    public static final int EPHEMERAL_SIZE = 32;
    public static final int CIPHERTEXT_SIZE = 1088;

    public RecipientSlot {
        require(ephemeral.length() == EPHEMERAL_SIZE, "ephemeral key: %d bytes", ephemeral.length());
        require(ciphertext.length() == CIPHERTEXT_SIZE, "ML-KEM ciphertext: %d bytes", ciphertext.length());
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
        out.put(ephemeral.asBuffer()).put(ciphertext.asBuffer()).put(wrappedKey.asBuffer());
    }

    static RecipientSlot readBody(ByteBuffer in) {
        return new RecipientSlot(KeySlot.take(in, EPHEMERAL_SIZE), KeySlot.take(in, CIPHERTEXT_SIZE),
                KeySlot.take(in, WRAPPED_KEY_SIZE));
    }
}
