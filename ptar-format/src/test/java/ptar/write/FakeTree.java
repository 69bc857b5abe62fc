package ptar.write;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.tree.Timestamp;

/// A tree of names in memory, without content.
final class FakeTree implements SourceTree {
    private static final Owner OWNER = new Owner(1, 1, "u", "g");

    private final TreeMap<String, Found> found = new TreeMap<>();
    private final List<String> closed = new ArrayList<>();
    private long inodes;
    int openFolders;

    FakeTree() {
        put("", EntryType.FOLDER);
    }

    /// @param paths files, or folders with a `/` at the end; parents are made
    static FakeTree of(String... paths) {
        FakeTree tree = new FakeTree();
        for (String path : paths) {
            tree.add(path);
        }
        return tree;
    }

    void add(String path) {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            if (!found.containsKey(path.substring(0, slash))) {
                put(path.substring(0, slash), EntryType.FOLDER);
            }
        }
        if (!path.endsWith("/")) {
            put(path, EntryType.FILE);
        }
    }

    private void put(String path, EntryType type) {
        found.put(
                path, new Found(Metadata.of(type, 0644, OWNER, new Timestamp(0, 0)), 1, ++inodes, 1, null, 0));
    }

    /// Makes a folder unreadable.
    void lock(String path) {
        closed.add(path);
    }

    private static String key(Bytes path) {
        return MemberName.of(path).path().bytes().toString();
    }

    @Override
    public Found stat(Bytes path, boolean followLink) throws IOException {
        Found at = found.get(key(path));
        if (at == null) {
            throw new NoSuchFileException(path.toString());
        }
        return at;
    }

    @Override
    public Folder openFolder(Bytes path, boolean followLink) throws IOException {
        String key = key(path);
        stat(path, followLink);
        if (closed.contains(key)) {
            throw new AccessDeniedException(path.toString());
        }
        openFolders++;
        return new FakeFolder(key);
    }

    @Override
    public SourceFile openFile(Bytes path, boolean followLink) throws IOException {
        throw new IOException("no content");
    }

    @Override
    public void close() {}

    private final class FakeFolder implements Folder {
        private final String path;

        FakeFolder(String path) {
            this.path = path;
        }

        private String child(Bytes name) {
            return path.isEmpty() ? name.toString() : path + "/" + name;
        }

        @Override
        public List<Bytes> names() {
            List<Bytes> names = new ArrayList<>();
            for (String at : found.keySet()) {
                int slash = at.lastIndexOf('/');
                if (!at.isEmpty() && (slash < 0 ? "" : at.substring(0, slash)).equals(path)) {
                    names.add(Bytes.of(at.substring(slash + 1)));
                }
            }
            names.sort(null);
            return names;
        }

        @Override
        public Found stat(Bytes name, boolean followLink) throws IOException {
            return FakeTree.this.stat(Bytes.of(child(name)), followLink);
        }

        @Override
        public Folder openFolder(Bytes name, boolean followLink) throws IOException {
            return FakeTree.this.openFolder(Bytes.of(child(name)), followLink);
        }

        @Override
        public void close() {
            openFolders--;
        }
    }
}
