package ptar;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import ptar.Forge.ForgedRun;
import ptar.layout.BlockRef;
import ptar.layout.ByteWriter;
import ptar.layout.FrameType;
import ptar.layout.Journal;
import ptar.layout.Leaf;
import ptar.layout.PackedExtents;
import ptar.layout.Pointer;
import ptar.layout.Root;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.Timestamp;

/// An archive of entries that no tree on a disk has: things below a link, names of one inode that differ in type, and
/// by [#archive(String, String)] names that lead out.
public final class ForgedTree {
    private static final Owner OWNER = new Owner(0, 0, "", "");
    private static final Timestamp TIME = new Timestamp(1_000_000_000, 0);

    private final List<EntryPath> paths = new ArrayList<>();
    private final List<Metadata> metadata = new ArrayList<>();
    private final List<PackedExtents> extents = new ArrayList<>();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    /// Paths are added in increasing order.
    public ForgedTree add(String path, Metadata what, String text) {
        PackedExtents where = new PackedExtents();
        byte[] bytes = Bytes.of(text).toArray();
        if (bytes.length > 0) {
            where.addData(0, content.size(), bytes.length);
            content.writeBytes(bytes);
        }
        paths.add(EntryPath.of(path));
        metadata.add(what.type() == EntryType.FILE ? what.withSize(bytes.length) : what);
        extents.add(where);
        return this;
    }

    public ForgedTree file(String path, String text) {
        return add(path, of(EntryType.FILE, 0644), text);
    }

    public ForgedTree folder(String path, int mode) {
        return add(path, of(EntryType.FOLDER, mode), "");
    }

    public ForgedTree symlink(String path, String target) {
        return add(path, of(EntryType.SYMLINK, 0777).withLinkTarget(Bytes.of(target)), "");
    }

    public static Metadata of(EntryType type, int mode) {
        return Metadata.of(type, mode, OWNER, TIME);
    }

    public byte[] archive() {
        return archive("", "");
    }

    /// @param replaced wherever it stands in the index and the journal
    /// @param by as long, and written as it is, whatever a name may be
    public byte[] archive(String replaced, String by) {
        byte[] from = Bytes.of(replaced).toArray();
        byte[] to = Bytes.of(by).toArray();
        Forge forge = Forge.plain();
        ForgedRun run = forge.newRun();
        Journal.Builder journal = new Journal.Builder();
        for (int i = 0; i < paths.size(); i++) {
            journal.add(i, paths.get(i), metadata.get(i), extents.get(i), 0, extents.get(i).count(), 0, true, false);
        }
        ByteWriter records = new ByteWriter(1 << 10);
        journal.writeTo(records);
        Pointer block = run.block(
                0, content.toByteArray(), Forge.replace(records.toArray(), from, to));
        Leaf.Builder leaf = new Leaf.Builder(number -> new BlockRef(0, block));
        for (int i = 0; i < paths.size(); i++) {
            leaf.add(paths.get(i), metadata.get(i), extents.get(i));
        }
        ByteWriter entries = new ByteWriter(1 << 10);
        leaf.writeTo(entries);
        Pointer top = run.stored(
                FrameType.LEAF, Forge.replace(entries.toArray(), from, to));
        ByteWriter root = new ByteWriter(64);
        new Root(0, List.of(), leaf.count(), leaf.bytes(), 1, top, null).writeTo(root);
        run.end(run.stored(FrameType.ROOT, root.toArray()));
        return forge.close();
    }
}
