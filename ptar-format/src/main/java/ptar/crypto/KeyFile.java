package ptar.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import ptar.hash.Blake3;
import ptar.layout.KeyFileSlot;
import ptar.layout.KeySlot;
import ptar.tree.Bytes;

/// 32 random bytes that are kept in a file: opens an archive without a password.
public final class KeyFile implements Secret, KeyWrapper {
    private static final int SIZE = 32;

    private final byte[] key;

    private KeyFile(byte[] key) {
        this.key = key;
    }

    public static KeyFile random() {
        byte[] key = new byte[SIZE];
        new SecureRandom().nextBytes(key);
        return new KeyFile(key);
    }

    /// @param text the file's content, the caller's to wipe
    /// @throws IllegalArgumentException if it is something else; the message holds nothing of it
    public static KeyFile parse(byte[] text) {
        return new KeyFile(KeyText.KEY.decodeOne(text));
    }

    /// One line without its end: `ptar-key-v1:…`.
    public byte[] toText() {
        return KeyText.KEY.encode(key);
    }

    @Override
    public KeySlot wrap(MasterKey masterKey) {
        byte[] salt = new byte[KeyFileSlot.SALT_SIZE];
        new SecureRandom().nextBytes(salt);
        return new KeyFileSlot(
                Bytes.wrap(salt), Bytes.wrap(KeyWrap.wrap(keyEncryptionKey(salt), masterKey.open())));
    }

    @Override
    public byte[] unwrapOrNull(KeySlot slot) {
        return slot instanceof KeyFileSlot own
                ? KeyWrap.unwrapOrNull(keyEncryptionKey(own.salt().toArray()), own.wrappedKey().toArray())
                : null;
    }

    private byte[] keyEncryptionKey(byte[] salt) {
        byte[] material = Arrays.copyOf(key, SIZE + salt.length);
        System.arraycopy(salt, 0, material, SIZE, salt.length);
        byte[] kek = Blake3.deriveKey(KeyPurpose.KEY_FILE_SLOT.context(), material, SIZE);
        Arrays.fill(material, (byte) 0);
        return kek;
    }

    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
    }
}
