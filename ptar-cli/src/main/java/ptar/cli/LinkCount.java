package ptar.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.FileId;
import ptar.write.EntrySource;

/// Counts the names of files with several, to tell which have some outside of the archive (`-l`).
final class LinkCount {
    private final Map<FileId, Seen> files = new LinkedHashMap<>();

    private static final class Seen {
        final EntryPath first;
        long missing;

        Seen(EntryPath first, long links) {
            this.first = first;
            this.missing = links;
        }
    }

    void saw(EntrySource.Item item) {
        if (item.metadata().type() != EntryType.FOLDER) {
            files.computeIfAbsent(
                    FileId.of(item.found()), _ -> new Seen(item.path(), item.found().links())).missing--;
        }
    }

    void tellMissing(Console console) {
        for (Seen file : files.values()) {
            if (file.missing > 0) {
                console.warn("Missing links to '" + console.shown(file.first.bytes()) + "'.");
            }
        }
    }
}
