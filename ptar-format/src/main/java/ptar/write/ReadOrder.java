package ptar.write;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;

/// In which order a window's files are read: files that look alike one behind the other compress better. Spec §14.
///
/// By extension, then path; but a file that has the same name in a folder of the same name as one before, and is not
/// much larger or smaller, is taken for another version of it and comes right behind it. Names alone would bring
/// together what only happens to be called `package-info.java`.
final class ReadOrder {
    private ReadOrder() {}

    private record NameInFolder(Bytes folder, Bytes name) {
        // As a record has them, but these need no classes that are made at run time (10 ms at start).
        @Override
        public boolean equals(Object other) {
            return other instanceof NameInFolder n && name.equals(n.name) && folder.equals(n.folder);
        }

        @Override
        public int hashCode() {
            return 31 * folder.hashCode() + name.hashCode();
        }
    }

    /// Sorts in place. A function of the entries only: the same tree gives the same bytes.
    static void sort(List<PendingEntry> files) {
        record Keyed(Bytes extension, PendingEntry entry) {}
        List<Keyed> keyed = files.stream()
                .map(e -> new Keyed(extension(e.item.path().name()), e))
                .sorted((a, b) -> a.extension.compareTo(b.extension))
                .toList();
        List<List<PendingEntry>> groups = new ArrayList<>(files.size());
        Map<NameInFolder, List<List<PendingEntry>>> byName = new HashMap<>();
        for (Keyed file : keyed) {
            EntryPath path = file.entry.item.path();
            NameInFolder name = new NameInFolder(path.parent().name(), path.name());
            List<List<PendingEntry>> sameName = byName.computeIfAbsent(name, k -> new ArrayList<>(1));
            List<PendingEntry> versions = versionsOf(file.entry, sameName);
            if (versions == null) {
                versions = new ArrayList<>(1);
                sameName.add(versions);
                groups.add(versions);
            }
            versions.add(file.entry);
        }
        int at = 0;
        for (List<PendingEntry> group : groups) {
            for (PendingEntry entry : group) {
                files.set(at++, entry);
            }
        }
    }

    private static List<PendingEntry> versionsOf(PendingEntry file, List<List<PendingEntry>> sameName) {
        long size = file.metadata.size();
        for (List<PendingEntry> group : sameName) {
            long other = group.getLast().metadata.size();
            if (Math.max(size, other) <= 2 * Math.min(size, other)) {
                return group;
            }
        }
        return null;
    }

    /// What stands behind the last dot; nothing for names without one, or that begin with their only one.
    private static Bytes extension(Bytes name) {
        int dot = name.lastIndexOf((byte) '.');
        return dot <= 0 ? Bytes.EMPTY : name.slice(dot + 1, name.length());
    }
}
