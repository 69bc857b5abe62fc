package ptar.read;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceTree.Found;
import ptar.tree.TargetTree;
import ptar.tree.TargetTree.Restore;
import ptar.tree.Timestamp;

/// Makes folders at once, so that we can write into them, and gives them their metadata when all below is there.
final class RestoredFolders {
    private static final Restore MASKED_MODE = new Restore(false, false, false, false, false, false, false);
    private static final Restore EXACT_MODE = new Restore(false, false, true, false, false, false, false);
    private static final Restore MODE_AND_TIME = new Restore(false, false, true, true, false, false, false);

    private static final int USABLE = 0700;
    private static final Metadata IMPLIED =
            Metadata.of(EntryType.FOLDER, 0777, new Owner(0, 0, "", ""), new Timestamp(0, 0));

    private final TargetTree target;
    private final RestoreOptions options;
    private final RestoreListener listener;

    /// By increasing name, so that a folder stands before all that is below it.
    private final TreeMap<Bytes, Late> late = new TreeMap<>();

    /// Made because something below was restored; their own entries may come yet.
    private final Set<Bytes> implied = new HashSet<>();

    private record Late(Metadata metadata, Restore what) {}

    RestoredFolders(TargetTree target, RestoreOptions options, RestoreListener listener) {
        this.target = target;
        this.options = options;
        this.listener = listener;
    }

    /// Whether this folder is there for an entry of this run or for something below it.
    synchronized boolean isRestored(Bytes name) {
        return late.containsKey(name) || implied.contains(name);
    }

    synchronized void begin(Bytes name, Metadata metadata, Placer placer) {
        if (isRestored(name)) {
            late.put(name, new Late(metadata, options.what()));
            return;
        }
        boolean isBase = name.isEmpty();
        if (!isBase && options.existing() == RestoreOptions.Existing.UNLINK_FIRST && !placer.unlinkFirst(name)) {
            return;
        }
        try {
            make(name, metadata, placer);
        } catch (IOException e) {
            listener.failed(name, "Cannot mkdir: " + Placer.reason(e), e);
        }
    }

    private void make(Bytes name, Metadata metadata, Placer placer) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                target.makeFolder(name);
                late.put(name, new Late(metadata, options.what()));
                return;
            } catch (NoSuchFileException e) {
                if (tries >= Placer.MAX_TRIES || !makeParents(name)) {
                    throw e;
                }
            } catch (FileAlreadyExistsException e) {
                Found found = target.stat(name);
                if (tries >= Placer.MAX_TRIES) {
                    throw e;
                }
                if (found != null && found.metadata().type() == EntryType.FOLDER) {
                    takeOver(name, found.metadata(), metadata);
                    return;
                }
                if (found != null && found.metadata().type() == EntryType.SYMLINK && options.keepFolderLinks()
                        && leadsToFolder(name)) {
                    return;
                }
                if (found != null && !placer.mayReplace(name, found, metadata, "Cannot mkdir", e)) {
                    return;
                }
                if (found != null && placer.backUp(name) == null) {
                    target.removeFile(name);
                }
            }
        }
    }

    private boolean leadsToFolder(Bytes name) throws IOException {
        Found found = target.statFollowing(name);
        return found != null && found.metadata().type() == EntryType.FOLDER;
    }

    private void takeOver(Bytes name, Metadata found, Metadata archived) throws IOException {
        switch (options.existing()) {
            case REPLACE, OVERWRITE -> late.put(name, new Late(archived, options.what()));
            case REPLACE_BUT_FOLDERS -> late.put(name, new Late(found, MODE_AND_TIME));
            case SKIP -> listener.kept(name, RestoreListener.Kept.EXISTING);
            case KEEP, KEEP_NEWER, UNLINK_FIRST -> { }
        }
        if (late.containsKey(name) && (found.mode() & USABLE) != USABLE) {
            target.setMetadata(name, found.withMode(found.mode() | USABLE), EXACT_MODE, reporting(name));
        }
    }

    /// Makes the folders above a name that are missing, as `mkdir -p` does.
    ///
    /// @return whether the parent is there now, as far as we know
    /// @throws IOException if one can't be made
    synchronized boolean makeParents(Bytes name) throws IOException {
        Deque<Bytes> missing = new ArrayDeque<>();
        Set<Bytes> tried = new HashSet<>(); // one that is there and yet not a parent is a link that leads nowhere
        missing.push(parent(name));
        while (!missing.isEmpty()) {
            Bytes folder = missing.peek();
            if (folder.isEmpty()) {
                missing.pop();
                continue;
            }
            try {
                target.makeFolder(folder);
                implied.add(folder);
                target.setMetadata(folder, IMPLIED, MASKED_MODE, reporting(folder));
                missing.pop();
            } catch (FileAlreadyExistsException e) {
                missing.pop();
            } catch (NoSuchFileException e) {
                if (!tried.add(parent(folder))) {
                    return false;
                }
                missing.push(parent(folder));
            }
        }
        return true;
    }

    /// Gives folders their metadata, the deepest first, but for those at or above a position where more is to come.
    ///
    /// @param position null for all
    void settle(Bytes position) {
        TreeMap<Bytes, Late> settled = new TreeMap<>();
        synchronized (this) {
            Iterator<Map.Entry<Bytes, Late>> entries = late.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<Bytes, Late> entry = entries.next();
                if (!isAtOrAbove(entry.getKey(), position)) {
                    settled.put(entry.getKey(), entry.getValue());
                    entries.remove();
                }
            }
            implied.removeIf(name -> !isAtOrAbove(name, position));
        }
        settled.descendingMap().forEach((name, folder) -> {
            try {
                target.setMetadata(name, folder.metadata(), folder.what(), reporting(name));
            } catch (IOException e) {
                listener.failed(name, "Cannot restore metadata: " + Placer.reason(e), e);
            }
        });
    }

    private TargetTree.Problems reporting(Bytes name) {
        return (_, kind, cause) -> listener.notRestored(name, kind, cause);
    }

    /// @param position null for one behind everything
    static boolean isAtOrAbove(Bytes folder, Bytes position) {
        return position != null
                && (folder.isEmpty()
                        || position.startsWith(folder)
                                && (position.length() == folder.length() || position.get(folder.length()) == '/'));
    }

    /// Empty for a name without a folder in front.
    static Bytes parent(Bytes name) {
        int slash = name.lastIndexOf((byte) '/');
        return name.slice(0, slash == 0 ? 1 : Math.max(slash, 0));
    }
}
