package ptar.crypto;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import ptar.layout.KeySlot;
import ptar.layout.PasswordSlot;
import ptar.tree.Bytes;

/// A password as bytes, never as a `String`, which could not be wiped.
public final class Password implements Secret, KeyWrapper {
    private static final int KEK_SIZE = 32;

    private final byte[] bytes;
    private final Argon2Cost cost;

    private Password(byte[] bytes, Argon2Cost cost) {
        this.bytes = bytes;
        this.cost = cost;
    }

    /// Takes the array over: it is wiped with this password.
    ///
    /// @param utf8 as typed, without a final line feed
    public static Password wrap(byte[] utf8) {
        return wrap(utf8, Argon2Cost.DEFAULT);
    }

    /// @param cost for new slots
    public static Password wrap(byte[] utf8, Argon2Cost cost) {
        return new Password(utf8, cost);
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /// Constant time: for a password that is typed twice.
    public boolean isSame(Password other) {
        return MessageDigest.isEqual(bytes, other.bytes);
    }

    @Override
    public KeySlot wrap(MasterKey key) {
        byte[] salt = new byte[PasswordSlot.SALT_SIZE];
        new SecureRandom().nextBytes(salt);
        byte[] kek = Argon2id.hash(bytes, salt, cost.memoryKib(), cost.passes(), cost.lanes(), KEK_SIZE);
        return new PasswordSlot(Bytes.wrap(salt), cost.memoryKib(), cost.passes(), cost.lanes(),
                Bytes.wrap(KeyWrap.wrap(kek, key.open())));
    }

    /// Runs Argon2 at the slot's cost, whose bounds the slot has made sure of.
    @Override
    public byte[] unwrapOrNull(KeySlot slot) {
        if (!(slot instanceof PasswordSlot own)) {
            return null;
        }
        byte[] kek = Argon2id.hash(
                bytes, own.salt().toArray(), own.memoryKib(), own.passes(), own.lanes(), KEK_SIZE);
        return KeyWrap.unwrapOrNull(kek, own.wrappedKey().toArray());
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }
}
