package ptar.layout;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import ptar.error.CorruptArchiveException;
import ptar.tree.EntryPath;

/// Closes a snapshot: where its tree is, and where all runs before lie. Spec §9.
///
/// @param earlierRuns in order of their index
/// @param entries,bytes of the whole tree
/// @param height 0 for an empty tree, 1 if it is one leaf, 1 + the top node's level otherwise
/// @param top null for an empty tree
/// @param previous root of the snapshot before, or null
public record Root(
        long snapshot, List<Run> earlierRuns, long entries, long bytes, int height, Pointer top, Pointer previous) {

    public void writeTo(ByteWriter out) {
        out.varint(snapshot).varint(earlierRuns.size());
        for (Run run : earlierRuns) {
            out.varint(run.offset()).varint(run.storedLength()).bytes(run.salt());
        }
        out.varint(entries).varint(bytes).u8(height);
        if (top != null) {
            top.writeTo(out);
        }
        out.u8(previous == null ? 0 : 1);
        if (previous != null) {
            previous.writeTo(out);
        }
        out.varint(0); // attributes
    }

    public static Root readFrom(ByteBuffer raw, Pointer.Position at) throws CorruptArchiveException {
        ByteReader in = new ByteReader(raw, "root at " + at);
        long snapshot = in.varint(Long.MAX_VALUE, "snapshot");
        int runCount = in.count(2 + Run.SALT_SIZE, "number of runs");
        if (runCount != at.run()) {
            throw in.corrupt("lists " + runCount + " runs before run " + at.run());
        }
        List<Run> runs = new ArrayList<>(runCount);
        long free = 0;
        for (int i = 0; i < runCount; i++) {
            long offset = in.varint(Long.MAX_VALUE >> 1, "offset of a run");
            long stored = in.varint(Long.MAX_VALUE >> 1, "length of a run");
            if (offset < free || stored < Run.MIN_STORED_LENGTH) {
                throw in.corrupt("run " + i + " at " + offset + "+" + stored + " out of range");
            }
            free = offset + stored;
            runs.add(new Run(i, offset, stored, in.bytes(Run.SALT_SIZE)));
        }
        long entries = in.varint(Long.MAX_VALUE, "number of entries");
        long bytes = in.varint(Long.MAX_VALUE, "number of bytes");
        int height = in.u8();
        if (height > Node.MAX_LEVEL + 1 || (height == 0) != (entries == 0)) {
            throw in.corrupt("height " + height + " with " + entries + " entries");
        }
        if (entries == 0 && bytes != 0) {
            throw in.corrupt(bytes + " bytes in an empty tree");
        }
        Pointer top = height == 0
                ? null
                : Pointer.readFrom(in, at, height == 1 ? FrameType.LEAF : FrameType.NODE);
        int hasPrevious = in.u8();
        if (hasPrevious > 1) {
            throw in.corrupt("flag of the previous root is " + hasPrevious);
        }
        Pointer previous = hasPrevious == 1 ? Pointer.readFrom(in, at, FrameType.ROOT) : null;
        int attributes = in.count(2, "number of attributes");
        for (int i = 0; i < attributes; i++) {
            in.varint();
            in.counted(in.remaining(), "length of an attribute");
        }
        in.end();
        return new Root(snapshot, runs, entries, bytes, height, top, previous);
    }

    /// What the parent of the top node or leaf would say of it, but for the first path.
    public Node.Child topAsChild() {
        return new Node.Child(EntryPath.ROOT, top, entries, bytes);
    }

}
