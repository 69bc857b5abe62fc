package ptar.read;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ptar.error.CorruptArchiveException;
import ptar.layout.Journal;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;
import ptar.tree.TargetTree;

/// Extracts from a forward reader by the journals: files are written as their blocks arrive. One thread.
public final class ForwardExtractor implements ForwardReader.Visitor, Closeable {
    private final Restorer restorer;
    private final Selection selection;
    private final ExtractListener listener;
    private final DamageListener damage;
    private final HeldContent held;
    /// Entries that have begun and not ended; those that are not extracted have no task.
    private final Map<Long, OpenEntry> open = new HashMap<>();
    private int lastRun = -1;
    private long lastBlock = -1;

    private static final class OpenEntry {
        final FileTask task;
        long fileOffset;

        OpenEntry(FileTask task) {
            this.task = task;
        }
    }

    /// A stretch of the current block's content on its way into a file.
    private record Written(FileTask task, HeldContent.Stretch stretch) {}

    /// Hears of damage that is not of one entry alone.
    @FunctionalInterface
    public interface DamageListener {
        void damage(CorruptArchiveException what, boolean cutShort);
    }

    /// @param target what the restorer restores to: repeated content is read from it again
    /// @param temporaryFolder for content that is held back
    public ForwardExtractor(
            Restorer restorer, TargetTree target, Path temporaryFolder, Selection selection, ExtractListener listener,
            DamageListener damage) {
        this.restorer = restorer;
        this.selection = selection;
        this.listener = listener;
        this.damage = damage;
        held = new HeldContent(temporaryFolder, target);
    }

    @Override
    public void block(ForwardReader.DecodedBlock block) throws IOException {
        if (block.run() != lastRun || block.number() != lastBlock + 1) {
            giveUpOpen("a block that holds part of its content is damaged or missing");
        }
        lastRun = block.run();
        lastBlock = block.number();
        List<Written> written = new ArrayList<>();
        for (Journal.Record record : block.journal()) {
            OpenEntry entry = record.begins() ? begin(record) : open.get(record.entryNumber());
            if (entry == null) {
                continue; // left out, or its beginning was lost
            }
            for (Journal.JournalExtent extent : record.extents()) {
                add(entry, extent, block, written);
            }
            if (record.end()) {
                open.remove(record.entryNumber());
                entry.task.fail(new CorruptArchiveException("ends before its size is reached"));
            }
        }
        hold(block, written);
    }

    private OpenEntry begin(Journal.Record record) {
        EntryPath path = record.path();
        Metadata metadata = record.metadata();
        Bytes name = selection.targetName(path, metadata);
        if (name == null) {
            return null;
        }
        listener.entry(path, metadata, name);
        FileTask task = new FileTask(path, metadata, name, restorer, listener);
        task.done(0);
        OpenEntry entry = new OpenEntry(task);
        if (!record.end()) {
            open.put(record.entryNumber(), entry);
        }
        return entry;
    }

    private void add(
            OpenEntry entry, Journal.JournalExtent extent, ForwardReader.DecodedBlock block,
            List<Written> written) {
        FileTask task = entry.task;
        long at = entry.fileOffset;
        entry.fileOffset += extent.length();
        if (!task.begin()) {
            return;
        }
        if (entry.fileOffset > task.metadata.size()) {
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
                written.add(new Written(
                        task,
                        new HeldContent.Stretch(
                                extent.offset(), extent.length(), task.targetName, at, task.metadata.size())));
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

    /// Remembers where the block's content can be found again. What was written to a file that is not finished may
    /// still be given up or renamed, so such a block is kept itself.
    private void hold(ForwardReader.DecodedBlock block, List<Written> written) throws IOException {
        long length = block.content().byteSize();
        long finished = written.stream()
                .filter(w -> w.task().isFinished())
                .mapToLong(w -> w.stretch().length())
                .sum();
        if (length > 0 && finished == length) {
            held.written(block.run(), block.number(), written.stream().map(Written::stretch).toList());
        } else if (length > 0) {
            held.keep(block);
        }
    }

    private void giveUpOpen(String why) {
        for (OpenEntry entry : open.values()) {
            entry.task.fail(new CorruptArchiveException(why));
        }
        open.clear();
    }

    @Override
    public void damage(CorruptArchiveException what, boolean cutShort) {
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
