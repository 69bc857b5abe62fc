package ptar.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import ptar.layout.KeySlot;
import ptar.layout.RecipientSlot;
import ptar.tree.Bytes;

/// The private half of a pair: opens the archives that were written for its [#recipient].
public final class Identity implements Secret {
    private final byte[] x25519;
    private final byte[] mlKemSeed;

    private Identity(byte[] x25519, byte[] mlKemSeed) {
        this.x25519 = x25519;
        this.mlKemSeed = mlKemSeed;
    }

    public static Identity random() {
        SecureRandom random = new SecureRandom();
        byte[] x25519 = new byte[HybridKem.X25519_SIZE];
        byte[] mlKemSeed = new byte[HybridKem.ML_KEM_SEED_SIZE];
        random.nextBytes(x25519);
        random.nextBytes(mlKemSeed);
        return new Identity(x25519, mlKemSeed);
    }

    /// @param text the file's content, the caller's to wipe
    /// @throws IllegalArgumentException if it is something else; the message holds nothing of it
    public static Identity parse(byte[] text) {
        byte[] payload = KeyText.IDENTITY.decodeOne(text);
        Identity identity = new Identity(Arrays.copyOf(payload, HybridKem.X25519_SIZE),
                Arrays.copyOfRange(payload, HybridKem.X25519_SIZE, payload.length));
        Arrays.fill(payload, (byte) 0);
        return identity;
    }

    /// One line without its end: `ptar-identity-v1:…`.
    public byte[] toText() {
        byte[] payload = Arrays.copyOf(x25519, x25519.length + mlKemSeed.length);
        System.arraycopy(mlKemSeed, 0, payload, x25519.length, mlKemSeed.length);
        byte[] text = KeyText.IDENTITY.encode(payload);
        Arrays.fill(payload, (byte) 0);
        return text;
    }

    public Recipient recipient() {
        return new Recipient(
                Bytes.wrap(HybridKem.x25519Public(x25519)), Bytes.wrap(HybridKem.mlKemPublic(mlKemSeed)));
    }

    @Override
    public byte[] unwrapOrNull(KeySlot slot) {
        if (!(slot instanceof RecipientSlot own)) {
            return null;
        }
        byte[] kek = HybridKem.decapsulateOrNull(
                x25519, mlKemSeed, own.ephemeral().toArray(), own.ciphertext().toArray());
        return kek == null ? null : KeyWrap.unwrapOrNull(kek, own.wrappedKey().toArray());
    }

    @Override
    public void close() {
        Arrays.fill(x25519, (byte) 0);
        Arrays.fill(mlKemSeed, (byte) 0);
    }
}
