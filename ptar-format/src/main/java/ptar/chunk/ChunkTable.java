package ptar.chunk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/// Where each chunk written so far lies: the table that deduplication asks.
///
/// Entries lie one after another in pages, in the order of their coming, and are named by their number; an open
/// hash index of ints finds them. Both are native memory, so that the heap does not grow with the archive; buffers, as
/// C1 makes ten times the code of a memory segment's accessors. An entry
/// takes 40 bytes and its share of the index 5.3 to 10.7, some 16 more for a moment while the index doubles.
///
/// The slot comes straight from bits of the id. In an encrypted archive ids are keyed, so nobody without the key can
/// choose what collides. In a plain archive they are BLAKE3: who wants to slow the table down has to find
/// contents whose hashes share their lowest bits, at about 2^k tries each for k shared bits, and gains linear
/// probing over those alone.
///
/// Not thread-safe. What it holds depends on the order of calls alone, so that the same calls give the same archive.
public final class ChunkTable {
    /// What [#find] returns for an id that is not there, and [#putIfAbsent] for one that was not.
    public static final int ABSENT = -1;

    private static final int PAGE_BITS = 12;
    private static final int PAGE_ENTRIES = 1 << PAGE_BITS;
    private static final int ID_WORDS = ChunkId.SIZE / Long.BYTES;
    /// The id, then block number and offset in one word.
    private static final int ENTRY_WORDS = ID_WORDS + 1;
    private static final int FIRST_SLOTS = 1 << 10;
    /// 2^28 slots, three quarters full, are the most that a buffer holds. Chunks that come later, behind some 15 TB,
    /// are not remembered.
    private static final int MAX_ENTRIES = (1 << 28) / 4 * 3;

    private LongBuffer[] pages = new LongBuffer[1];
    private int size;

    /// Entry numbers plus one, so that 0 is an empty slot.
    private IntBuffer slots = emptySlots(FIRST_SLOTS);
    private int slotMask = FIRST_SLOTS - 1;

    private static IntBuffer emptySlots(int count) {
        return ByteBuffer.allocateDirect(count * Integer.BYTES).order(ByteOrder.nativeOrder()).asIntBuffer();
    }

    public int size() {
        return size;
    }

    /// The entry of `id`, or [#ABSENT].
    public int find(ChunkId id) {
        return slots.get(slotOf(id)) - 1;
    }

    /// Records where a chunk lies, unless it is known already: the first place stays.
    ///
    /// @return the entry that was there, or [#ABSENT] if the chunk is new
    public int putIfAbsent(ChunkId id, int blockNumber, int offset) {
        int slot = slotOf(id);
        int known = slots.get(slot);
        if (known != 0) {
            return known - 1;
        }
        if (size < MAX_ENTRIES) {
            append(id, blockNumber, offset);
            slots.put(slot, size);
            if (size > (slotMask + 1) / 4 * 3) {
                doubleSlots();
            }
        }
        return ABSENT;
    }

    /// The block that holds the chunk of an entry.
    public int blockNumber(int entry) {
        return (int) (word(entry, ID_WORDS) >>> Integer.SIZE);
    }

    /// Where in its block, uncompressed, the chunk starts.
    public int offset(int entry) {
        return (int) word(entry, ID_WORDS);
    }

    private long word(int entry, int word) {
        return pages[entry >>> PAGE_BITS].get(entry % PAGE_ENTRIES * ENTRY_WORDS + word);
    }

    private boolean holds(int entry, ChunkId id) {
        return word(entry, 0) == id.word0() && word(entry, 1) == id.word1()
                && word(entry, 2) == id.word2() && word(entry, 3) == id.word3();
    }

    /// The slot of the entry with this id, or the empty one where it belongs.
    private int slotOf(ChunkId id) {
        int slot = (int) id.word0() & slotMask;
        int known = slots.get(slot);
        while (known != 0 && !holds(known - 1, id)) {
            slot = slot + 1 & slotMask;
            known = slots.get(slot);
        }
        return slot;
    }

    private void append(ChunkId id, int blockNumber, int offset) {
        int number = size >>> PAGE_BITS;
        if (number == pages.length) {
            pages = Arrays.copyOf(pages, 2 * number);
        }
        if (pages[number] == null) {
            pages[number] = ByteBuffer.allocateDirect(PAGE_ENTRIES * ENTRY_WORDS * Long.BYTES)
                    .order(ByteOrder.nativeOrder()).asLongBuffer();
        }
        int at = size % PAGE_ENTRIES * ENTRY_WORDS;
        pages[number].put(at, id.word0()).put(at + 1, id.word1()).put(at + 2, id.word2()).put(at + 3, id.word3())
                .put(at + 4, (long) blockNumber << Integer.SIZE | Integer.toUnsignedLong(offset));
        size++;
    }

    private void doubleSlots() {
        int count = slotMask + 1;
        slots = emptySlots(2 * count);
        slotMask = 2 * count - 1;
        for (int entry = 0; entry < size; entry++) {
            int slot = (int) word(entry, 0) & slotMask;
            while (slots.get(slot) != 0) {
                slot = slot + 1 & slotMask;
            }
            slots.put(slot, entry + 1);
        }
    }
}
