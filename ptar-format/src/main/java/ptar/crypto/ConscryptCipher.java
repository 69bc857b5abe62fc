package ptar.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Arrays;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.conscrypt.Conscrypt;

/// AES-256-GCM-SIV by Conscrypt. Works in the caller's native memory: direct buffers reach BoringSSL without a copy.
final class ConscryptCipher implements SegmentCipher {
    private static final int NONCE_OFFSET = 4;
    private static final int NONCE_SIZE = 12;

    private final WipeableKey key;
    private final Cipher cipher;

    ConscryptCipher(byte[] runKey) {
        key = new WipeableKey(runKey, "AES");
        try {
            cipher = Cipher.getInstance("AES/GCM-SIV/NoPadding", Loaded.PROVIDER);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Conscrypt has no AES-GCM-SIV", e);
        }
    }

    /// Whether the native library is there for this system and loads: a folder for temporary files that forbids
    /// programs is enough to prevent it.
    static boolean isAvailable() {
        return Loaded.PROVIDER != null;
    }

    static String version() {
        Conscrypt.Version version = Conscrypt.version();
        return "%d.%d.%d".formatted(version.major(), version.minor(), version.patch());
    }

    @Override
    public void seal(MemorySegment segment, int payloadLength) {
        try {
            init(Cipher.ENCRYPT_MODE, segment);
            cipher.doFinal(payload(segment, payloadLength), payload(segment, payloadLength + TAG_SIZE));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a segment was not sealed", e);
        }
    }

    @Override
    public boolean isPlain() {
        return false;
    }

    @Override
    public boolean open(MemorySegment segment, int payloadLength) {
        try {
            init(Cipher.DECRYPT_MODE, segment);
            cipher.doFinal(payload(segment, payloadLength + TAG_SIZE), payload(segment, payloadLength));
            return true;
        } catch (BadPaddingException tagDoesNotMatch) {
            segment.asSlice(HEAD_SIZE, payloadLength).fill((byte) 0);
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a segment was not opened", e);
        }
    }

    private void init(int mode, MemorySegment segment) throws GeneralSecurityException {
        byte[] nonce = segment.asSlice(NONCE_OFFSET, NONCE_SIZE).toArray(ValueLayout.JAVA_BYTE);
        cipher.init(mode, key, new IvParameterSpec(nonce));
    }

    private static ByteBuffer payload(MemorySegment segment, int length) {
        return segment.asSlice(HEAD_SIZE, length).asByteBuffer();
    }

    /// Conscrypt's own copies of the key go with the next collection: it has no call that wipes them.
    @Override
    public void close() {
        key.destroy();
    }

    private static final class Loaded {
        static final Provider PROVIDER = loadOrNull();

        private static Provider loadOrNull() {
            try {
                return Conscrypt.isAvailable() ? Conscrypt.newProvider() : null;
            } catch (LinkageError | RuntimeException e) {
                return null;
            }
        }
    }

    /// A key for the JDK's interfaces that can be wiped, as `SecretKeySpec` can't.
    private static final class WipeableKey implements SecretKey {
        private static final long serialVersionUID = 1;

        private final transient byte[] bytes;
        private final String algorithm;

        WipeableKey(byte[] bytes, String algorithm) {
            this.bytes = bytes.clone();
            this.algorithm = algorithm;
        }

        @Override
        public String getAlgorithm() {
            return algorithm;
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        /// Conscrypt keeps what it is given as its own: a shared array would be wiped under it.
        @Override
        public byte[] getEncoded() {
            return bytes.clone();
        }

        @Override
        public void destroy() {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
