package ptar.layout;

import static ptar.layout.Bounds.require;

import java.nio.ByteBuffer;
import ptar.tree.Bytes;

/// Body of a key slot of type 1: the master key wrapped under Argon2id of a password. Spec §2.1.
///
/// The cost stands in the slot, so it is an attacker's to choose: its bounds hold before any memory is asked for.
///
/// | offset | size | field      | meaning                           |
/// |-------:|-----:|------------|-----------------------------------|
/// |      0 |   16 | salt       |                                   |
/// |     16 |    4 | memory     | in KiB, 65,536 to 1,048,576       |
/// |     20 |    4 | passes     | 1 to 16                           |
/// |     24 |    4 | lanes      | 1 to 16                           |
/// |     28 |    4 | reserved   |                                   |
/// |     32 |   40 | wrappedKey | AES-256-KW of the master key      |
public record PasswordSlot(Bytes salt, int memoryKib, int passes, int lanes, Bytes wrappedKey) implements KeySlot {
    public static final int TYPE = 1;
    public static final int LENGTH = 80;
    public static final int SALT_SIZE = 16;
    public static final int MIN_MEMORY_KIB = 64 << 10;
    public static final int MAX_MEMORY_KIB = 1 << 20;
    public static final int MAX_PASSES = 16;
    public static final int MAX_LANES = 16;

    public PasswordSlot {
        require(salt.length() == SALT_SIZE, "salt of a password slot: %d bytes", salt.length());
        require(memoryKib >= MIN_MEMORY_KIB && memoryKib <= MAX_MEMORY_KIB,
                "a password slot asks for %d KiB of memory: 65,536 to 1,048,576 are allowed",
                Integer.toUnsignedLong(memoryKib));
        require(passes >= 1 && passes <= MAX_PASSES, "a password slot asks for %d passes: 1 to 16 are allowed",
                Integer.toUnsignedLong(passes));
        require(lanes >= 1 && lanes <= MAX_LANES, "a password slot asks for %d lanes: 1 to 16 are allowed",
                Integer.toUnsignedLong(lanes));
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
        out.put(salt.asBuffer());
        out.putInt(memoryKib).putInt(passes).putInt(lanes).putInt(0);
        out.put(wrappedKey.asBuffer());
    }

    static PasswordSlot readBody(ByteBuffer in) {
        Bytes salt = KeySlot.take(in, SALT_SIZE);
        int memoryKib = in.getInt();
        int passes = in.getInt();
        int lanes = in.getInt();
        require(in.getInt() == 0, "a reserved byte of a password slot is set");
        return new PasswordSlot(salt, memoryKib, passes, lanes, KeySlot.take(in, WRAPPED_KEY_SIZE));
    }
}
