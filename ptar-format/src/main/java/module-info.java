/// Reads and writes ptar archives.
module ptar.format {
    requires com.github.luben.zstd_jni; // compression of blocks and index pages
    requires org.conscrypt;             // AES-256-GCM-SIV where its native library loads
    requires org.bouncycastle.provider; // AES-256-GCM-SIV everywhere else, and Argon2id
}
