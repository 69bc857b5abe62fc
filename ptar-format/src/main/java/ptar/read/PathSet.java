package ptar.read;

import ptar.tree.Bytes;
import ptar.tree.EntryPath;

/// Which paths have come by, as hashes of 64 bits: 16 bytes for each at most. Two of a million paths are taken for one
/// another with a probability of 2^-25. One thread.
final class PathSet {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long MIX = 0x9e3779b97f4a7c15L;

    /// Open addressing; 0 is free.
    private long[] slots = new long[1 << 10];
    private int size;

    void add(EntryPath path) {
        if (size >= slots.length >> 1) {
            long[] old = slots;
            slots = new long[old.length << 1];
            size = 0;
            for (long hash : old) {
                if (hash != 0) {
                    add(hash);
                }
            }
        }
        add(hash(path));
    }

    boolean contains(EntryPath path) {
        return slots[slotOf(hash(path))] != 0;
    }

    private void add(long hash) {
        int slot = slotOf(hash);
        if (slots[slot] == 0) {
            slots[slot] = hash;
            size++;
        }
    }

    private int slotOf(long hash) {
        int slot = (int) hash & slots.length - 1;
        while (slots[slot] != 0 && slots[slot] != hash) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private static long hash(EntryPath path) {
        Bytes bytes = path.bytes();
        long hash = FNV_OFFSET;
        for (int i = 0; i < bytes.length(); i++) {
            hash = (hash ^ bytes.get(i) & 0xff) * FNV_PRIME;
        }
        hash *= MIX;
        hash ^= hash >>> 32;
        return hash == 0 ? 1 : hash;
    }
}
