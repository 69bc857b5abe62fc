package ptar.crypto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import ptar.hash.Blake3;
import ptar.layout.HeaderKey;
import ptar.layout.Suite;

/// The key of an archive, from which every other key of it is derived. Spec §2.2.
///
/// It stays in this one array until [#close] wipes it; the keys it hands out are the caller's to wipe.
public final class MasterKey implements HeaderKey, AutoCloseable {
    public static final int SIZE = 32;
    public static final int SALT_SIZE = 32;

    private static final int MAC_SIZE = 32;
    private static final int GEAR_TABLE_SIZE = 256 * Long.BYTES;

    private final byte[] key;
    private boolean closed;

    private MasterKey(byte[] key) {
        if (key.length != SIZE) {
            throw new IllegalArgumentException("a master key has 32 bytes, not " + key.length);
        }
        this.key = key;
    }

    /// The all-zero key of every plain archive: its MACs and tags find damage, not attackers.
    public static MasterKey plain() {
        return new MasterKey(new byte[SIZE]);
    }

    public static MasterKey random(SecureRandom random) {
        byte[] key = new byte[SIZE];
        random.nextBytes(key);
        return new MasterKey(key);
    }

    /// The same key, wiped on its own.
    public MasterKey copy() {
        return new MasterKey(open().clone());
    }

    /// Takes the array over: it is wiped with this key.
    static MasterKey wrap(byte[] owned) {
        return new MasterKey(owned);
    }

    /// The sealing key of one run (C5).
    ///
    /// @param salt the run's, 32 bytes: fresh for every run, so that a retried or forked append never meets the same
    ///     key with the same nonces
    public byte[] runKey(byte[] salt, int runIndex) {
        if (salt.length != SALT_SIZE) {
            throw new IllegalArgumentException("a run's salt has 32 bytes, not " + salt.length);
        }
        byte[] material = new byte[SIZE + SALT_SIZE + Integer.BYTES];
        ByteBuffer.wrap(material).order(ByteOrder.LITTLE_ENDIAN).put(open()).put(salt).putInt(runIndex);
        try {
            return Blake3.deriveKey(KeyPurpose.RUN_KEY.context(), material, SIZE);
        } finally {
            Arrays.fill(material, (byte) 0);
        }
    }

    @Override
    public byte[] commitment() {
        return derive(KeyPurpose.COMMITMENT);
    }

    @Override
    public byte[] headerMac(ByteBuffer header) {
        return mac(KeyPurpose.HEADER_MAC, header);
    }

    /// 32 bytes over the closing mark's bytes before its MAC.
    public byte[] closingMac(ByteBuffer closing) {
        return mac(KeyPurpose.CLOSING_MAC, closing);
    }

    /// Key of the ids of chunks.
    public byte[] chunkIdKey() {
        return derive(KeyPurpose.CHUNK_ID);
    }

    /// The 256 words of FastCDC's gear table, little-endian: 2,048 bytes of extended output (C8).
    public byte[] gearTable() {
        return Blake3.deriveKey(KeyPurpose.GEAR_TABLE.context(), open(), GEAR_TABLE_SIZE);
    }

    /// The salt of a new run: random in a sealed archive; zeros in a plain one, which holds nothing random.
    public static byte[] newRunSalt(Suite suite) {
        byte[] salt = new byte[SALT_SIZE];
        if (suite.isSealed()) {
            new SecureRandom().nextBytes(salt);
        }
        return salt;
    }

    /// The key itself, to be wrapped and not to be kept.
    byte[] open() {
        if (closed) {
            throw new IllegalStateException("the master key was wiped");
        }
        return key;
    }

    private byte[] derive(KeyPurpose purpose) {
        return Blake3.deriveKey(purpose.context(), open(), SIZE);
    }

    private byte[] mac(KeyPurpose purpose, ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.duplicate().get(bytes);
        byte[] macKey = derive(purpose);
        byte[] mac = new byte[MAC_SIZE];
        Blake3.keyedHash(macKey, bytes, 0, bytes.length, mac, 0);
        Arrays.fill(macKey, (byte) 0);
        return mac;
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(key, (byte) 0);
    }
}
