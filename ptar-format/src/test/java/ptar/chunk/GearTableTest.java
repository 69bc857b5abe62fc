package ptar.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import ptar.hash.Blake3;

class GearTableTest {
    /// As MasterKey#gearTable makes it: the packages do not know each other.
    static byte[] gearTable(byte[] masterKey) {
        return Blake3.deriveKey("ptar v1 2026-11-22 gear table", masterKey, GearTable.SIZE * Long.BYTES);
    }

    /// The cuts of every plain archive hang on these, so they may never change. Computed with BouncyCastle.
    @Test
    void plainTableIsPinned() {
        long[] words = new GearTable(gearTable(new byte[32])).words();
        assertEquals(GearTable.SIZE, words.length);
        assertEquals(0x588adda8b89a2760L, words[0]);
        assertEquals(0xa2bc29eb95be8352L, words[255]);
        assertEquals(-1829643268, Arrays.hashCode(words));
    }

    @Test
    void keyedTableIsPinned() {
        byte[] key = new byte[32];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) i;
        }
        long[] words = new GearTable(gearTable(key)).words();
        assertEquals(0x2dbc4e396c91145cL, words[0]);
        assertEquals(0x817cd21e1db5a672L, words[255]);
        assertEquals(20190922, Arrays.hashCode(words));
    }

    @Test
    void refusesAKeyOfAnotherLength() {
        assertThrows(IllegalArgumentException.class, () -> new GearTable(new byte[16]));
    }
}
