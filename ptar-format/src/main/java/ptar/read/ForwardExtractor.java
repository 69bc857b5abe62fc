package ptar.read;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ptar.error.CorruptArchiveException;
import ptar.layout.Entry;
import ptar.layout.Extent;
import ptar.layout.Journal;
import ptar.layout.Leaf;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;
import ptar.tree.TargetTree;

/// Extracts from a forward reader by the journals: files are written as their blocks arrive. One thread.
public final class ForwardExtractor implements ForwardReader.Visitor, Closeable {
    private static final String LOST_BLOCK = "a block that holds part of its content is damaged or missing";

    private final Restorer restorer;
    private final Selection selection;
    private final ExtractListener listener;
    private final DamageListener damage;
    private final HeldContent held;
    private final boolean inOrder;
    /// The entry that has begun and not ended: its next record comes before another's.
    private OpenEntry open;
    /// The last target name by the order of paths, of the entries so far.
    private EntryPath lastPath;
    private Bytes lastName;
    private int lastRun = -1;
    private long lastBlock = -1;
    private boolean someIsMissing;
    private final PathSet begun = new PathSet();

    /// @param task null for an entry that is not extracted
    private record OpenEntry(long number, FileTask task, long fileOffset) {}

    /// Content of the current block on its way into a file.
    private record Written(FileTask task, int offset, int length, long fileOffset) {}

    /// Hears of damage that is not of one entry alone.
    @FunctionalInterface
    public interface DamageListener {
        void damage(CorruptArchiveException what, boolean cutShort);
    }

    /// @param target what the restorer restores to: repeated content is read from it again
    /// @param temporaryFolder for content that is held back
    /// @param inOrder whether target names come in the archive's order, so that what is behind can be settled
    public ForwardExtractor(
            Restorer restorer, TargetTree target, Path temporaryFolder, Selection selection, boolean inOrder,
            ExtractListener listener, DamageListener damage) {
        this.restorer = restorer;
        this.selection = selection;
        this.inOrder = inOrder;
        this.listener = listener;
        this.damage = damage;
        held = new HeldContent(temporaryFolder, target);
    }

    @Override
    public void block(ForwardReader.DecodedBlock block) throws IOException {
        if (block.run() == lastRun && block.number() <= lastBlock) {
            throw new CorruptArchiveException(
                    "block " + block.number() + " of run " + block.run() + " comes behind block " + lastBlock);
        }
        if (block.run() != lastRun || block.number() != lastBlock + 1) {
            someIsMissing |= block.number() != (block.run() == lastRun ? lastBlock + 1 : 0);
            giveUpOpen(LOST_BLOCK);
        }
        lastRun = block.run();
        lastBlock = block.number();
        List<Written> written = new ArrayList<>();
        for (Journal.Record record : block.journal()) {
            take(record, block, written);
        }
        hold(block, written);
    }

    private void take(Journal.Record record, ForwardReader.DecodedBlock block, List<Written> written)
            throws IOException {
        OpenEntry entry = open;
        open = null;
        if (record.begins()) {
            if (entry != null && entry.task() != null) {
                entry.task().fail(new CorruptArchiveException("another entry begins before its end"));
            }
            entry = begin(record);
        } else if (entry == null || entry.number() != record.entryNumber()) {
            if (!someIsMissing) {
                throw new CorruptArchiveException("block " + block.number() + " of run " + block.run()
                        + " goes on with an entry that has not begun");
            }
            return; // its beginning was in what is missing
        }
        long at = entry.fileOffset();
        for (Journal.JournalExtent extent : record.extents()) {
            if (entry.task() != null) {
                add(entry.task(), at, extent, block, written);
            }
            at += extent.length();
        }
        if (!record.end()) {
            open = new OpenEntry(entry.number(), entry.task(), at);
        } else if (entry.task() != null) {
            entry.task().fail(new CorruptArchiveException("ends before its size is reached"));
        }
    }

    private OpenEntry begin(Journal.Record record) {
        begun.add(record.path());
        return new OpenEntry(record.entryNumber(), taskOrNull(record.path(), record.metadata()), 0);
    }

    /// @return null if the entry is left out
    private FileTask taskOrNull(EntryPath path, Metadata metadata) {
        Bytes name = selection.targetName(path, metadata);
        if (name == null) {
            return null;
        }
        if (lastPath == null || lastPath.compareTo(path) < 0) {
            lastPath = path;
            lastName = name;
        }
        listener.entry(path, metadata, name);
        FileTask task = new FileTask(path, selection.targetMetadata(metadata), name, restorer, listener);
        task.done(0);
        return task;
    }

    private void add(
            FileTask task, long at, Journal.JournalExtent extent, ForwardReader.DecodedBlock block,
            List<Written> written) {
        if (!task.begin()) {
            return;
        }
        if (extent.length() > task.metadata.size() - at) {
            task.fail(new CorruptArchiveException("has more content than its size says"));
            return;
        }
        try {
            if (extent.isHole()) {
                task.done(extent.length());
            } else if (extent.run() == block.run() && extent.block() == block.number()) {
                if (extent.offset() > block.content().byteSize() - extent.length()) {
                    throw new CorruptArchiveException("extent passes the content of block " + block.number());
                }
                task.write(block.content().asSlice(extent.offset(), extent.length()), at);
                written.add(new Written(task, extent.offset(), (int) extent.length(), at));
            } else {
                held.read(extent.run(), extent.block(), extent.offset(), extent.length(), new Placed(task, at));
            }
        } catch (IOException failed) {
            task.fail(failed);
        }
    }

    /// Writes pieces one behind the other.
    private static final class Placed implements HeldContent.Consumer {
        private final FileTask task;
        private long at;

        Placed(FileTask task, long at) {
            this.task = task;
            this.at = at;
        }

        @Override
        public void accept(MemorySegment data) {
            task.write(data, at);
            at += data.byteSize();
        }
    }

    /// Remembers where the block's content can be found again: in files, if they have all of it, else in itself.
    private void hold(ForwardReader.DecodedBlock block, List<Written> written) {
        MemorySegment content = block.content();
        List<HeldContent.Stretch> stretches = new ArrayList<>();
        long covered = 0;
        for (Written w : written) {
            long skip = covered - w.offset();
            // what is repeated within the block is covered already
            for (long at = skip; skip >= 0 && at < w.length() && w.task().isReadable(); ) {
                int n = (int) Math.min(HeldContent.MAX_STRETCH, w.length() - at);
                int offset = (int) (w.offset() + at);
                stretches.add(new HeldContent.Stretch(
                        offset, n, w.task().targetName, w.fileOffset() + at,
                        HeldContent.hashOf(content.asSlice(offset, n))));
                at += n;
                covered = offset + n;
            }
        }
        if (covered < content.byteSize()) {
            held.keep(block);
        } else if (covered > 0) {
            held.written(block.run(), block.number(), stretches);
        }
    }

    @Override
    public boolean wantsLeaves() {
        return someIsMissing;
    }

    @Override
    public void leaf(Leaf leaf) {
        for (Entry entry : leaf.entries()) {
            FileTask task = begun.contains(entry.path()) ? null : taskOrNull(entry.path(), entry.metadata());
            if (task != null) {
                begun.add(entry.path());
                extractHeld(entry, task);
            }
        }
    }

    /// Extracts a file of which no journal told, from what blocks have brought.
    private void extractHeld(Entry entry, FileTask task) {
        long at = 0;
        try {
            for (Extent extent : entry.extents()) {
                if (!task.begin()) {
                    return;
                }
                switch (extent) {
                    case Extent.Data data -> held.read(
                            data.block().pointer().run(), data.block().number(), data.offset(), data.length(),
                            new Placed(task, at));
                    case Extent.Hole hole -> task.done(hole.length());
                    case Extent.More _ -> throw new CorruptArchiveException(LOST_BLOCK);
                }
                at += extent.length();
            }
        } catch (IOException failed) {
            task.fail(failed);
        }
    }

    private void giveUpOpen(String why) {
        if (open != null && open.task() != null) {
            open.task().fail(new CorruptArchiveException(why));
        }
        open = null;
    }

    /// All entries so far are whole, and what follows comes behind them in the order of paths.
    @Override
    public void windowEnd() {
        if (inOrder && lastName != null && !someIsMissing) { // leaves may bring what is missing
            restorer.settle(lastName);
        }
    }

    @Override
    public void damage(CorruptArchiveException what, boolean cutShort) {
        someIsMissing = true;
        damage.damage(what, cutShort);
        if (cutShort) {
            giveUpOpen("the archive is cut short before its end");
        }
    }

    @Override
    public void close() throws IOException {
        giveUpOpen("its end did not come");
        held.close();
    }
}
