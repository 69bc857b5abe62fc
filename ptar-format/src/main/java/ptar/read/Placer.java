package ptar.read;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.SourceTree.Found;
import ptar.tree.TargetTree;

/// Makes something under a name that may be taken: removes, replaces, backs up or keeps what is there, as the options
/// say. Tries first and looks only when that fails, since mostly nothing is there.
final class Placer {
    private static final Bytes TEMPORARY = Bytes.of(".ptar-");
    private static final String DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// Things appear and vanish while we look: so often at most is it tried again.
    static final int MAX_TRIES = 5;

    private final TargetTree target;
    private final RestoreOptions options;
    private final RestoreListener listener;
    private final RestoredFolders folders;

    /// The folder without numbered backups that was looked through last: none are made where there are none, unless
    /// they are wanted everywhere.
    private volatile Bytes withoutNumbers;

    Placer(TargetTree target, RestoreOptions options, RestoreListener listener, RestoredFolders folders) {
        this.target = target;
        this.options = options;
        this.listener = listener;
        this.folders = folders;
    }

    /// Creates one thing.
    interface Maker<T> {
        /// @throws FileAlreadyExistsException if the name is taken
        /// @throws NoSuchFileException if the parent is missing
        T make(Bytes at) throws IOException;

        /// Opens the file that is there instead.
        default T overwrite(Bytes at, boolean followLink) throws IOException {
            throw new IllegalStateException("not a file: " + at);
        }
    }

    /// @param at the name asked for, or a temporary one beside it, to be [#reveal]ed
    record Placed<T>(T made, Bytes at, boolean overwritten) {}

    /// @param failure what can't be done, for messages: `Cannot open`
    /// @return null if what is there stays, which has been told
    <T> Placed<T> place(Bytes name, Metadata metadata, String failure, Maker<T> maker) throws IOException {
        if (!name.isEmpty() && name.get(name.length() - 1) == '~') {
            withoutNumbers = null; // it may be a numbered backup
        }
        if (options.existing() == RestoreOptions.Existing.UNLINK_FIRST && !unlinkFirst(name)) {
            return null;
        }
        for (int tries = 1; ; tries++) {
            try {
                return new Placed<>(maker.make(name), name, false);
            } catch (NoSuchFileException e) {
                if (!folders.makeParents(name) || tries >= MAX_TRIES) {
                    throw e;
                }
            } catch (FileAlreadyExistsException e) {
                Found found = target.stat(name);
                if (tries >= MAX_TRIES) {
                    throw e;
                }
                if (found == null) {
                    continue;
                }
                if (!mayReplace(name, found, metadata, failure, e)) {
                    return null;
                }
                if (found.metadata().type() == EntryType.FOLDER) {
                    removeEmpty(name, e);
                } else if (isOverwritten(name, found, metadata)) {
                    boolean isLink = found.metadata().type() == EntryType.SYMLINK;
                    return new Placed<>(maker.overwrite(name, isLink), name, true);
                } else {
                    return makeBeside(name, maker);
                }
            }
        }
    }

    /// @return whether the way is clear
    boolean unlinkFirst(Bytes name) {
        try {
            Found found = target.stat(name);
            if (found != null && found.metadata().type() == EntryType.FOLDER) {
                if (folders.isRestored(name)) {
                    return true;
                }
                if (options.recursiveUnlink()) {
                    removeBelow(name);
                }
                target.removeFolder(name);
            } else if (found != null) {
                target.removeFile(name);
            }
            return true;
        } catch (NoSuchFileException gone) {
            return true;
        } catch (IOException e) {
            listener.failed(name, "Cannot unlink: " + reason(e), e);
            return false;
        }
    }

    private void removeBelow(Bytes folder) throws IOException {
        for (Bytes name : target.names(folder)) {
            Bytes path = child(folder, name);
            Found found = target.stat(path);
            if (found != null && found.metadata().type() == EntryType.FOLDER) {
                removeBelow(path);
                target.removeFolder(path);
            } else {
                target.removeFile(path);
            }
        }
    }

    /// Tells what stays.
    boolean mayReplace(Bytes name, Found found, Metadata metadata, String failure, IOException cause) {
        boolean isFolder = found.metadata().type() == EntryType.FOLDER;
        boolean isBackedUp = options.backup() != RestoreOptions.Backup.NONE && !isFolder;
        switch (options.existing()) {
            case KEEP -> {
                if (!isBackedUp) {
                    listener.failed(name, failure + ": File exists", cause);
                    return false;
                }
            }
            case SKIP -> {
                if (!isBackedUp) {
                    listener.kept(name, RestoreListener.Kept.EXISTING);
                    return false;
                }
            }
            case KEEP_NEWER -> {
                if (!isFolder && found.metadata().modificationTime().compareTo(metadata.modificationTime()) >= 0) {
                    listener.kept(name, RestoreListener.Kept.NEWER);
                    return false;
                }
            }
            case REPLACE, REPLACE_BUT_FOLDERS, OVERWRITE, UNLINK_FIRST -> { }
        }
        return true;
    }

    private void removeEmpty(Bytes name, IOException exists) throws IOException {
        if (folders.isRestored(name)) {
            throw exists;
        }
        try {
            target.removeFolder(name);
        } catch (DirectoryNotEmptyException e) {
            throw exists;
        }
    }

    private boolean isOverwritten(Bytes name, Found found, Metadata metadata) throws IOException {
        if (options.existing() != RestoreOptions.Existing.OVERWRITE || metadata.type() != EntryType.FILE
                || options.backup() != RestoreOptions.Backup.NONE) {
            return false;
        }
        if (found.metadata().type() == EntryType.SYMLINK && options.followLinks()) {
            Found behind = target.statFollowing(name);
            return behind != null && behind.metadata().type() == EntryType.FILE;
        }
        return found.metadata().type() == EntryType.FILE;
    }

    private <T> Placed<T> makeBeside(Bytes name, Maker<T> maker) throws IOException {
        for (int tries = 1; ; tries++) {
            Bytes at = temporaryName(name);
            try {
                return new Placed<>(maker.make(at), at, false);
            } catch (FileAlreadyExistsException e) {
                if (tries >= MAX_TRIES) {
                    throw e;
                }
            }
        }
    }

    private static Bytes temporaryName(Bytes name) {
        StringBuilder random = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            random.append(DIGITS.charAt(ThreadLocalRandom.current().nextInt(DIGITS.length())));
        }
        return child(RestoredFolders.parent(name), TEMPORARY.concat(Bytes.of(random.toString())));
    }

    // ---- giving what was made its name

    /// Renames what was made beside a name to that name, what has it now to its backup's.
    void reveal(Bytes at, Bytes name) throws IOException {
        if (at.equals(name)) {
            return;
        }
        Bytes backup = backUp(name);
        try {
            target.rename(at, name);
        } catch (IOException e) {
            if (backup != null) {
                target.rename(backup, name);
            }
            throw e;
        }
        if (backup != null) {
            listener.backedUp(name, backup);
        }
    }

    /// Moves what is there out of the way if backups are wanted; folders are not backed up.
    ///
    /// @return the backup's name; null if there is none
    Bytes backUp(Bytes name) throws IOException {
        if (options.backup() == RestoreOptions.Backup.NONE) {
            return null;
        }
        Found found = target.stat(name);
        if (found == null || found.metadata().type() == EntryType.FOLDER) {
            return null;
        }
        Bytes backup = backupName(name);
        target.rename(name, backup);
        return backup;
    }

    private Bytes backupName(Bytes name) throws IOException {
        if (options.backup() != RestoreOptions.Backup.SIMPLE) {
            long newest = newestBackup(name);
            if (newest > 0 || options.backup() == RestoreOptions.Backup.NUMBERED) {
                return name.concat(Bytes.of(".~" + (newest + 1) + "~"));
            }
        }
        return name.concat(options.backupSuffix());
    }

    private long newestBackup(Bytes name) throws IOException {
        Bytes folder = RestoredFolders.parent(name);
        if (folder.equals(withoutNumbers) && options.backup() != RestoreOptions.Backup.NUMBERED) {
            return 0;
        }
        Bytes prefix = name.slice(folder.isEmpty() ? 0 : folder.length() + 1, name.length()).concat(Bytes.of(".~"));
        long newest = 0;
        boolean hasNumbers = false;
        List<Bytes> names = target.names(folder);
        for (Bytes other : names) {
            boolean isBackup = other.get(other.length() - 1) == '~';
            hasNumbers |= isBackup && other.indexOf((byte) '~', 0) < other.length() - 1;
            if (isBackup && other.startsWith(prefix)) {
                String number = other.slice(prefix.length(), other.length() - 1).toString();
                if (number.matches("[1-9][0-9]{0,17}")) {
                    newest = Math.max(newest, Long.parseLong(number));
                }
            }
        }
        if (!hasNumbers) {
            withoutNumbers = folder;
        }
        return newest;
    }

    // ---- helpers

    static Bytes child(Bytes folder, Bytes name) {
        boolean needsSlash = !folder.isEmpty() && folder.get(folder.length() - 1) != '/';
        return folder.concat(Bytes.of(needsSlash ? "/" : "")).concat(name);
    }

    /// The platform's text without the name in front.
    static String reason(IOException e) {
        boolean hasReason = e instanceof FileSystemException f && f.getReason() != null;
        return hasReason ? ((FileSystemException) e).getReason() : String.valueOf(e.getMessage());
    }
}
