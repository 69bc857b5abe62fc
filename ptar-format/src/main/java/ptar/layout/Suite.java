package ptar.layout;

/// How the segments of an archive are protected: byte 56 of the header. Spec §2 and §3.
public enum Suite {
    /// The payload stands as it is, the tag finds damage. The master key is all zero.
    PLAIN(0),
    /// RFC 8452, under a random master key.
    AES_256_GCM_SIV(1);

    private final int code;

    Suite(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public boolean isSealed() {
        return this != PLAIN;
    }

    /// @return null for a suite that is not one of ours
    static Suite ofCodeOrNull(int code) {
        for (Suite suite : values()) {
            if (suite.code == code) {
                return suite;
            }
        }
        return null;
    }
}
