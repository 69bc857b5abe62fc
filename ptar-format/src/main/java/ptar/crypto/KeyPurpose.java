package ptar.crypto;

/// The context strings of BLAKE3 `derive_key`: one key a purpose, so that no use of a key tells of another. Spec §2.2.
enum KeyPurpose {
    COMMITMENT("commitment"),
    HEADER_MAC("header mac"),
    KEY_FILE_SLOT("key file slot"),
    RECIPIENT_SLOT("recipient slot"),
    RUN_KEY("run key"),
    CLOSING_MAC("closing mac"),
    CHUNK_ID("chunk id"),
    GEAR_TABLE("gear table");

    private final String context;

    KeyPurpose(String suffix) {
        context = "ptar v1 2026-11-22 " + suffix;
    }

    String context() {
        return context;
    }
}
