package ptar.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/// AES-256 key wrap of RFC 3394, by the JDK: a wrapped key that was changed, or another key's, does not unwrap.
final class KeyWrap {
    private static final int KEK_SIZE = 32;
    private static final int MIN_WRAPPED_SIZE = 24;

    private KeyWrap() {}

    /// @param kek wiped on return
    static byte[] wrap(byte[] kek, byte[] key) {
        try {
            return run(Cipher.ENCRYPT_MODE, kek, key);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key was not wrapped", e);
        }
    }

    /// @param kek wiped on return
    /// @return null if this is not the key that wrapped
    static byte[] unwrapOrNull(byte[] kek, byte[] wrapped) {
        // The JDK meets less with a NegativeArraySizeException.
        if (wrapped.length < MIN_WRAPPED_SIZE) {
            Arrays.fill(kek, (byte) 0);
            return null;
        }
        try {
            return run(Cipher.DECRYPT_MODE, kek, wrapped);
        } catch (GeneralSecurityException notThisKey) {
            return null;
        }
    }

    private static byte[] run(int mode, byte[] kek, byte[] in) throws GeneralSecurityException {
        try {
            if (kek.length != KEK_SIZE) {
                throw new InvalidKeyException("a key-encryption key of " + kek.length + " bytes");
            }
            Key key = new SecretKeySpec(kek, "AES");
            Cipher cipher = Cipher.getInstance("AES/KW/NoPadding");
            cipher.init(mode, key);
            return cipher.doFinal(in);
        } finally {
            Arrays.fill(kek, (byte) 0);
        }
    }
}
