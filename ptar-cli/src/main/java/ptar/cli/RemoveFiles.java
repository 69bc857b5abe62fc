package ptar.cli;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ptar.Trees;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.SourceTree;
import ptar.tree.TargetTree;
import ptar.write.EntrySource;

/// `--remove-files`: remembers what was archived and removes it at the end, folders last.
final class RemoveFiles implements EntrySource {
    private final Console console;
    private final EntrySource entries;
    private final List<Item> archived = new ArrayList<>();

    RemoveFiles(Console console, EntrySource entries) {
        this.console = console;
        this.entries = entries;
    }

    @Override
    public Item next() throws IOException {
        Item item = entries.next();
        if (item != null) {
            archived.add(item);
        }
        return item;
    }

    /// @param kept entries whose files stay
    /// @param foundAgain what files were when they were read, where that is not what the walk found
    void run(Set<EntryPath> kept, Map<EntryPath, SourceTree.Found> foundAgain) throws IOException {
        try (TargetTree here = Trees.target(LocalFiles.HERE, true)) {
            for (Item item : archived.reversed()) {
                if (kept.contains(item.path())) {
                    continue;
                }
                boolean isFolder = item.metadata().type() == EntryType.FOLDER;
                try {
                    SourceTree.Found archivedAs = foundAgain.getOrDefault(item.path(), item.found());
                    if (!isFolder && isOther(here, item, archivedAs)) {
                        console.differs(
                                console.shown(item.sourcePath()) + ": file changed since it was archived; not removed");
                        continue;
                    }
                    if (isFolder) {
                        here.removeFolder(item.sourcePath());
                    } else {
                        here.removeFile(item.sourcePath());
                    }
                } catch (NoSuchFileException gone) {
                    // What was to be removed is not there.
                } catch (DirectoryNotEmptyException holdsWhatWasNotArchived) {
                    // A folder stays as long as something is in it.
                } catch (IOException e) {
                    console.error(console.shown(item.sourcePath()) + ": Cannot "
                            + (isFolder ? "rmdir" : "unlink") + ": " + Failure.reason(e));
                }
            }
        }
    }

    /// A file system may give the inode's number to what comes next. Who uses a fifo or a socket changes its time.
    private static boolean isOther(TargetTree here, Item item, SourceTree.Found archivedAs) throws IOException {
        SourceTree.Found found = item.followLink()
                ? here.statFollowing(item.sourcePath()) : here.stat(item.sourcePath());
        if (found == null) {
            return false;
        }
        Metadata now = found.metadata();
        Metadata then = archivedAs.metadata();
        boolean hasContent = now.type() == EntryType.FILE || now.type() == EntryType.SYMLINK;
        return found.inode() != archivedAs.inode() || now.type() != then.type()
                || hasContent && (now.size() != then.size() || !now.modificationTime().equals(then.modificationTime()));
    }

    @Override
    public void close() throws IOException {
        entries.close();
    }
}
