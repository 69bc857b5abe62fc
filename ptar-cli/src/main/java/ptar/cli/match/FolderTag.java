package ptar.cli.match;

import java.util.List;
import ptar.cli.options.Option;
import ptar.tree.Bytes;

/// A file that says that its folder is not worth keeping (`--exclude-tag`, `--exclude-caches`).
///
/// @param signature what the file must start with; empty if its name is enough
record FolderTag(Bytes fileName, Bytes signature, Effect effect) {
    /// What is left of a tagged folder.
    enum Effect {
        /// the folder and the tag
        KEEP_TAG("contents not dumped"),
        /// the folder
        KEEP_FOLDER("contents not dumped"),
        KEEP_NOTHING("directory not dumped");

        final String message;

        Effect(String message) {
            this.message = message;
        }
    }

    /// https://bford.info/cachedir/
    private static final Bytes CACHE_SIGNATURE = Bytes.of("Signature: 8a477f597d28d172789f06886806bc55");
    private static final Bytes CACHE_TAG = Bytes.of("CACHEDIR.TAG");

    /// The tag that an option asks for; null if it asks for none.
    static FolderTag of(Option option, Bytes value) {
        return switch (option) {
            case EXCLUDE_CACHES -> new FolderTag(CACHE_TAG, CACHE_SIGNATURE, Effect.KEEP_TAG);
            case EXCLUDE_CACHES_UNDER -> new FolderTag(CACHE_TAG, CACHE_SIGNATURE, Effect.KEEP_FOLDER);
            case EXCLUDE_CACHES_ALL -> new FolderTag(CACHE_TAG, CACHE_SIGNATURE, Effect.KEEP_NOTHING);
            case EXCLUDE_TAG -> new FolderTag(value, Bytes.EMPTY, Effect.KEEP_TAG);
            case EXCLUDE_TAG_UNDER -> new FolderTag(value, Bytes.EMPTY, Effect.KEEP_FOLDER);
            case EXCLUDE_TAG_ALL -> new FolderTag(value, Bytes.EMPTY, Effect.KEEP_NOTHING);
            default -> null;
        };
    }

    List<Bytes> namesKept() {
        return effect == Effect.KEEP_TAG ? List.of(fileName) : List.of();
    }
}
