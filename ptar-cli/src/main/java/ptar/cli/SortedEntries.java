package ptar.cli;

import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.write.EntrySource;

/// Entries whose names were changed, in the order of their new names; of several with one name the last counts. Needs
/// memory for all of them, so it stands in the way only with `--transform`.
final class SortedEntries implements EntrySource {
    private final EntrySource source;
    private final Console console;
    private Iterator<Item> sorted;
    private EntryPath lastLeaf;

    SortedEntries(EntrySource source, Console console) {
        this.source = source;
        this.console = console;
    }

    @Override
    public Item next() throws IOException {
        if (sorted == null) {
            Map<EntryPath, Item> items = new TreeMap<>();
            for (Item item = source.next(); item != null; item = source.next()) {
                items.put(item.path(), item);
            }
            sorted = items.values().iterator();
        }
        while (sorted.hasNext()) {
            Item item = sorted.next();
            if (lastLeaf == null || !item.path().isAtOrBelow(lastLeaf)) {
                lastLeaf = item.metadata().type() == EntryType.FOLDER ? null : item.path();
                return item;
            }
            console.error(console.shown(item.path().bytes()) + ": lies below what is not a folder; not dumped");
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
