package ptar.crypto;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import ptar.layout.KeySlot;
import ptar.layout.RecipientSlot;
import ptar.tree.Bytes;

/// The public half of an [Identity]: who has it can write archives for the identity, and not read them.
public record Recipient(Bytes x25519, Bytes mlKem) implements KeyWrapper {
    public Recipient {
        boolean sized = x25519.length() == HybridKem.X25519_SIZE && mlKem.length() == HybridKem.ML_KEM_PUBLIC_SIZE;
        if (!sized || !HybridKem.isMlKemPublic(mlKem.toArray())) {
            throw new IllegalArgumentException("not a recipient: its keys are damaged");
        }
    }

    /// @param text a file's content or what stands on the command line
    /// @return at least one
    /// @throws IllegalArgumentException if it is something else
    public static List<Recipient> parse(byte[] text) {
        return KeyText.RECIPIENT.decodeAll(text).stream().map(Recipient::ofPayload).toList();
    }

    private static Recipient ofPayload(byte[] payload) {
        return new Recipient(Bytes.copyOf(payload, 0, HybridKem.X25519_SIZE),
                Bytes.copyOf(payload, HybridKem.X25519_SIZE, payload.length));
    }

    @Override
    public KeySlot wrap(MasterKey key) {
        HybridKem.Encapsulated made =
                HybridKem.encapsulate(x25519.toArray(), mlKem.toArray(), new SecureRandom());
        return new RecipientSlot(Bytes.wrap(made.ephemeral), Bytes.wrap(made.ciphertext),
                Bytes.wrap(KeyWrap.wrap(made.keyEncryptionKey, key.open())));
    }

    /// One line without its end: `ptar-recipient-v1:…`.
    @Override
    public String toString() {
        byte[] payload = Arrays.copyOf(x25519.toArray(), HybridKem.X25519_SIZE + HybridKem.ML_KEM_PUBLIC_SIZE);
        mlKem.copyTo(payload, HybridKem.X25519_SIZE);
        return new String(KeyText.RECIPIENT.encode(payload), StandardCharsets.US_ASCII);
    }
}
