package ptar.cli;

import ptar.cli.match.XattrChoice;
import ptar.cli.options.Settings;
import ptar.cli.options.UsageException;
import ptar.read.RestoreOptions;
import ptar.read.RestoreOptions.Backup;
import ptar.read.RestoreOptions.Existing;
import ptar.tree.Bytes;
import ptar.tree.TargetTree.Restore;
import ptar.tree.posix.Caller;

/// What the options say of restoring over what is there, with tar's defaults for root and for others.
final class RestoreChoices {
    private final Settings settings;
    private final Backup backup;

    /// @throws UsageException for options that can't be, before anything is opened
    RestoreChoices(Settings settings) throws UsageException {
        this.settings = settings;
        this.backup = backup();
    }

    /// To be asked once the archive is open: who runs the program takes a system call, which another thread makes ready
    /// meanwhile, for some 40 ms.
    RestoreOptions options() {
        Settings.ExtractSettings extract = settings.extract;
        boolean isRoot = Caller.isSuperuser();
        XattrChoice xattrs = new XattrChoice(settings);
        Restore what = new Restore(
                extract.sameOwner == null ? isRoot : extract.sameOwner, settings.numericOwner,
                extract.samePermissions == null ? isRoot : extract.samePermissions, !extract.touch,
                settings.accessTimes, xattrs.any(), settings.inodeFlags);
        return new RestoreOptions(
                existing(), extract.recursiveUnlink, extract.keepDirectorySymlink, settings.create.dereference,
                backup, backupSuffix(), what, xattrs);
    }

    private Existing existing() {
        Settings.ExtractSettings extract = settings.extract;
        if (extract.unlinkFirst || extract.recursiveUnlink) {
            return Existing.UNLINK_FIRST;
        }
        return switch (extract.overwriting) {
            case REPLACE -> extract.keepFolderMetadata ? Existing.REPLACE_BUT_FOLDERS : Existing.REPLACE;
            case KEEP_AS_ERROR -> Existing.KEEP;
            case SKIP -> Existing.SKIP;
            case KEEP_NEWER -> Existing.KEEP_NEWER;
            case IN_PLACE -> Existing.OVERWRITE;
        };
    }

    /// `--backup=CONTROL`, else `VERSION_CONTROL`, else numbered where there are numbered ones.
    private Backup backup() throws UsageException {
        if (settings.extract.backup == null) {
            return Backup.NONE;
        }
        String control = settings.extract.backup.toString();
        if (control.isEmpty()) {
            String byEnvironment = System.getenv("VERSION_CONTROL");
            control = byEnvironment == null || byEnvironment.isEmpty() ? "existing" : byEnvironment;
        }
        return switch (control) {
            case "none", "off" -> Backup.NONE;
            case "t", "numbered" -> Backup.NUMBERED;
            case "nil", "existing" -> Backup.NUMBERED_IF_THERE_ARE;
            case "never", "simple" -> Backup.SIMPLE;
            default -> throw new UsageException(
                    UsageException.COMBINATION, "invalid argument '" + control + "' for 'backup type'");
        };
    }

    private Bytes backupSuffix() {
        if (settings.extract.backupSuffix != null) {
            return settings.extract.backupSuffix;
        }
        String byEnvironment = System.getenv("SIMPLE_BACKUP_SUFFIX");
        return Bytes.of(byEnvironment == null || byEnvironment.isEmpty() ? "~" : byEnvironment);
    }
}
