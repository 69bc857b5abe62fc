package ptar.cli.options;

/// Keywords of `--warning`. All are on, but for those that need `-v` or are asked for by name.
public enum Warning {
    ALONE_ZERO_BLOCK("alone-zero-block"),
    BAD_DUMPDIR("bad-dumpdir"),
    CACHEDIR("cachedir"),
    CONTIGUOUS_CAST("contiguous-cast"),
    DECOMPRESS_PROGRAM("decompress-program"),
    EMPTY_TRANSFORM("empty-transform"),
    EXISTING_FILE("existing-file"),
    FAILED_READ("failed-read"),
    FILE_CHANGED("file-changed"),
    FILE_IGNORED("file-ignored"),
    FILE_REMOVED("file-removed"),
    FILE_SHRANK("file-shrank"),
    FILE_UNCHANGED("file-unchanged"),
    FILENAME_WITH_NULS("filename-with-nuls"),
    IGNORE_ARCHIVE("ignore-archive"),
    IGNORE_NEWER("ignore-newer"),
    MISSING_ZERO_BLOCKS("missing-zero-blocks"),
    NEW_DIRECTORY("new-directory"),
    RECORD_SIZE("record-size"),
    RENAME_DIRECTORY("rename-directory"),
    SYMLINK_CAST("symlink-cast"),
    TIMESTAMP("timestamp"),
    UNKNOWN_CAST("unknown-cast"),
    UNKNOWN_KEYWORD("unknown-keyword"),
    VERBOSE("verbose"),
    XATTR_WRITE("xattr-write"),
    XDEV("xdev");

    private final String keyword;

    Warning(String keyword) {
        this.keyword = keyword;
    }

    /// The warning with a keyword, or the only one whose keyword begins so; null if there is none.
    static Warning ofKeyword(String keyword) {
        Warning found = null;
        for (Warning warning : values()) {
            if (warning.keyword.equals(keyword)) {
                return warning;
            }
            if (warning.keyword.startsWith(keyword)) {
                if (found != null) {
                    return null;
                }
                found = warning;
            }
        }
        return found;
    }
}
