package ptar.cli.options;

import static ptar.cli.options.Option.Argument.NONE;
import static ptar.cli.options.Option.Argument.OPTIONAL;
import static ptar.cli.options.Option.Argument.REQUIRED;
import static ptar.cli.options.Option.Use.IGNORED;
import static ptar.cli.options.Option.Use.IMPOSSIBLE;
import static ptar.cli.options.Option.Use.MODE;
import static ptar.cli.options.Option.Use.SELECTION;
import static ptar.cli.options.Option.Use.SETTING;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Every option: all of GNU tar's (1.35), `--include` of bsdtar's, and ptar's own.
public enum Option {
    // Main operation mode: exactly one
    CATENATE(MODE, 'A', NONE, "catenate", "concatenate"),
    CREATE(MODE, 'c', NONE, "create"),
    DELETE(MODE, NONE, "delete"),
    DIFF(MODE, 'd', NONE, "diff", "compare"),
    APPEND(MODE, 'r', NONE, "append"),
    TEST_LABEL(MODE, NONE, "test-label"),
    LIST(MODE, 't', NONE, "list"),
    UPDATE(MODE, 'u', NONE, "update"),
    EXTRACT(MODE, 'x', NONE, "extract", "get"),

    // What is archived or taken out; the order of these counts
    OPERAND(SELECTION, REQUIRED),
    ADD_FILE(SELECTION, REQUIRED, "add-file"),
    DIRECTORY(SELECTION, 'C', REQUIRED, "directory"),
    FILES_FROM(SELECTION, 'T', REQUIRED, "files-from"),
    NULL(SELECTION, NONE, "null"),
    NO_NULL(SELECTION, NONE, "no-null"),
    UNQUOTE(SELECTION, NONE, "unquote"),
    NO_UNQUOTE(SELECTION, NONE, "no-unquote"),
    VERBATIM_FILES_FROM(SELECTION, NONE, "verbatim-files-from"),
    NO_VERBATIM_FILES_FROM(SELECTION, NONE, "no-verbatim-files-from"),
    RECURSION(SELECTION, NONE, "recursion"),
    NO_RECURSION(SELECTION, NONE, "no-recursion"),
    EXCLUDE(SELECTION, REQUIRED, "exclude"),
    EXCLUDE_FROM(SELECTION, 'X', REQUIRED, "exclude-from"),
    EXCLUDE_BACKUPS(SELECTION, NONE, "exclude-backups"),
    EXCLUDE_CACHES(SELECTION, NONE, "exclude-caches"),
    EXCLUDE_CACHES_ALL(SELECTION, NONE, "exclude-caches-all"),
    EXCLUDE_CACHES_UNDER(SELECTION, NONE, "exclude-caches-under"),
    EXCLUDE_IGNORE(SELECTION, REQUIRED, "exclude-ignore"),
    EXCLUDE_IGNORE_RECURSIVE(SELECTION, REQUIRED, "exclude-ignore-recursive"),
    EXCLUDE_TAG(SELECTION, REQUIRED, "exclude-tag"),
    EXCLUDE_TAG_ALL(SELECTION, REQUIRED, "exclude-tag-all"),
    EXCLUDE_TAG_UNDER(SELECTION, REQUIRED, "exclude-tag-under"),
    EXCLUDE_VCS(SELECTION, NONE, "exclude-vcs"),
    EXCLUDE_VCS_IGNORES(SELECTION, NONE, "exclude-vcs-ignores"),
    INCLUDE(SELECTION, REQUIRED, "include"),
    ANCHORED(SELECTION, NONE, "anchored"),
    NO_ANCHORED(SELECTION, NONE, "no-anchored"),
    IGNORE_CASE(SELECTION, NONE, "ignore-case"),
    NO_IGNORE_CASE(SELECTION, NONE, "no-ignore-case"),
    WILDCARDS(SELECTION, NONE, "wildcards"),
    NO_WILDCARDS(SELECTION, NONE, "no-wildcards"),
    WILDCARDS_MATCH_SLASH(SELECTION, NONE, "wildcards-match-slash"),
    NO_WILDCARDS_MATCH_SLASH(SELECTION, NONE, "no-wildcards-match-slash"),

    // The archive and how it is made
    FILE(SETTING, 'f', REQUIRED, "file"),
    COMPRESSION_LEVEL(SETTING, REQUIRED, "level"),
    FAST(SETTING, NONE, "fast"),
    BEST(SETTING, NONE, "best"),
    BLOCK_SIZE(SETTING, REQUIRED, "block-size"),
    THREADS(SETTING, REQUIRED, "threads"),
    VERIFY(SETTING, 'W', NONE, "verify"),
    REMOVE_FILES(SETTING, NONE, "remove-files"),
    IGNORE_FAILED_READ(SETTING, NONE, "ignore-failed-read"),

    // Archives and trees that are somewhere else
    ENDPOINT_URL(SETTING, REQUIRED, "endpoint-url"),
    REGION(SETTING, REQUIRED, "region"),
    PROFILE(SETTING, REQUIRED, "profile"),
    S3_PATH_STYLE(SETTING, OPTIONAL, "s3-path-style"),
    NO_SIGN_REQUEST(SETTING, NONE, "no-sign-request"),
    REQUESTER_PAYS(SETTING, NONE, "requester-pays"),
    STORAGE_CLASS(SETTING, REQUIRED, "storage-class"),
    SSE(SETTING, REQUIRED, "sse"),
    SSE_KMS_KEY_ID(SETTING, REQUIRED, "sse-kms-key-id"),
    S3_TAG(SETTING, REQUIRED, "s3-tag"),
    S3_PART_SIZE(SETTING, REQUIRED, "s3-part-size"),
    S3_PARALLEL(SETTING, REQUIRED, "s3-parallel"),
    S3_METADATA(SETTING, NONE, "s3-metadata"),
    EXPECTED_SIZE(SETTING, REQUIRED, "expected-size"),
    OVERWRITE_ARCHIVE(SETTING, NONE, "overwrite-archive"),
    CA_BUNDLE(SETTING, REQUIRED, "ca-bundle"),

    // Sealed archives
    ENCRYPT(SETTING, NONE, "encrypt"),
    PAD(SETTING, NONE, "pad"),
    PASSWORD_FILE(SETTING, REQUIRED, "password-file"),
    PASSWORD_COMMAND(SETTING, REQUIRED, "password-command"),
    KEY_FILE(SETTING, REQUIRED, "key-file"),
    RECIPIENT(SETTING, REQUIRED, "recipient"),
    IDENTITY(SETTING, REQUIRED, "identity"),

    // Which files, besides their names
    DEREFERENCE(SETTING, 'h', NONE, "dereference"),
    HARD_DEREFERENCE(SETTING, NONE, "hard-dereference"),
    ONE_FILE_SYSTEM(SETTING, NONE, "one-file-system"),
    NEWER(SETTING, 'N', REQUIRED, "newer", "after-date"),
    NEWER_MTIME(SETTING, REQUIRED, "newer-mtime"),
    STARTING_FILE(SETTING, 'K', REQUIRED, "starting-file"),
    OCCURRENCE(SETTING, OPTIONAL, "occurrence"),
    CHECK_LINKS(SETTING, 'l', NONE, "check-links"),
    INTERACTIVE(SETTING, 'w', NONE, "interactive", "confirmation"),

    // Names
    ABSOLUTE_NAMES(SETTING, 'P', NONE, "absolute-names"),
    TRANSFORM(SETTING, REQUIRED, "transform", "xform"),
    STRIP_COMPONENTS(SETTING, REQUIRED, "strip-components"),
    ONE_TOP_LEVEL(SETTING, OPTIONAL, "one-top-level"),
    SHOW_TRANSFORMED_NAMES(SETTING, NONE, "show-transformed-names", "show-stored-names"),

    // Metadata
    OWNER(SETTING, REQUIRED, "owner"),
    GROUP(SETTING, REQUIRED, "group"),
    OWNER_MAP(SETTING, REQUIRED, "owner-map"),
    GROUP_MAP(SETTING, REQUIRED, "group-map"),
    NUMERIC_OWNER(SETTING, NONE, "numeric-owner"),
    SAME_OWNER(SETTING, NONE, "same-owner"),
    NO_SAME_OWNER(SETTING, NONE, "no-same-owner"),
    OLD_O(SETTING, 'o', NONE),
    PRESERVE_PERMISSIONS(SETTING, 'p', NONE, "preserve-permissions", "same-permissions"),
    NO_SAME_PERMISSIONS(SETTING, NONE, "no-same-permissions"),
    MODE_CHANGES(SETTING, REQUIRED, "mode"),
    MTIME(SETTING, REQUIRED, "mtime"),
    CLAMP_MTIME(SETTING, NONE, "clamp-mtime"),
    SET_MTIME_COMMAND(SETTING, REQUIRED, "set-mtime-command"),
    SET_MTIME_FORMAT(SETTING, REQUIRED, "set-mtime-format"),
    TOUCH(SETTING, 'm', NONE, "touch"),
    ATIME_PRESERVE(SETTING, OPTIONAL, "atime-preserve"),
    ACCESS_TIME(SETTING, NONE, "access-time"),
    BIRTH_TIME(SETTING, NONE, "birth-time"),
    INODE_FLAGS(SETTING, NONE, "inode-flags"),
    DELAY_DIRECTORY_RESTORE(IGNORED, NONE, "delay-directory-restore"),
    NO_DELAY_DIRECTORY_RESTORE(IGNORED, NONE, "no-delay-directory-restore"),
    ACLS(SETTING, NONE, "acls"),
    NO_ACLS(SETTING, NONE, "no-acls"),
    SELINUX(SETTING, NONE, "selinux"),
    NO_SELINUX(SETTING, NONE, "no-selinux"),
    XATTRS(SETTING, NONE, "xattrs"),
    NO_XATTRS(SETTING, NONE, "no-xattrs"),
    XATTRS_EXCLUDE(SETTING, REQUIRED, "xattrs-exclude"),
    XATTRS_INCLUDE(SETTING, REQUIRED, "xattrs-include"),

    // Overwriting
    KEEP_OLD_FILES(SETTING, 'k', NONE, "keep-old-files"),
    SKIP_OLD_FILES(SETTING, NONE, "skip-old-files"),
    KEEP_NEWER_FILES(SETTING, NONE, "keep-newer-files"),
    OVERWRITE(SETTING, NONE, "overwrite"),
    OVERWRITE_DIR(SETTING, NONE, "overwrite-dir"),
    NO_OVERWRITE_DIR(SETTING, NONE, "no-overwrite-dir"),
    UNLINK_FIRST(SETTING, 'U', NONE, "unlink-first"),
    RECURSIVE_UNLINK(SETTING, NONE, "recursive-unlink"),
    KEEP_DIRECTORY_SYMLINK(SETTING, NONE, "keep-directory-symlink"),
    BACKUP(SETTING, OPTIONAL, "backup"),
    SUFFIX(SETTING, REQUIRED, "suffix"),

    // Where content goes
    TO_STDOUT(SETTING, 'O', NONE, "to-stdout"),
    TO_COMMAND(SETTING, REQUIRED, "to-command"),
    IGNORE_COMMAND_ERROR(SETTING, NONE, "ignore-command-error"),
    NO_IGNORE_COMMAND_ERROR(SETTING, NONE, "no-ignore-command-error"),

    // What is said
    VERBOSE(SETTING, 'v', NONE, "verbose"),
    TOTALS(SETTING, OPTIONAL, "totals"),
    STATS(SETTING, NONE, "stats"),
    CHECKPOINT(SETTING, OPTIONAL, "checkpoint"),
    CHECKPOINT_ACTION(SETTING, REQUIRED, "checkpoint-action"),
    FULL_TIME(SETTING, NONE, "full-time"),
    UTC(SETTING, NONE, "utc"),
    INDEX_FILE(SETTING, REQUIRED, "index-file"),
    QUOTING_STYLE(SETTING, REQUIRED, "quoting-style"),
    QUOTE_CHARS(SETTING, REQUIRED, "quote-chars"),
    NO_QUOTE_CHARS(SETTING, REQUIRED, "no-quote-chars"),
    SHOW_OMITTED_DIRS(SETTING, NONE, "show-omitted-dirs"),
    WARNING(SETTING, REQUIRED, "warning"),
    SHOW_DEFAULTS(SETTING, NONE, "show-defaults"),
    HELP(SETTING, '?', NONE, "help"),
    USAGE(SETTING, NONE, "usage"),
    VERSION(SETTING, NONE, "version"),

    // Accepted for tar's sake: ptar always compresses, always keeps holes, always sorts, has no records or formats
    AUTO_COMPRESS(IGNORED, 'a', NONE, "auto-compress"),
    NO_AUTO_COMPRESS(IGNORED, NONE, "no-auto-compress"),
    GZIP(IGNORED, 'z', NONE, "gzip", "gunzip", "ungzip"),
    BZIP2(IGNORED, 'j', NONE, "bzip2"),
    XZ(IGNORED, 'J', NONE, "xz"),
    COMPRESS(IGNORED, 'Z', NONE, "compress", "uncompress"),
    LZIP(IGNORED, NONE, "lzip"),
    LZMA(IGNORED, NONE, "lzma"),
    LZOP(IGNORED, NONE, "lzop"),
    ZSTD(IGNORED, NONE, "zstd"),
    USE_COMPRESS_PROGRAM(IGNORED, 'I', REQUIRED, "use-compress-program"),
    BLOCKING_FACTOR(IGNORED, 'b', REQUIRED, "blocking-factor"),
    READ_FULL_RECORDS(IGNORED, 'B', NONE, "read-full-records"),
    RECORD_SIZE(IGNORED, REQUIRED, "record-size"),
    IGNORE_ZEROS(IGNORED, 'i', NONE, "ignore-zeros"),
    BLOCK_NUMBER(IGNORED, 'R', NONE, "block-number"),
    FORMAT(IGNORED, 'H', REQUIRED, "format"),
    OLD_ARCHIVE(IGNORED, NONE, "old-archive", "portability"),
    POSIX(IGNORED, NONE, "posix"),
    PAX_OPTION(IGNORED, REQUIRED, "pax-option"),
    LABEL(IGNORED, 'V', REQUIRED, "label"),
    SPARSE(IGNORED, 'S', NONE, "sparse"),
    SPARSE_VERSION(IGNORED, REQUIRED, "sparse-version"),
    HOLE_DETECTION(IGNORED, REQUIRED, "hole-detection"),
    SEEK(IGNORED, 'n', NONE, "seek"),
    NO_SEEK(IGNORED, NONE, "no-seek"),
    SORT(IGNORED, REQUIRED, "sort"),
    PRESERVE_ORDER(IGNORED, 's', NONE, "preserve-order", "same-order"),
    FORCE_LOCAL(IGNORED, NONE, "force-local"),
    RMT_COMMAND(IGNORED, REQUIRED, "rmt-command"),
    RSH_COMMAND(IGNORED, REQUIRED, "rsh-command"),
    CHECK_DEVICE(IGNORED, NONE, "check-device"),
    NO_CHECK_DEVICE(IGNORED, NONE, "no-check-device"),
    RESTRICT(IGNORED, NONE, "restrict"),

    // What a ptar archive can't do
    MULTI_VOLUME(IMPOSSIBLE, 'M', NONE, "multi-volume"),
    TAPE_LENGTH(IMPOSSIBLE, 'L', REQUIRED, "tape-length"),
    INFO_SCRIPT(IMPOSSIBLE, 'F', REQUIRED, "info-script", "new-volume-script"),
    VOLNO_FILE(IMPOSSIBLE, REQUIRED, "volno-file"),
    LISTED_INCREMENTAL(IMPOSSIBLE, 'g', REQUIRED, "listed-incremental"),
    INCREMENTAL(IMPOSSIBLE, 'G', NONE, "incremental"),
    SHOW_SNAPSHOT_FIELD_RANGES(IMPOSSIBLE, NONE, "show-snapshot-field-ranges");

    private static final Set<Option> OWN = ownOptions();

    private static Set<Option> ownOptions() {
        Set<Option> own = EnumSet.range(ENDPOINT_URL, IDENTITY);
        own.addAll(EnumSet.of(
                INCLUDE, FAST, BEST, BLOCK_SIZE, THREADS, STATS, ACCESS_TIME, BIRTH_TIME, INODE_FLAGS));
        return own;
    }

    /// What becomes of an option.
    public enum Use { MODE, SELECTION, SETTING, IGNORED, IMPOSSIBLE }

    /// Whether an option has an argument. An optional one is attached: `--backup=numbered`.
    public enum Argument { NONE, OPTIONAL, REQUIRED }

    private final Use use;
    private final char letter;
    private final Argument argument;
    private final List<String> names;

    Option(Use use, Argument argument, String... names) {
        this(use, '\0', argument, names);
    }

    Option(Use use, char letter, Argument argument, String... names) {
        this.use = use;
        this.letter = letter;
        this.argument = argument;
        this.names = List.of(names);
    }

    public Use use() {
        return use;
    }

    public Argument argument() {
        return argument;
    }

    /// Its letter, or NUL.
    public char letter() {
        return letter;
    }

    /// Its long names, the main one first; may be empty.
    public List<String> names() {
        return names;
    }

    /// True for what GNU tar does not have.
    boolean isOwn() {
        return OWN.contains(this);
    }

    static Option ofLetter(char letter) {
        for (Option option : values()) {
            if (option.letter == letter && letter != '\0') {
                return option;
            }
        }
        return null;
    }
}
