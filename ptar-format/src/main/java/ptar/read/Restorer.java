package ptar.read;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import ptar.tree.Bytes;
import ptar.tree.Metadata;
import ptar.tree.SourceFile;
import ptar.tree.TargetTree;
import ptar.tree.TargetTree.TargetFile;

/// Puts entries into a target tree, from several threads: decides what happens to what is in the way, makes parents
/// that are missing, ties hard links, and holds back what must come late.
///
/// Entries may come in any order; but where a link stands in the place of a folder of the archive, only a folder that
/// comes before its content replaces the link, as in tar.
///
/// What can't be restored is told to the listener, entry by entry; nothing is thrown for it but by an [Output], which
/// has told it too. Symbolic links are made and folders get their metadata when [#settle] or [#close] says that all
/// below is there, links first: nothing is ever written through a link of the archive, and folders that forbid writing
/// have their content by then.
///
/// Nothing is lost before its replacement is complete: a new file is created under its own name, one that replaces
/// something under a temporary name (`.ptar-` and eight characters) and renamed when it is finished.
public final class Restorer implements Closeable {
    private static final long APPEND_OR_IMMUTABLE = 0x30;

    /// What takes longer is left as it is: a signal ends the program even if a listener is stuck.
    private static final int MILLIS_TO_COME_TO_REST = 5000;

    private final TargetTree target;
    private final RestoreOptions options;
    private final RestoreListener listener;
    private final RestoredFolders folders;
    private final Placer placer;
    private final HardLinks hardLinks;
    private final Map<Bytes, Metadata> links = new TreeMap<>();
    private final Map<Bytes, Metadata> lateFlags = new TreeMap<>();
    private final Set<FileOutput> open = ConcurrentHashMap.newKeySet();
    /// Held shared while names appear and change in the target; alone by [#stop], so that nothing appears behind it.
    private final ReadWriteLock names = new ReentrantReadWriteLock();
    private volatile boolean isStopped;

    public Restorer(TargetTree target, RestoreOptions options, RestoreListener listener) {
        this.target = target;
        this.options = options;
        this.listener = listener;
        folders = new RestoredFolders(target, options, listener);
        placer = new Placer(target, options, listener, folders);
        hardLinks = new HardLinks(target, placer, listener, this::copy);
    }

    /// Where a file's content goes. One thread at a time. It holds an open file: finish or abandon soon.
    ///
    /// What [#write] and [#finish] throw has been told to the listener already, and the output is abandoned by it.
    public interface Output {
        /// Writes native memory at an offset, in any order; what is never written is a hole.
        void write(MemorySegment data, long offset) throws IOException;

        /// Completes the file: size, metadata, name, and the other names of its hard-link group.
        void finish() throws IOException;

        /// True if the content can be read again under the target name already; false while it has a temporary one.
        boolean isUnderItsName();

        /// Undoes it: what was there before stays. Names of its hard-link group that came meanwhile are told as failed.
        /// Does nothing behind [#finish].
        void abandon();
    }

    /// Restores an entry, or makes ready to.
    ///
    /// @param name in the target; empty for the target's base itself
    /// @return where its content goes; null if there is nothing to write: not a file, kept, failed, or linked to
    ///     another name
    public Output begin(Bytes name, Metadata archived) {
        names.readLock().lock();
        try {
            return isStopped ? null : beginUnlessStopped(name, withoutUnwanted(archived));
        } finally {
            names.readLock().unlock();
        }
    }

    private Output beginUnlessStopped(Bytes name, Metadata metadata) {
        switch (metadata.type()) {
            case FOLDER -> folders.begin(name, metadata, placer);
            case SYMLINK -> {
                synchronized (links) {
                    links.put(name, metadata);
                }
            }
            case FILE -> {
                return beginFile(name, metadata);
            }
            case FIFO -> make(name, metadata, "Cannot mkfifo", at -> target.makeNode(at, metadata));
            case CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET ->
                    make(name, metadata, "Cannot mknod", at -> target.makeNode(at, metadata));
        }
        return null;
    }

    private Metadata withoutUnwanted(Metadata metadata) {
        return metadata.xattrs().isEmpty()
                ? metadata
                : metadata.withXattrs(metadata.xattrs().stream()
                        .filter(xattr -> options.xattrs().test(xattr.name()))
                        .toList());
    }

    // ---- links and nodes

    private interface Action {
        void at(Bytes name) throws IOException;
    }

    private void make(Bytes name, Metadata metadata, String failure, Action action) {
        boolean hasGroup = metadata.hardLinkGroup() >= 0;
        if (hasGroup && hardLinks.join(name, metadata)) {
            return;
        }
        try {
            Placer.Placed<Boolean> placed = placer.place(name, metadata, failure, at -> {
                action.at(at);
                return true;
            });
            if (placed == null) {
                return;
            }
            try {
                target.setMetadata(placed.at(), metadata, options.what(), reporting(name));
                placer.reveal(placed.at(), name);
            } catch (IOException e) {
                target.removeFile(placed.at());
                throw e;
            }
            if (hasGroup && hardLinks.begin(name, metadata)) {
                hardLinks.complete(metadata);
            }
        } catch (IOException e) {
            listener.failed(name, failure + ": " + Placer.reason(e), e);
        }
    }

    private TargetTree.Problems reporting(Bytes name) {
        return (_, kind, cause) -> listener.notRestored(name, kind, cause);
    }

    // ---- files

    private Output beginFile(Bytes name, Metadata metadata) {
        boolean hasGroup = metadata.hardLinkGroup() >= 0;
        if (hasGroup && hardLinks.join(name, metadata)) {
            return null;
        }
        FileOutput output = openFile(name, metadata);
        if (output != null && hasGroup && !output.leadGroup()) {
            output.abandon();
            hardLinks.join(name, metadata);
            return null;
        }
        return output;
    }

    private FileOutput openFile(Bytes name, Metadata metadata) {
        try {
            Placer.Placed<TargetFile> placed = placer.place(name, metadata, "Cannot open", new Placer.Maker<>() {
                @Override
                public TargetFile make(Bytes at) throws IOException {
                    return target.createFile(at);
                }

                @Override
                public TargetFile overwrite(Bytes at, boolean followLink) throws IOException {
                    return target.overwriteFile(at, followLink);
                }
            });
            if (placed == null) {
                return null;
            }
            placed.made().expect(metadata, options.what());
            return new FileOutput(name, metadata, placed);
        } catch (IOException e) {
            listener.failed(name, "Cannot open: " + Placer.reason(e), e);
            return null;
        }
    }

    private final class FileOutput implements Output {
        private final Bytes name;
        private final Metadata metadata;
        private final Placer.Placed<TargetFile> placed;
        private boolean leadsGroup;
        private final ReentrantLock ending = new ReentrantLock();
        private boolean isOver;

        FileOutput(Bytes name, Metadata metadata, Placer.Placed<TargetFile> placed) {
            this.name = name;
            this.metadata = metadata;
            this.placed = placed;
            open.add(this);
        }

        @Override
        public boolean isUnderItsName() {
            return placed.at().equals(name) && target.showsUnfinishedFiles();
        }

        boolean leadGroup() {
            leadsGroup = hardLinks.begin(name, metadata);
            return leadsGroup;
        }

        @Override
        public void write(MemorySegment data, long offset) throws IOException {
            try {
                placed.made().write(data, offset);
            } catch (IOException e) {
                listener.failed(name, "Cannot write: " + Placer.reason(e), e);
                abandon();
                throw e;
            }
        }

        @Override
        public void finish() throws IOException {
            names.readLock().lock();
            ending.lock();
            try {
                finishUnlessOver();
            } finally {
                ending.unlock();
                names.readLock().unlock();
            }
        }

        private void finishUnlessOver() throws IOException {
            if (isOver) {
                throw new IOException("finished or abandoned already: " + name);
            }
            boolean flagsAreLate = needsLateFlags();
            String step = "Cannot close: ";
            try {
                Metadata now = flagsAreLate ? metadata.withInodeFlags(-1) : metadata;
                placed.made().finish(metadata.size(), now, options.what(), reporting(name));
                placed.made().close();
                step = "Cannot rename: ";
                placer.reveal(placed.at(), name);
            } catch (IOException e) {
                listener.failed(name, step + Placer.reason(e), e);
                abandon();
                throw e;
            }
            if (flagsAreLate) {
                setFlagsLate();
            }
            isOver = true;
            open.remove(this);
            if (leadsGroup) {
                hardLinks.complete(metadata);
            }
        }

        /// Nothing that is immutable or for appending only can be renamed or given another name.
        private boolean needsLateFlags() {
            return options.what().inodeFlags() && metadata.inodeFlags() > 0
                    && (metadata.inodeFlags() & APPEND_OR_IMMUTABLE) != 0
                    && (leadsGroup || !placed.at().equals(name));
        }

        private void setFlagsLate() {
            if (leadsGroup) {
                synchronized (lateFlags) {
                    lateFlags.put(name, metadata);
                }
            } else {
                setFlags(name, metadata);
            }
        }

        @Override
        public void abandon() {
            if (undo()) {
                try {
                    placed.made().close();
                } catch (IOException nothingToLose) {
                    // The file is gone.
                }
            }
        }

        boolean hasEnded() {
            ending.lock();
            try {
                return isOver;
            } finally {
                ending.unlock();
            }
        }

        void undoUnlessEnding() {
            if (ending.tryLock()) {
                try {
                    undo();
                } finally {
                    ending.unlock();
                }
            }
        }

        /// @return whether there was something to undo
        boolean undo() {
            ending.lock();
            try {
                return undoUnlessOver();
            } finally {
                ending.unlock();
            }
        }

        private boolean undoUnlessOver() {
            if (isOver) {
                return false;
            }
            isOver = true;
            open.remove(this);
            if (!placed.overwritten()) {
                try {
                    target.removeFile(placed.at());
                } catch (IOException e) {
                    listener.failed(name, "Cannot unlink: " + Placer.reason(e), e);
                }
            }
            if (leadsGroup) {
                hardLinks.abandon(metadata);
            }
            return true;
        }
    }

    /// For a name that can't be linked to the one that has its content.
    private void copy(Bytes from, Bytes name, Metadata metadata) throws IOException {
        FileOutput output = isStopped ? null : openFile(name, metadata);
        if (output == null) {
            return;
        }
        try (SourceFile source = target.openFile(from);
                Arena arena = Arena.ofConfined()) {
            long size = metadata.size();
            MemorySegment memory = arena.allocate(Math.clamp(size, 1, 1 << 20));
            for (long at = 0; at < size; ) {
                SourceFile.Stretch data = source.nextData(at, size);
                for (at = data.start(); at < data.end(); ) {
                    if (isStopped) {
                        return;
                    }
                    long n = source.read(memory.asSlice(0, Math.min(memory.byteSize(), data.end() - at)), at);
                    if (n == 0) {
                        throw new IOException("'" + from + "' was cut short meanwhile");
                    }
                    output.write(memory.asSlice(0, n), at);
                    at += n;
                }
            }
            output.finish();
        } catch (IOException e) {
            if (!output.hasEnded()) {
                throw e;
            } // or the output has told it
        } finally {
            output.abandon();
        }
    }

    // ---- the end

    /// Makes links and sets the metadata of folders, but for what lies at or above a position. Call it when all entries
    /// up to there have come in the archive's order and all their outputs are finished, so that the memory for what is
    /// late stays bounded. A folder that something is restored into afterwards has the wrong time, and one that forbids
    /// writing then refuses it.
    ///
    /// @param position name of an entry in the target that what follows is at or behind; null for all
    public void settle(Bytes position) {
        Map<Bytes, Metadata> settled = new TreeMap<>();
        synchronized (links) {
            Iterator<Map.Entry<Bytes, Metadata>> entries = links.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<Bytes, Metadata> entry = entries.next();
                if (!RestoredFolders.isAtOrAbove(entry.getKey(), position)) {
                    settled.put(entry.getKey(), entry.getValue());
                    entries.remove();
                }
            }
        }
        settled.forEach(this::makeLink);
        folders.settle(position);
    }

    private void makeLink(Bytes name, Metadata metadata) {
        names.readLock().lock();
        try {
            if (!isStopped) {
                make(name, metadata, "Cannot create symlink to '" + metadata.linkTarget() + "'",
                        at -> target.makeSymlink(at, metadata.linkTarget()));
            }
        } finally {
            names.readLock().unlock();
        }
    }

    /// Begins nothing any more. What is begun goes on.
    public void beginNoMore() {
        isStopped = true;
    }

    /// Removes what is not finished and restores nothing more: for a shutdown hook, while other threads may be at work.
    /// Waits for what is being created, renamed or linked, though not for ever.
    public void stop() {
        beginNoMore();
        boolean isAlone = false;
        try {
            isAlone = names.writeLock().tryLock(MILLIS_TO_COME_TO_REST, TimeUnit.MILLISECONDS);
        } catch (InterruptedException undoAtOnce) {
            Thread.currentThread().interrupt();
        }
        try {
            open.forEach(isAlone ? FileOutput::undo : FileOutput::undoUnlessEnding);
        } finally {
            if (isAlone) {
                names.writeLock().unlock();
            }
        }
    }

    /// Abandons what is not finished, then settles everything. The target stays open.
    @Override
    public void close() {
        open.forEach(FileOutput::abandon);
        if (!isStopped) {
            settle(null);
            synchronized (lateFlags) {
                lateFlags.forEach(this::setFlags);
                lateFlags.clear();
            }
        }
    }

    private void setFlags(Bytes name, Metadata metadata) {
        TargetTree.Restore all = options.what();
        TargetTree.Restore flags = new TargetTree.Restore(
                false, all.numericOwner(), all.exactMode(), false, false, false, true);
        try {
            target.setMetadata(name, metadata, flags, reporting(name));
        } catch (IOException e) {
            listener.failed(name, "Cannot restore metadata: " + Placer.reason(e), e);
        }
    }
}
