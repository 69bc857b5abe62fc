/// Reads and writes ptar archives.
module ptar.format {
    exports ptar;         // Trees: the file system of this machine
    exports ptar.write;   // ArchiveWriter: trees into archives
    exports ptar.read;    // ArchiveReader: archives listed, read at random, extracted
    exports ptar.tree;    // what an entry is; the trees on either side
    exports ptar.storage; // bring your own Sink or RangeSource
    exports ptar.crypto;  // keys and key slots
    exports ptar.layout;  // the structures of the specification
    exports ptar.error;
    exports ptar.block;
    exports ptar.chunk;
    exports ptar.hash;
    exports ptar.index;
    exports ptar.segment;
    requires com.github.luben.zstd_jni; // compression of blocks and index pages
    requires org.conscrypt;             // AES-256-GCM-SIV where its native library loads
    requires org.bouncycastle.provider; // AES-256-GCM-SIV everywhere else, and Argon2id
    requires java.net.http;             // archives on web servers
}
