package ptar.read;

import java.util.function.Predicate;
import ptar.tree.Bytes;
import ptar.tree.TargetTree.Restore;

/// How entries are restored over what is there already.
///
/// @param recursiveUnlink remove whole trees in the way; goes with [Existing#UNLINK_FIRST]
/// @param keepFolderLinks leave a link to a folder be where the archive has a folder (`--keep-directory-symlink`)
/// @param followLinks write through links when overwriting (`-h --overwrite`)
/// @param backupSuffix of simple backups, `~` in GNU's
/// @param xattrs which to restore, by name
public record RestoreOptions(
        Existing existing,
        boolean recursiveUnlink,
        boolean keepFolderLinks,
        boolean followLinks,
        Backup backup,
        Bytes backupSuffix,
        Restore what,
        Predicate<Bytes> xattrs) {
    /// What happens to something that has an entry's name already; folders that are folders stay in any case.
    public enum Existing {
        /// Replaced when the new one is complete; folders get the archived metadata.
        REPLACE,
        /// As [#REPLACE], but a folder that is there keeps its metadata (`--no-overwrite-dir`).
        REPLACE_BUT_FOLDERS,
        /// Files are written over in place, so that their other names see it (`--overwrite`).
        OVERWRITE,
        /// Removed before the new one is begun (`-U`).
        UNLINK_FIRST,
        /// Stays, and that is a failure (`-k`).
        KEEP,
        /// Stays (`--skip-old-files`).
        SKIP,
        /// Stays unless it is older (`--keep-newer-files`).
        KEEP_NEWER
    }

    public enum Backup { NONE, SIMPLE, NUMBERED, NUMBERED_IF_THERE_ARE }

    /// tar's own defaults, with everything restored that this user may.
    public static RestoreOptions defaults(boolean isRoot) {
        Restore what = new Restore(isRoot, false, isRoot, true, false, true, false);
        return new RestoreOptions(
                Existing.REPLACE, false, false, false, Backup.NONE, Bytes.of("~"), what, _ -> true);
    }
}
