package ptar.write;

import java.util.Comparator;
import java.util.List;
import ptar.tree.Bytes;

/// In which order a window's files are read: files that look alike one behind the other compress better. Spec §14.
final class ReadOrder {
    private ReadOrder() {}

    /// Sorts by extension, then path. Stable, and a function of the entries only: the same tree gives the same bytes.
    static void sort(List<PendingEntry> files) {
        record Keyed(Bytes extension, PendingEntry entry) {}
        List<Keyed> keyed = files.stream()
                .map(e -> new Keyed(extension(e.item.path().name()), e))
                .sorted(Comparator.comparing(Keyed::extension))
                .toList();
        for (int i = 0; i < keyed.size(); i++) {
            files.set(i, keyed.get(i).entry);
        }
    }

    /// What stands behind the last dot; nothing for names without one, or that begin with their only one.
    private static Bytes extension(Bytes name) {
        int dot = name.lastIndexOf((byte) '.');
        return dot <= 0 ? Bytes.EMPTY : name.slice(dot + 1, name.length());
    }
}
