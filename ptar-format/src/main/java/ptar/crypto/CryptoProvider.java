package ptar.crypto;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/// Who does AES-256-GCM-SIV: both give the same bytes. Chosen once, and only when something is to be sealed or opened:
/// a plain archive loads neither.
public enum CryptoProvider {
    /// BoringSSL through Conscrypt, where its native library loads: 15 times as fast.
    CONSCRYPT("conscrypt") {
        @Override
        SegmentCipher segmentCipher(byte[] runKey) {
            return new ConscryptCipher(runKey);
        }

        @Override
        boolean isAvailable() {
            return ConscryptCipher.isAvailable();
        }

        @Override
        public String description() {
            return "Conscrypt " + ConscryptCipher.version() + " (native)";
        }
    },
    /// Java only: works everywhere.
    BOUNCY_CASTLE("bc") {
        @Override
        SegmentCipher segmentCipher(byte[] runKey) {
            return new BouncyCastleCipher(runKey);
        }

        @Override
        boolean isAvailable() {
            return true;
        }

        @Override
        public String description() {
            return "BouncyCastle " + BouncyCastleCipher.version();
        }
    };

    /// Environment variable and system property that force one: `conscrypt` or `bc`. The property is asked first.
    public static final String VARIABLE = "PTAR_CRYPTO";
    public static final String PROPERTY = "ptar.crypto";

    private static CryptoProvider chosen;

    private final String word;

    CryptoProvider(String word) {
        this.word = word;
    }

    /// For `ptar --version -v`.
    public abstract String description();

    abstract SegmentCipher segmentCipher(byte[] runKey);

    abstract boolean isAvailable();

    /// The provider of this process.
    ///
    /// @throws UncheckedIOException if one is forced that is not known, or does not load
    public static synchronized CryptoProvider chosen() {
        if (chosen == null) {
            chosen = choose(System.getProperty(PROPERTY, System.getenv(VARIABLE)));
        }
        return chosen;
    }

    static CryptoProvider choose(String forced) {
        if (forced == null || forced.isEmpty()) {
            return CONSCRYPT.isAvailable() ? CONSCRYPT : BOUNCY_CASTLE;
        }
        for (CryptoProvider provider : values()) {
            if (provider.word.equals(forced.toLowerCase(Locale.ROOT))) {
                if (!provider.isAvailable()) {
                    throw unusable(forced, "its native library does not load");
                }
                return provider;
            }
        }
        throw unusable(forced, "conscrypt or bc is allowed");
    }

    private static UncheckedIOException unusable(String forced, String why) {
        return new UncheckedIOException(new IOException(VARIABLE + "=" + forced + ": " + why));
    }
}
