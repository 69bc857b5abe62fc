package ptar.cli.options;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import ptar.cli.keys.KeyOptions;
import ptar.cli.location.RemoteOptions;
import ptar.tree.Bytes;

/// What a command line asks for, but for the order-sensitive part, which stays a list. Filled by [SettingsReader].
public final class Settings {
    /// The one main operation; null only together with [#information].
    public Option mode;
    /// `--help`, `--usage`, `--version` or `--show-defaults`: nothing else is done then.
    public Option information;

    /// Null if no `-f` was given.
    public Bytes archive;
    /// Operands, `-C`, `-T`, patterns and their toggles, in their order.
    public final List<Given> selection = new ArrayList<>();
    public int threads;
    /// How to reach S3 and web servers.
    public final RemoteOptions.Builder remote = RemoteOptions.builder();

    public final KeySettings keys = new KeySettings();
    public final CreateSettings create = new CreateSettings();
    public final ExtractSettings extract = new ExtractSettings();
    public final ListSettings listing = new ListSettings();

    public boolean absoluteNames;
    public boolean numericOwner;
    public boolean interactive;
    /// `s/…/…/` expressions, applied one after the other.
    public final List<Bytes> transforms = new ArrayList<>();
    public int stripComponents;
    public boolean showTransformedNames;
    public Bytes startingFile;
    /// 0 without `--occurrence`.
    public long occurrence;

    /// Recorded and restored on request.
    public boolean accessTimes;
    public boolean birthTimes;
    public boolean inodeFlags;

    /// Null where neither the option nor its opposite was given: restored and recorded, but not marked in listings.
    public Boolean acls;
    public Boolean selinux;
    public Boolean xattrs;
    public final List<Bytes> xattrsIncluded = new ArrayList<>();
    public final List<Bytes> xattrsExcluded = new ArrayList<>();

    public int verbosity;
    public boolean totals;
    /// Signal that prints totals, without `SIG`; null if none.
    public String totalsSignal;
    public boolean stats;
    /// Records (10 KiB of archive) between two checkpoints, 0 for none.
    public long checkpoint;
    public final List<Bytes> checkpointActions = new ArrayList<>();
    public Bytes indexFile;
    public final Set<Warning> silenced = EnumSet.noneOf(Warning.class);
    public final Set<Warning> asked = EnumSet.noneOf(Warning.class);

    /// What seals an archive and what opens it.
    public static final class KeySettings {
        /// The archive that is made is sealed: by `--encrypt`, and by whatever names a key for it.
        public boolean encrypt;
        /// The length of the archive that is made is one of few.
        public boolean pad;
        public String passwordFile;
        public String passwordCommand;
        public final List<String> keyFiles = new ArrayList<>();
        public final List<String> recipients = new ArrayList<>();
        public final List<String> identities = new ArrayList<>();

        /// Whether the archive that is read has to be sealed: it says so who names a key.
        public boolean isSealed() {
            return encrypt || !identities.isEmpty();
        }

        public KeyOptions options() {
            return new KeyOptions(passwordFile, passwordCommand, keyFiles, identities, recipients);
        }
    }

    /// What goes into an archive and how.
    public static final class CreateSettings {
        /// zstd's level; null for the default.
        public Integer level;
        /// Raw bytes of a block; 0 for the default.
        public long blockSize;
        public boolean verify;
        public boolean removeFiles;
        public boolean ignoreFailedRead;
        public boolean dereference;
        public boolean hardDereference;
        public boolean oneFileSystem;
        public boolean checkLinks;
        /// Date, or file whose time it is; null without the option.
        public Bytes newer;
        public boolean newerLooksAtChangeTime;
        public Bytes owner;
        public Bytes group;
        public Bytes ownerMap;
        public Bytes groupMap;
        public Bytes modeChanges;
        public Bytes mtime;
        public boolean clampMtime;
        public Bytes mtimeCommand;
        public Bytes mtimeFormat;
    }

    /// How files are put back.
    public static final class ExtractSettings {
        /// Null for the caller's default: yes for root, no for others.
        public Boolean sameOwner;
        public Boolean samePermissions;
        public boolean touch;
        public Overwriting overwriting = Overwriting.REPLACE;
        public boolean unlinkFirst;
        public boolean recursiveUnlink;
        public boolean keepFolderMetadata;
        public boolean keepDirectorySymlink;
        /// A backup control word, empty for the default one; null for no backups.
        public Bytes backup;
        public Bytes backupSuffix;
        public boolean toStdout;
        public Bytes toCommand;
        public boolean ignoreCommandError;
        public boolean oneTopLevel;
        /// Null without `--one-top-level`.
        public Bytes topLevel;
    }

    /// What becomes of a file that is in the way.
    public enum Overwriting { REPLACE, KEEP_AS_ERROR, SKIP, KEEP_NEWER, IN_PLACE }

    /// How names and lines are written.
    public static final class ListSettings {
        public boolean fullTime;
        public boolean utc;
        public String quotingStyle;
        public Bytes quoteChars = Bytes.EMPTY;
        public Bytes noQuoteChars = Bytes.EMPTY;
        public boolean showOmittedFolders;
        /// Names end with NUL and are not quoted.
        public boolean nul;
    }
}
