package ptar.chunk;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Where each chunk written so far lies: the table that deduplication asks.
///
/// Entries lie one after another in pages, in the order of their coming, and are named by their number; an open
/// hash index of ints finds them. Both are native memory, so that the heap does not grow with the archive. An entry
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
    private static final int MAX_SLOTS = 1 << 30;

    private MemorySegment[] pages = new MemorySegment[1];
    private int size;

    /// Entry numbers plus one, so that 0 is an empty slot.
    private MemorySegment slots = Arena.ofAuto().allocate(JAVA_INT, FIRST_SLOTS);
    private int slotMask = FIRST_SLOTS - 1;

    public int size() {
        return size;
    }

    /// The entry of `id`, or [#ABSENT].
    public int find(ChunkId id) {
        return slots.getAtIndex(JAVA_INT, slotOf(id)) - 1;
    }

    /// Records where a chunk lies, unless it is known already: the first place stays.
    ///
    /// @return the entry that was there, or [#ABSENT] if the chunk is new
    public int putIfAbsent(ChunkId id, int blockNumber, int offset) {
        int slot = slotOf(id);
        int known = slots.getAtIndex(JAVA_INT, slot);
        if (known != 0) {
            return known - 1;
        }
        append(id, blockNumber, offset);
        slots.setAtIndex(JAVA_INT, slot, size);
        if (size > (slotMask + 1) / 4 * 3) {
            doubleSlots();
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
        long at = (long) (entry % PAGE_ENTRIES) * ENTRY_WORDS + word;
        return pages[entry >>> PAGE_BITS].getAtIndex(JAVA_LONG, at);
    }

    private boolean holds(int entry, ChunkId id) {
        return word(entry, 0) == id.word0() && word(entry, 1) == id.word1()
                && word(entry, 2) == id.word2() && word(entry, 3) == id.word3();
    }

    /// The slot of the entry with this id, or the empty one where it belongs.
    private int slotOf(ChunkId id) {
        int slot = (int) id.word0() & slotMask;
        int known = slots.getAtIndex(JAVA_INT, slot);
        while (known != 0 && !holds(known - 1, id)) {
            slot = slot + 1 & slotMask;
            known = slots.getAtIndex(JAVA_INT, slot);
        }
        return slot;
    }

    private void append(ChunkId id, int blockNumber, int offset) {
        int number = size >>> PAGE_BITS;
        if (number == pages.length) {
            pages = Arrays.copyOf(pages, 2 * number);
        }
        if (pages[number] == null) {
            pages[number] = Arena.ofAuto().allocate(JAVA_LONG, (long) PAGE_ENTRIES * ENTRY_WORDS);
        }
        MemorySegment page = pages[number];
        long at = (long) (size % PAGE_ENTRIES) * ENTRY_WORDS;
        page.setAtIndex(JAVA_LONG, at, id.word0());
        page.setAtIndex(JAVA_LONG, at + 1, id.word1());
        page.setAtIndex(JAVA_LONG, at + 2, id.word2());
        page.setAtIndex(JAVA_LONG, at + 3, id.word3());
        page.setAtIndex(JAVA_LONG, at + 4, (long) blockNumber << Integer.SIZE | Integer.toUnsignedLong(offset));
        size++;
    }

    private void doubleSlots() {
        int count = slotMask + 1;
        if (count == MAX_SLOTS) {
            throw new IllegalStateException("chunk table is full: " + size + " chunks");
        }
        slots = Arena.ofAuto().allocate(JAVA_INT, 2L * count);
        slotMask = 2 * count - 1;
        for (int entry = 0; entry < size; entry++) {
            int slot = (int) word(entry, 0) & slotMask;
            while (slots.getAtIndex(JAVA_INT, slot) != 0) {
                slot = slot + 1 & slotMask;
            }
            slots.setAtIndex(JAVA_INT, slot, entry + 1);
        }
    }
}
