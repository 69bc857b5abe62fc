package ptar.write;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.SourceTree;

/// Walks one operand of a [TreeWalk], a folder before what lies in it, one entry ahead.
final class WalkStream implements Closeable {
    /// Folders held open at the deep end; those above are reached by their path when the walk comes back to them, so
    /// that a tree thousands of levels deep does not need thousands of file descriptors.
    private static final int OPEN_LEVELS = 64;

    private static final Bytes SLASH = Bytes.of("/");

    final WalkOperand operand;
    final int turn;
    private final WalkListener listener;
    private final List<Level> levels = new ArrayList<>();
    private boolean started;
    private Head head;

    WalkStream(WalkOperand operand, int turn, WalkListener listener) {
        this.operand = operand;
        this.turn = turn;
        this.listener = listener;
    }

    /// The entry to be delivered next.
    record Head(
            WalkOperand operand, EntryPath path, Bytes name, Bytes sourcePath, boolean followLink,
            SourceTree.Found found) {
        boolean isFolder() {
            return found.metadata().type() == EntryType.FOLDER;
        }

        boolean isSameFile(Head other) {
            return found.inode() == other.found.inode() && found.device() == other.found.device()
                    && (found.inode() != 0 || sourcePath.equals(other.sourcePath));
        }
    }

    /// A folder being walked.
    private static final class Level {
        final Head folder;
        final List<Bytes> names;
        final WalkFilter filter;
        SourceTree.Folder open;
        int position;

        Level(Head folder, List<Bytes> names, WalkFilter filter, SourceTree.Folder open) {
            this.folder = folder;
            this.names = names;
            this.filter = filter;
            this.open = open;
        }
    }

    Head head() {
        return head;
    }

    /// Moves on to the next entry.
    ///
    /// @return false behind the last
    boolean advance() throws IOException {
        head = null;
        if (!started) {
            started = true;
            start();
        }
        while (head == null && !levels.isEmpty()) {
            Level level = levels.getLast();
            if (level.position < level.names.size()) {
                visit(level, level.names.get(level.position++));
            } else {
                leave();
            }
        }
        return head != null;
    }

    /// Leaves out what lies below the entry last returned by [#advance], if it is a folder.
    void passOverFolder() throws IOException {
        if (!levels.isEmpty() && levels.getLast().folder == head) {
            leave();
        }
    }

    private void start() throws IOException {
        if (!operand.filter().acceptsName(operand.name())) {
            return;
        }
        SourceTree.Found found;
        try {
            found = operand.tree().stat(operand.sourcePath(), operand.followLink());
        } catch (IOException e) {
            listener.cannotStat(operand.name(), e, true);
            return;
        }
        boolean deliver = operand.filter().acceptsFound(operand.name(), found, true);
        arriveAt(
                new Head(
                        operand, operand.path(), operand.name(), operand.sourcePath(), operand.followLink(), found),
                deliver, null);
    }

    private void visit(Level level, Bytes child) throws IOException {
        Head folder = level.folder;
        Bytes name = join(folder.name, child);
        if (!level.filter.acceptsName(name)) {
            return;
        }
        Bytes sourcePath = folder.sourcePath.equals(folder.name) ? name : join(folder.sourcePath, child);
        boolean follow = operand.followAll();
        SourceTree.Found found;
        EntryPath path;
        try {
            found = level.open != null
                    ? level.open.stat(child, follow) : operand.tree().stat(sourcePath, follow);
            path = folder.path.child(child);
        } catch (IOException e) {
            listener.cannotStat(name, e, false);
            return;
        } catch (IllegalArgumentException e) {
            listener.cannotStore(name, e.getMessage());
            return;
        }
        boolean deliver = level.filter.acceptsFound(name, found, false);
        arriveAt(new Head(operand, path, name, sourcePath, follow, found), deliver, level);
    }

    /// Makes what was found the head; a folder is opened first, because what is in it can leave it out.
    ///
    /// @param deliver false if the entry itself is left out, not what lies below it
    private void arriveAt(Head found, boolean deliver, Level parent) throws IOException {
        if (!found.isFolder() || !operand.recurse()) {
            head = deliver ? found : null;
            return;
        }
        if (operand.followAll() && isLoop(found.found)) {
            listener.folderLoop(found.name, found.found);
            return;
        }
        SourceTree.Folder folder = null;
        try {
            folder = parent != null && parent.open != null
                    ? parent.open.openFolder(found.sourcePath.slice(
                            found.sourcePath.lastIndexOf((byte) '/') + 1, found.sourcePath.length()), found.followLink)
                    : operand.tree().openFolder(found.sourcePath, found.followLink);
            enter(found, deliver, folder, parent);
        } catch (IOException e) {
            if (folder != null) {
                folder.close();
            }
            listener.cannotOpenFolder(found.name, e);
            head = deliver ? found : null;
        }
    }

    private void enter(Head found, boolean deliver, SourceTree.Folder folder, Level parent) throws IOException {
        WalkFilter filter = parent == null ? operand.filter() : parent.filter;
        WalkFilter.Below below = filter.below(
                new WalkFilter.OpenedFolder(
                        operand.tree(), found.sourcePath, found.name, found.found, folder.names()),
                parent == null ? null : parent.folder.found);
        head = deliver && below.keepFolder() ? found : null;
        if (below.names().isEmpty()) {
            folder.close();
            return;
        }
        levels.add(new Level(found, below.names(), below.filter(), folder));
        if (levels.size() > OPEN_LEVELS) {
            closeFolder(levels.get(levels.size() - 1 - OPEN_LEVELS));
        }
    }

    private boolean isLoop(SourceTree.Found found) {
        for (Level level : levels) {
            if (found.inode() != 0 && level.folder.found.inode() == found.inode()
                    && level.folder.found.device() == found.device()) {
                return true;
            }
        }
        return false;
    }

    private void leave() throws IOException {
        closeFolder(levels.removeLast());
    }

    private static void closeFolder(Level level) throws IOException {
        if (level.open != null) {
            level.open.close();
            level.open = null;
        }
    }

    private static Bytes join(Bytes folder, Bytes name) {
        boolean closed = !folder.isEmpty() && folder.get(folder.length() - 1) == '/';
        return closed ? folder.concat(name) : folder.concat(SLASH).concat(name);
    }

    @Override
    public void close() throws IOException {
        head = null;
        while (!levels.isEmpty()) {
            leave();
        }
    }
}
