package ptar.chunk;

import java.util.Arrays;

/// Where each chunk written so far lies: the table that deduplication asks.
///
/// Entries lie one after another in pages, in the order of their coming, and are named by their number; an open
/// hash index of ints finds them. An entry takes 44 bytes and its share of the index 5.3 to 10.7, half as much again
/// for a moment while the index doubles.
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
    private static final int FIRST_SLOTS = 1 << 10;
    private static final int MAX_SLOTS = 1 << 30;

    private record Page(long[] ids, long[] places, int[] lengths) {
        Page() {
            this(new long[PAGE_ENTRIES * ID_WORDS], new long[PAGE_ENTRIES], new int[PAGE_ENTRIES]);
        }

        boolean holds(int entry, ChunkId id) {
            int at = entry * ID_WORDS;
            return ids[at] == id.word0() && ids[at + 1] == id.word1()
                && ids[at + 2] == id.word2() && ids[at + 3] == id.word3();
        }
    }

    private Page[] pages = new Page[1];
    private int size;

    /// Entry numbers plus one, so that 0 is an empty slot.
    private int[] slots = new int[FIRST_SLOTS];

    public int size() {
        return size;
    }

    /// The entry of `id`, or [#ABSENT].
    public int find(ChunkId id) {
        return slots[slotOf(id)] - 1;
    }

    /// Records where a chunk lies, unless it is known already: the first place stays.
    ///
    /// @return the entry that was there, or [#ABSENT] if the chunk is new
    public int putIfAbsent(ChunkId id, int blockNumber, int offset, int length) {
        int slot = slotOf(id);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        append(id, blockNumber, offset, length);
        slots[slot] = size;
        if (size > slots.length / 4 * 3) {
            doubleSlots();
        }
        return ABSENT;
    }

    /// The block that holds the chunk of an entry.
    public int blockNumber(int entry) {
        return (int) (place(entry) >>> Integer.SIZE);
    }

    /// Where in its block, uncompressed, the chunk starts.
    public int offset(int entry) {
        return (int) place(entry);
    }

    public int length(int entry) {
        return page(entry).lengths[entry % PAGE_ENTRIES];
    }

    private long place(int entry) {
        return page(entry).places[entry % PAGE_ENTRIES];
    }

    private Page page(int entry) {
        return pages[entry >>> PAGE_BITS];
    }

    /// The slot of the entry with this id, or the empty one where it belongs.
    private int slotOf(ChunkId id) {
        int slot = (int) id.word0() & slots.length - 1;
        while (slots[slot] != 0) {
            int entry = slots[slot] - 1;
            if (page(entry).holds(entry % PAGE_ENTRIES, id)) {
                break;
            }
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private void append(ChunkId id, int blockNumber, int offset, int length) {
        int number = size >>> PAGE_BITS;
        if (number == pages.length) {
            pages = Arrays.copyOf(pages, 2 * number);
        }
        if (pages[number] == null) {
            pages[number] = new Page();
        }
        Page page = pages[number];
        int entry = size % PAGE_ENTRIES;
        int at = entry * ID_WORDS;
        page.ids[at] = id.word0();
        page.ids[at + 1] = id.word1();
        page.ids[at + 2] = id.word2();
        page.ids[at + 3] = id.word3();
        page.places[entry] = (long) blockNumber << Integer.SIZE | Integer.toUnsignedLong(offset);
        page.lengths[entry] = length;
        size++;
    }

    private void doubleSlots() {
        if (slots.length == MAX_SLOTS) {
            throw new IllegalStateException("chunk table is full: " + size + " chunks");
        }
        slots = new int[2 * slots.length];
        for (int entry = 0; entry < size; entry++) {
            int slot = (int) page(entry).ids[entry % PAGE_ENTRIES * ID_WORDS] & slots.length - 1;
            while (slots[slot] != 0) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = entry + 1;
        }
    }
}
