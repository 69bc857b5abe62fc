package ptar.write;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import ptar.chunk.Chunker;
import ptar.chunk.GearTable;
import ptar.crypto.MasterKey;
import ptar.hash.Blake3;

/// Cuts content into chunks and computes their ids, for any number of threads: each borrows a cutter of its own, as
/// neither a chunker nor a hasher can be shared.
final class ChunkCutters {
    private final GearTable gear;
    private final byte[] chunkIdKey;
    private final ConcurrentLinkedQueue<Cutter> idle = new ConcurrentLinkedQueue<>();

    ChunkCutters(MasterKey key) {
        gear = new GearTable(key.gearTable());
        chunkIdKey = key.chunkIdKey();
    }

    private record Cutter(Chunker chunker, Blake3 hasher) {}

    /// What a stretch of content was cut into.
    ///
    /// @param ids 32 bytes each
    record Chunks(int[] lengths, byte[][] ids) {}

    /// @param length all there is of it: it ends as a file does
    Chunks cut(MemorySegment content, long position, int length) {
        Cutter cutter = idle.poll();
        if (cutter == null) {
            cutter = new Cutter(new Chunker(Chunker.Limits.DEFAULT, gear), Blake3.keyedHasher(chunkIdKey));
        }
        int[] lengths = new int[1 + length / Chunker.Limits.DEFAULT.min()];
        int count = 0;
        for (int done = 0; done < length; done += lengths[count++]) {
            lengths[count] = cutter.chunker.cut(content, position + done, length - done, true);
        }
        byte[][] ids = new byte[count][Blake3.HASH_SIZE];
        long at = position;
        for (int i = 0; i < count; i++) {
            cutter.hasher.update(content, at, lengths[i]).finish(ids[i], 0);
            at += lengths[i];
        }
        idle.add(cutter);
        return new Chunks(Arrays.copyOf(lengths, count), ids);
    }
}
