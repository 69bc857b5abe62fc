package ptar.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkTableTest {
    private record Place(int blockNumber, int offset) {}

    @Test
    void agreesWithHashMap() {
        long seed = new Random().nextLong();
        System.out.println("ChunkTableTest.agreesWithHashMap: seed " + seed);
        Random random = new Random(seed);
        Map<ChunkId, Place> expected = new HashMap<>();
        List<ChunkId> ids = new ArrayList<>();
        ChunkTable table = new ChunkTable();
        for (int i = 0; i < 200_000; i++) {
            ChunkId id = !ids.isEmpty() && random.nextInt(3) == 0
                ? ids.get(random.nextInt(ids.size()))
                : randomId(random, i % 7 == 0);
            Place place = new Place(random.nextInt(), random.nextInt());
            int found = table.find(id);
            int previous = table.putIfAbsent(id, place.blockNumber(), place.offset());
            assertEquals(found, previous, "seed " + seed);
            assertEquals(expected.get(id), previous == ChunkTable.ABSENT ? null : place(table, previous),
                    "seed " + seed);
            if (expected.putIfAbsent(id, place) == null) {
                ids.add(id);
            }
        }
        assertEquals(expected.size(), table.size());
        for (int entry = 0; entry < ids.size(); entry++) {
            assertEquals(entry, table.find(ids.get(entry)), "entries are numbered as they come; seed " + seed);
            assertEquals(expected.get(ids.get(entry)), place(table, entry), "seed " + seed);
        }
    }

    @Test
    void tellsIdsApartThatShareTheirSlot() {
        ChunkTable table = new ChunkTable();
        for (int i = 0; i < 3000; i++) {
            assertEquals(ChunkTable.ABSENT, table.putIfAbsent(new ChunkId(0, 0, 0, i), i, 2 * i));
        }
        for (int i = 0; i < 3000; i++) {
            assertEquals(new Place(i, 2 * i), place(table, table.find(new ChunkId(0, 0, 0, i))));
        }
        assertEquals(ChunkTable.ABSENT, table.find(new ChunkId(0, 0, 1, 0)));
    }

    /// Some ids collide in the bits that choose the slot.
    private static ChunkId randomId(Random random, boolean colliding) {
        long word0 = colliding ? random.nextInt(1000) << 8 : random.nextLong();
        return new ChunkId(word0, random.nextLong(), random.nextLong(), random.nextLong());
    }

    private static Place place(ChunkTable table, int entry) {
        return new Place(table.blockNumber(entry), table.offset(entry));
    }
}
