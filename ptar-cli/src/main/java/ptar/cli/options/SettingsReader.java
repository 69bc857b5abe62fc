package ptar.cli.options;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import ptar.cli.location.RemoteOptions;
import ptar.tree.Bytes;
import ptar.write.WriteOptions;

/// Turns options as they were given into [Settings], and refuses what makes no sense together.
public final class SettingsReader {
    /// Of `--best`: the way to one file is still short, and all processors have work sooner than with the largest.
    private static final int BEST_BLOCK_SIZE = 48 << 20;
    private static final String MODES = "'-Acdtrux', '--delete' or '--test-label'";

    private final Settings settings = new Settings();

    private SettingsReader() {}

    /// @param fromEnvironment options of `TAR_OPTIONS`
    /// @param arguments options and operands of the command line
    public static Settings read(List<Given> fromEnvironment, List<Given> arguments) throws UsageException {
        SettingsReader reader = new SettingsReader();
        for (Given given : fromEnvironment) {
            if (given.option() == Option.OPERAND) {
                throw new UsageException(
                        UsageException.COMBINATION,
                        "non-option arguments in TAR_OPTIONS or PTAR_OPTIONS: '" + given.text() + "'");
            }
            reader.take(given);
        }
        for (Given given : arguments) {
            reader.take(given);
        }
        reader.check();
        return reader.settings;
    }

    private void take(Given given) throws UsageException {
        switch (given.option().use()) {
            case MODE -> mode(given.option());
            case SELECTION -> settings.selection.add(given);
            case SETTING -> setting(given);
            case IGNORED -> ignored(given);
            case IMPOSSIBLE -> throw new UsageException(
                    UsageException.OPTIONS, "option '" + given.typed() + "' is not supported: " + reason(given));
        }
    }

    private static String reason(Given given) {
        return switch (given.option()) {
            case LISTED_INCREMENTAL, INCREMENTAL, SHOW_SNAPSHOT_FIELD_RANGES ->
                "there are no incremental dumps, repeated content is stored once instead";
            default -> "an archive has one volume";
        };
    }

    private void mode(Option mode) throws UsageException {
        if (settings.mode != null && settings.mode != mode) {
            throw new UsageException(
                    UsageException.COMBINATION, "You may not specify more than one " + MODES + " option");
        }
        settings.mode = mode;
    }

    private void setting(Given given) throws UsageException {
        switch (given.option()) {
            case HELP, USAGE, VERSION, SHOW_DEFAULTS -> {
                settings.information = settings.information == null ? given.option() : settings.information;
            }
            case FILE -> {
                if (settings.archive != null && !settings.archive.equals(given.value())) {
                    throw new UsageException(
                            UsageException.COMBINATION, "Multiple archive files are not supported");
                }
                settings.archive = given.value();
            }
            case THREADS -> settings.threads = (int) number(given, 1, 1024, "number of threads");
            case ABSOLUTE_NAMES -> settings.absoluteNames = true;
            case NUMERIC_OWNER -> settings.numericOwner = true;
            case INTERACTIVE -> settings.interactive = true;
            case TRANSFORM -> settings.transforms.add(given.value());
            case STRIP_COMPONENTS ->
                settings.stripComponents = (int) number(given, 0, Integer.MAX_VALUE, "number of elements");
            case SHOW_TRANSFORMED_NAMES -> settings.showTransformedNames = true;
            case STARTING_FILE -> settings.startingFile = given.value();
            case OCCURRENCE ->
                settings.occurrence = given.value() == null ? 1 : number(given, 1, Long.MAX_VALUE, "number");
            case ACCESS_TIME -> settings.accessTimes = true;
            case BIRTH_TIME -> settings.birthTimes = true;
            case INODE_FLAGS -> settings.inodeFlags = true;
            case ACLS -> settings.acls = true;
            case NO_ACLS -> settings.acls = false;
            case SELINUX -> settings.selinux = true;
            case NO_SELINUX -> settings.selinux = false;
            case XATTRS -> settings.xattrs = true;
            case NO_XATTRS -> settings.xattrs = false;
            case XATTRS_INCLUDE -> {
                settings.xattrs = true;
                settings.xattrsIncluded.add(given.value());
            }
            case XATTRS_EXCLUDE -> {
                settings.xattrs = true;
                settings.xattrsExcluded.add(given.value());
            }
            case VERBOSE, TOTALS, STATS, CHECKPOINT, CHECKPOINT_ACTION, INDEX_FILE, WARNING -> telling(given);
            case FULL_TIME, UTC, QUOTING_STYLE, QUOTE_CHARS, NO_QUOTE_CHARS, SHOW_OMITTED_DIRS -> listing(given);
            case COMPRESSION_LEVEL, FAST, BEST, BLOCK_SIZE, VERIFY, REMOVE_FILES, IGNORE_FAILED_READ, DEREFERENCE,
                    HARD_DEREFERENCE, ONE_FILE_SYSTEM, NEWER, NEWER_MTIME, CHECK_LINKS, OWNER, GROUP, OWNER_MAP,
                    GROUP_MAP, MODE_CHANGES, MTIME, CLAMP_MTIME, SET_MTIME_COMMAND, SET_MTIME_FORMAT,
                    ATIME_PRESERVE -> creating(given);
            case ENDPOINT_URL, REGION, PROFILE, S3_PATH_STYLE, NO_SIGN_REQUEST, REQUESTER_PAYS, STORAGE_CLASS, SSE,
                    SSE_KMS_KEY_ID, S3_TAG, S3_PART_SIZE, S3_PARALLEL, S3_METADATA, EXPECTED_SIZE,
                    OVERWRITE_ARCHIVE, CA_BUNDLE -> reaching(given);
            case PAD -> settings.keys.pad = true;
            case ENCRYPT, PASSWORD_FILE, PASSWORD_COMMAND, KEY_FILE, RECIPIENT, IDENTITY -> sealing(given);
            default -> extracting(given);
        }
    }

    private void reaching(Given given) throws UsageException {
        RemoteOptions.Builder remote = settings.remote;
        switch (given.option()) {
            case ENDPOINT_URL -> remote.endpoint(given.verbatim());
            case REGION -> remote.region(given.verbatim());
            case PROFILE -> remote.profile(given.verbatim());
            case S3_PATH_STYLE -> remote.pathStyle(given.value() == null || isYes(given));
            case NO_SIGN_REQUEST -> remote.sign(false);
            case REQUESTER_PAYS -> remote.requesterPays(true);
            case STORAGE_CLASS -> remote.storageClass(given.verbatim());
            case SSE -> remote.sse(given.verbatim());
            case SSE_KMS_KEY_ID -> remote.sseKmsKeyId(given.verbatim());
            case S3_TAG -> {
                String tag = given.verbatim();
                int equals = tag.indexOf('=');
                if (equals <= 0) {
                    throw new UsageException(
                            UsageException.COMBINATION, given.text() + ": a tag is written KEY=VALUE");
                }
                remote.tag(tag.substring(0, equals), tag.substring(equals + 1));
            }
            case S3_PART_SIZE -> remote.partSize(SizeText.parse(given));
            case S3_PARALLEL -> remote.parallel((int) number(given, 1, 1000, "number of requests"));
            case S3_METADATA -> remote.metadata(true);
            case EXPECTED_SIZE -> remote.expectedSize(SizeText.parse(given));
            case OVERWRITE_ARCHIVE -> remote.overwrite(true);
            default -> remote.caBundle(Path.of(given.verbatim()));
        }
    }

    /// A key that is named for a new archive asks for encryption: nobody names one to get a plain archive.
    private void sealing(Given given) throws UsageException {
        Settings.KeySettings keys = settings.keys;
        switch (given.option()) {
            case PASSWORD_FILE -> keys.passwordFile = given.verbatim();
            case PASSWORD_COMMAND -> keys.passwordCommand = given.verbatim();
            case KEY_FILE -> keys.keyFiles.add(given.verbatim());
            case RECIPIENT -> keys.recipients.add(given.verbatim());
            case IDENTITY -> keys.identities.add(given.verbatim());
            default -> { /* --encrypt */ }
        }
        keys.encrypt |= given.option() != Option.IDENTITY;
    }

    /// What is accepted and does nothing: a wrong argument is a mistake all the same.
    private static void ignored(Given given) throws UsageException {
        switch (given.option()) {
            case SORT -> oneOf(given, "none", "name", "inode");
            case HOLE_DETECTION -> oneOf(given, "raw", "seek");
            case FORMAT -> oneOf(given, "gnu", "oldgnu", "pax", "posix", "ustar", "v7");
            case BLOCKING_FACTOR -> number(given, 1, Long.MAX_VALUE, "blocking factor");
            default -> { }
        }
    }

    private static void oneOf(Given given, String... known) throws UsageException {
        if (given.value() != null && !List.of(known).contains(given.text())) {
            throw new UsageException(
                    UsageException.COMBINATION, "invalid argument '" + given.text() + "' for '--"
                    + given.option().names().getFirst() + "': it is one of " + String.join(", ", known));
        }
    }

    private static boolean isYes(Given given) throws UsageException {
        return switch (given.text()) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw new UsageException(
                    UsageException.COMBINATION, given.text() + ": '" + given.typed() + "' is yes or no");
        };
    }

    private void telling(Given given) throws UsageException {
        switch (given.option()) {
            case VERBOSE -> settings.verbosity++;
            case TOTALS -> {
                settings.totals |= given.value() == null;
                settings.totalsSignal = given.value() == null ? settings.totalsSignal : signal(given);
            }
            case STATS -> settings.stats = true;
            case CHECKPOINT -> checkpoint(given);
            case CHECKPOINT_ACTION -> {
                settings.checkpointActions.add(given.value());
                settings.checkpoint = settings.checkpoint == 0 ? 10 : settings.checkpoint;
            }
            case INDEX_FILE -> settings.indexFile = given.value();
            default -> warning(given.text());
        }
    }

    /// `N`, or `.N` to print dots.
    private void checkpoint(Given given) throws UsageException {
        boolean isDots = given.value() != null && given.text().startsWith(".");
        Bytes number = isDots ? given.value().slice(1, given.value().length()) : given.value();
        if (isDots) {
            settings.checkpointActions.add(Bytes.of("dot"));
        }
        settings.checkpoint = number == null || number.isEmpty() ? 10
                : number(new Given(given.option(), number, given.typed()), 1, Long.MAX_VALUE, "checkpoint value");
    }

    private void listing(Given given) {
        switch (given.option()) {
            case FULL_TIME -> settings.listing.fullTime = true;
            case UTC -> settings.listing.utc = true;
            case QUOTING_STYLE -> settings.listing.quotingStyle = given.text();
            case QUOTE_CHARS -> settings.listing.quoteChars = settings.listing.quoteChars.concat(given.value());
            case NO_QUOTE_CHARS -> settings.listing.noQuoteChars = settings.listing.noQuoteChars.concat(given.value());
            default -> settings.listing.showOmittedFolders = true;
        }
    }

    private void creating(Given given) throws UsageException {
        Settings.CreateSettings create = settings.create;
        switch (given.option()) {
            case COMPRESSION_LEVEL -> create.level = (int) number(given, -7, 22, "compression level");
            case FAST -> create.level = 1;
            case BEST -> {
                create.level = WriteOptions.ULTRA_LEVEL;
                create.blockSize = create.blockSize == 0 ? BEST_BLOCK_SIZE : create.blockSize;
            }
            case BLOCK_SIZE -> create.blockSize = SizeText.parse(given);
            case VERIFY -> create.verify = true;
            case REMOVE_FILES -> create.removeFiles = true;
            case IGNORE_FAILED_READ -> create.ignoreFailedRead = true;
            case DEREFERENCE -> create.dereference = true;
            case HARD_DEREFERENCE -> create.hardDereference = true;
            case ONE_FILE_SYSTEM -> create.oneFileSystem = true;
            case NEWER, NEWER_MTIME -> {
                if (create.newer != null) {
                    throw new UsageException(UsageException.COMBINATION, "More than one threshold date");
                }
                create.newer = given.value();
                create.newerLooksAtChangeTime = given.option() == Option.NEWER;
            }
            case CHECK_LINKS -> create.checkLinks = true;
            case OWNER -> create.owner = given.value();
            case GROUP -> create.group = given.value();
            case OWNER_MAP -> create.ownerMap = given.value();
            case GROUP_MAP -> create.groupMap = given.value();
            case MODE_CHANGES -> create.modeChanges = given.value();
            case MTIME -> create.mtime = given.value();
            case CLAMP_MTIME -> create.clampMtime = true;
            case SET_MTIME_COMMAND -> create.mtimeCommand = given.value();
            case SET_MTIME_FORMAT -> create.mtimeFormat = given.value();
            default -> {
                // --atime-preserve: reading never changes access times where the system lets us choose
                oneOf(given, "replace", "system");
            }
        }
    }

    private void extracting(Given given) {
        Settings.ExtractSettings extract = settings.extract;
        switch (given.option()) {
            case SAME_OWNER -> extract.sameOwner = true;
            case NO_SAME_OWNER, OLD_O -> extract.sameOwner = false;
            case PRESERVE_PERMISSIONS -> extract.samePermissions = true;
            case NO_SAME_PERMISSIONS -> extract.samePermissions = false;
            case TOUCH -> extract.touch = true;
            case KEEP_OLD_FILES -> extract.overwriting = Settings.Overwriting.KEEP_AS_ERROR;
            case SKIP_OLD_FILES -> extract.overwriting = Settings.Overwriting.SKIP;
            case KEEP_NEWER_FILES -> extract.overwriting = Settings.Overwriting.KEEP_NEWER;
            case OVERWRITE -> extract.overwriting = Settings.Overwriting.IN_PLACE;
            case OVERWRITE_DIR -> extract.keepFolderMetadata = false;
            case NO_OVERWRITE_DIR -> extract.keepFolderMetadata = true;
            case UNLINK_FIRST -> extract.unlinkFirst = true;
            case RECURSIVE_UNLINK -> extract.recursiveUnlink = true;
            case KEEP_DIRECTORY_SYMLINK -> extract.keepDirectorySymlink = true;
            case BACKUP -> extract.backup = given.value() == null ? Bytes.EMPTY : given.value();
            case SUFFIX -> {
                extract.backup = extract.backup == null ? Bytes.EMPTY : extract.backup;
                extract.backupSuffix = given.value();
            }
            case TO_STDOUT -> extract.toStdout = true;
            case TO_COMMAND -> extract.toCommand = given.value();
            case IGNORE_COMMAND_ERROR -> extract.ignoreCommandError = true;
            case NO_IGNORE_COMMAND_ERROR -> extract.ignoreCommandError = false;
            case ONE_TOP_LEVEL -> {
                extract.oneTopLevel = true;
                extract.topLevel = given.value();
            }
            default -> throw new IllegalStateException("option " + given.option() + " is not read");
        }
    }

    private void warning(String keyword) throws UsageException {
        boolean off = keyword.startsWith("no-");
        String name = off ? keyword.substring(3) : keyword;
        List<Warning> meant = name.equals("all") || keyword.equals("none")
                ? Arrays.asList(Warning.values()) : Arrays.asList(Warning.ofKeyword(name));
        if (meant.contains(null)) {
            throw new UsageException(
                    UsageException.COMBINATION, "invalid argument '" + name + "' for '--warning'");
        }
        if (off || keyword.equals("none")) {
            settings.silenced.addAll(meant);
            settings.asked.removeAll(meant);
        } else {
            settings.silenced.removeAll(meant);
            settings.asked.addAll(meant);
        }
    }

    private static String signal(Given given) throws UsageException {
        String name = given.text();
        name = name.startsWith("SIG") ? name.substring(3) : name;
        if (!List.of("HUP", "QUIT", "INT", "USR1", "USR2").contains(name)) {
            throw new UsageException(UsageException.COMBINATION, "Unknown signal name: " + given.text());
        }
        return name;
    }

    private static long number(Given given, long least, long most, String what) throws UsageException {
        try {
            long number = Long.parseLong(given.text());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // told below, as a number out of range is
        }
        throw new UsageException(UsageException.COMBINATION, given.text() + ": Invalid " + what);
    }

    private void check() throws UsageException {
        if (settings.information != null) {
            return;
        }
        if (settings.mode == null) {
            throw new UsageException(UsageException.COMBINATION, "You must specify one of the " + MODES + " options");
        }
        boolean creates = settings.mode == Option.CREATE;
        boolean reads = settings.mode == Option.EXTRACT || settings.mode == Option.LIST
                || settings.mode == Option.DIFF;
        if (settings.startingFile != null && !reads) {
            throw conflict("--starting-file");
        }
        if (settings.occurrence != 0 && !reads && settings.mode != Option.DELETE) {
            throw conflict("--occurrence");
        }
        if (settings.occurrence != 0 && !hasNames()) {
            throw new UsageException(UsageException.COMBINATION, "--occurrence is meaningless without a file list");
        }
        if (settings.keys.passwordFile != null && settings.keys.passwordCommand != null) {
            throw new UsageException(
                    UsageException.COMBINATION,
                    "'--password-file' cannot be used with '--password-command': a password is wanted once");
        }
        if (settings.extract.oneTopLevel && settings.absoluteNames) {
            throw new UsageException(
                    UsageException.COMBINATION, "'--one-top-level' cannot be used with '--absolute-names'");
        }
        if (settings.extract.oneTopLevel && settings.extract.topLevel == null) {
            settings.extract.topLevel = topLevel();
        }
        if (settings.create.clampMtime && settings.create.mtime == null) {
            throw new UsageException(
                    UsageException.COMBINATION, "--clamp-mtime needs a date specified using --mtime");
        }
        settings.listing.nul = settings.mode == Option.LIST && endsNamesWithNul();
        if (creates && !hasNames()) {
            throw new UsageException(UsageException.COMBINATION, "Cowardly refusing to create an empty archive");
        }
    }

    /// The archive's own name less its suffixes.
    private Bytes topLevel() throws UsageException {
        Bytes archive = settings.archive == null ? Bytes.EMPTY : settings.archive;
        Bytes name = archive.slice(archive.lastIndexOf((byte) '/') + 1, archive.length());
        int dot = name.lastIndexOf((byte) '.');
        Bytes base = name.slice(0, Math.max(0, dot));
        base = base.endsWith(Bytes.of(".tar")) ? base.slice(0, base.length() - 4) : base;
        if (base.isEmpty() || base.equals(Bytes.of(".")) || base.equals(Bytes.of(".."))) {
            throw new UsageException(
                    UsageException.COMBINATION,
                    "Cannot deduce top-level directory name; please set it explicitly with --one-top-level=DIR");
        }
        return base;
    }

    private UsageException conflict(String option) {
        return new UsageException(
                UsageException.COMBINATION,
                "'" + option + "' cannot be used with '-" + settings.mode.letter() + "'");
    }

    /// With a list of names `--null` says how the list is written, otherwise how the names are printed.
    private boolean endsNamesWithNul() {
        boolean nul = false;
        for (Given given : settings.selection) {
            switch (given.option()) {
                case FILES_FROM -> {
                    return false;
                }
                case NULL -> nul = true;
                case NO_NULL -> nul = false;
                default -> { }
            }
        }
        return nul;
    }

    private boolean hasNames() {
        for (Given given : settings.selection) {
            if (given.option() == Option.OPERAND || given.option() == Option.ADD_FILE
                    || given.option() == Option.FILES_FROM) {
                return true;
            }
        }
        return false;
    }
}
