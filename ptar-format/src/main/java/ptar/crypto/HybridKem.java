package ptar.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.crypto.kems.MLKEMExtractor;
import org.bouncycastle.crypto.kems.MLKEMGenerator;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.bouncycastle.crypto.params.MLKEMPublicKeyParameters;
import org.bouncycastle.math.ec.rfc7748.X25519;
import ptar.hash.Blake3;

/// X25519 and ML-KEM-768 together: safe as long as one of them is. Spec §2.1, type 3.
///
/// By BouncyCastle and not by the JDK, which has both: JDK 25 can't make an ML-KEM key from its 64-byte seed, so that
/// an identity would be 2.4 KB long, and its X25519 keys are `BigInteger`s, which can't be wiped.
final class HybridKem {
    static final int X25519_SIZE = 32;
    static final int ML_KEM_SEED_SIZE = 64;
    static final int ML_KEM_PUBLIC_SIZE = 1184;

    private static final int SECRET_SIZE = 32;
    private static final int Q = 3329;

    private HybridKem() {}

    static byte[] x25519Public(byte[] privateKey) {
        byte[] publicKey = new byte[X25519_SIZE];
        X25519.scalarMultBase(privateKey, 0, publicKey, 0);
        return publicKey;
    }

    /// @return null if the shared secret is all zero: the point has a small order, and was chosen by an attacker
    static byte[] x25519OrNull(byte[] privateKey, byte[] publicKey) {
        byte[] shared = new byte[X25519_SIZE];
        return X25519.calculateAgreement(privateKey, 0, publicKey, 0, shared, 0) ? shared : null;
    }

    static byte[] mlKemPublic(byte[] seed) {
        return mlKemPrivate(seed).getPublicKey();
    }

    private static MLKEMPrivateKeyParameters mlKemPrivate(byte[] seed) {
        return new MLKEMPrivateKeyParameters(MLKEMParameters.ml_kem_768, seed);
    }

    /// The modulus check of FIPS 203 §7.2: every coefficient is below q.
    static boolean isMlKemPublic(byte[] key) {
        for (int i = 0; i < ML_KEM_PUBLIC_SIZE - 32; i += 3) {
            int three = key[i] & 0xff | (key[i + 1] & 0xff) << 8 | (key[i + 2] & 0xff) << 16;
            if ((three & 0xfff) >= Q || three >>> 12 >= Q) {
                return false;
            }
        }
        return true;
    }

    /// @throws IllegalArgumentException if the recipient's X25519 key has a small order
    static Encapsulated encapsulate(byte[] x25519Public, byte[] mlKemPublic, SecureRandom random) {
        byte[] ephemeralPrivate = new byte[X25519_SIZE];
        X25519.generatePrivateKey(random, ephemeralPrivate);
        byte[] ephemeral = x25519Public(ephemeralPrivate);
        byte[] x25519Secret = x25519OrNull(ephemeralPrivate, x25519Public);
        Arrays.fill(ephemeralPrivate, (byte) 0);
        if (x25519Secret == null) {
            throw new IllegalArgumentException("the recipient's key is not usable: its X25519 point has a small order");
        }
        SecretWithEncapsulation mlKem = new MLKEMGenerator(random).generateEncapsulated(
                new MLKEMPublicKeyParameters(MLKEMParameters.ml_kem_768, mlKemPublic));
        byte[] ciphertext = mlKem.getEncapsulation();
        byte[] kek = combine(mlKem.getSecret(), x25519Secret, ciphertext, ephemeral, x25519Public, mlKemPublic);
        return new Encapsulated(ephemeral, ciphertext, kek);
    }

    /// @return the key-encryption key; another one, not an error, if the ciphertext is for another recipient; null if
    ///     the ephemeral key has a small order
    static byte[] decapsulateOrNull(byte[] x25519Private, byte[] mlKemSeed, byte[] ephemeral, byte[] ciphertext) {
        byte[] x25519Secret = x25519OrNull(x25519Private, ephemeral);
        if (x25519Secret == null) {
            return null;
        }
        MLKEMPrivateKeyParameters mlKem = mlKemPrivate(mlKemSeed);
        byte[] mlKemSecret = new MLKEMExtractor(mlKem).extractSecret(ciphertext);
        byte[] kek = combine(mlKemSecret, x25519Secret, ciphertext, ephemeral, x25519Public(x25519Private),
                mlKem.getPublicKey());
        mlKem.destroy();
        return kek;
    }

    /// Wipes the two secrets.
    private static byte[] combine(byte[] mlKemSecret, byte[] x25519Secret, byte[]... seenByAll) {
        int length = 2 * SECRET_SIZE + Arrays.stream(seenByAll).mapToInt(part -> part.length).sum();
        byte[] material = Arrays.copyOf(mlKemSecret, length);
        System.arraycopy(x25519Secret, 0, material, SECRET_SIZE, SECRET_SIZE);
        int at = 2 * SECRET_SIZE;
        for (byte[] part : seenByAll) {
            System.arraycopy(part, 0, material, at, part.length);
            at += part.length;
        }
        byte[] kek = Blake3.deriveKey(KeyPurpose.RECIPIENT_SLOT.context(), material, SECRET_SIZE);
        Arrays.fill(material, (byte) 0);
        Arrays.fill(mlKemSecret, (byte) 0);
        Arrays.fill(x25519Secret, (byte) 0);
        return kek;
    }

    /// Not a value: lives for one call, and its key is wiped by who uses it.
    static final class Encapsulated {
        final byte[] ephemeral;
        final byte[] ciphertext;
        final byte[] keyEncryptionKey;

        private Encapsulated(byte[] ephemeral, byte[] ciphertext, byte[] keyEncryptionKey) {
            this.ephemeral = ephemeral;
            this.ciphertext = ciphertext;
            this.keyEncryptionKey = keyEncryptionKey;
        }
    }
}
