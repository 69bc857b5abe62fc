package ptar.layout;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import ptar.error.CorruptArchiveException;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;

/// An inner node of the tree. Spec §8.
///
/// @param level 1 above leaves, at most [#MAX_LEVEL]
public record Node(int level, List<Child> children) {
    public static final int MAX_LEVEL = 7;

    /// @param firstPath the child's own first path
    /// @param entries how many entries are below
    /// @param bytes sum of the sizes of the files below
    public record Child(EntryPath firstPath, Pointer pointer, long entries, long bytes) {}

    public void writeTo(ByteWriter out) {
        out.u8(level).varint(children.size());
        Bytes previous = Bytes.EMPTY;
        for (Child child : children) {
            Bytes key = child.firstPath.bytes();
            int shared = previous.commonPrefix(key);
            out.varint(shared).counted(key.slice(shared, key.length()));
            child.pointer.writeTo(out);
            out.varint(child.entries).varint(child.bytes);
            previous = key;
        }
    }

    /// @param level what the parent says it is
    public static Node readFrom(ByteBuffer raw, Pointer.Position at, int level) throws CorruptArchiveException {
        ByteReader in = new ByteReader(raw, "node at " + at);
        int found = in.u8();
        if (found != level || level < 1 || level > MAX_LEVEL) {
            throw in.corrupt("level is " + found + ", expected " + level);
        }
        int count = in.count(4 + Pointer.MIN_SIZE, "number of children");
        if (count == 0) {
            throw in.corrupt("node without children");
        }
        List<Child> children = new ArrayList<>(count);
        EntryPath previous = null;
        for (int i = 0; i < count; i++) {
            Bytes key = in.frontCoded(previous == null ? Bytes.EMPTY : previous.bytes(), EntryPath.MAX_LENGTH);
            EntryPath path = Leaf.readPath(in, key);
            if (previous != null && previous.compareTo(path) >= 0) {
                throw in.corrupt("child '" + path.bytes().brief() + "' does not come after '"
                        + previous.bytes().brief() + "'");
            }
            Pointer pointer = Pointer.readFrom(in, at, level == 1 ? FrameType.LEAF : FrameType.NODE);
            long entries = in.varint(Long.MAX_VALUE, "number of entries");
            children.add(new Child(path, pointer, entries, in.varint(Long.MAX_VALUE, "number of bytes")));
            previous = path;
        }
        in.end();
        return new Node(level, children);
    }
}
