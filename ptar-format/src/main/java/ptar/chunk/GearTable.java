package ptar.chunk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import ptar.hash.Blake3;

/// What FastCDC adds to its rolling hash for each value of a byte: 256 longs that look random.
///
/// They are the 2,048 bytes of extended output of BLAKE3 `derive_key` with the context string [#CONTEXT] and 32 bytes
/// of key material, read as 256 little-endian 64-bit words: word `b` belongs to the byte `b` (0 to 255). The key
/// material is the archive's master key; in a plain archive, 32 zero bytes. So without the key nobody can tell where
/// known content would be cut.
public final class GearTable {
    public static final String CONTEXT = "ptar v1 2026-11-22 gear table";
    static final int SIZE = 256;

    private final long[] words = new long[SIZE];

    private GearTable(byte[] keyMaterial) {
        if (keyMaterial.length != Blake3.KEY_SIZE) {
            throw new IllegalArgumentException(
                "key material has " + keyMaterial.length + " bytes, not " + Blake3.KEY_SIZE);
        }
        byte[] bytes = Blake3.deriveKey(CONTEXT, keyMaterial, SIZE * Long.BYTES);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
    }

    /// The table of an encrypted archive with this master key.
    public static GearTable keyed(byte[] masterKey) {
        return new GearTable(masterKey);
    }

    /// The table of every plain archive.
    public static GearTable plain() {
        return new GearTable(new byte[Blake3.KEY_SIZE]);
    }

    /// A copy, for the cutting loop to have in an array of its own.
    long[] words() {
        return words.clone();
    }
}
