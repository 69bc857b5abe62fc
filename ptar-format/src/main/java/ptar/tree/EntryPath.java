package ptar.tree;

/// The name of an entry in an archive: components joined by `/`, none at the start or end; empty for the tree's own
/// root.
///
/// Ordered so that a subtree stays together behind its folder: byte by byte, `/` below every other byte (spec §7).
///
/// @param bytes what [#of] has accepted
public record EntryPath(Bytes bytes) implements Comparable<EntryPath> {
    public static final int MAX_LENGTH = 65_535;
    public static final EntryPath ROOT = new EntryPath(Bytes.EMPTY);

    public EntryPath {
        String fault = faultOf(bytes);
        if (fault != null) {
            throw new IllegalArgumentException("name '" + bytes.brief() + "' " + fault);
        }
    }

    public static EntryPath of(String path) {
        return new EntryPath(Bytes.of(path));
    }

    private static String faultOf(Bytes path) {
        if (path.length() > MAX_LENGTH) {
            return "is longer than " + MAX_LENGTH + " bytes";
        }
        int start = 0;
        for (int i = 0; i < path.length(); i++) {
            byte b = path.get(i);
            if (b > '/') {
                continue; // most are letters, and a listing checks each before anything is compiled
            }
            if (b == 0) {
                return "has a NUL byte";
            }
            if (b == '/') {
                String fault = faultOfComponent(path, start, i);
                if (fault != null) {
                    return fault;
                }
                start = i + 1;
            }
        }
        return path.isEmpty() ? null : faultOfComponent(path, start, path.length());
    }

    private static String faultOfComponent(Bytes path, int start, int end) {
        int n = end - start;
        if (n == 0) {
            return "has an empty component";
        }
        if (path.get(start) == '.' && (n == 1 || n == 2 && path.get(start + 1) == '.')) {
            return "has a component '.' or '..'";
        }
        return null;
    }

    public boolean isRoot() {
        return bytes.isEmpty();
    }

    /// The last component; empty for the root.
    public Bytes name() {
        return bytes.slice(bytes.lastIndexOf((byte) '/') + 1, bytes.length());
    }

    /// The path without its last component; the root's parent is the root.
    public EntryPath parent() {
        int slash = bytes.lastIndexOf((byte) '/');
        return slash < 0 ? ROOT : new EntryPath(bytes.slice(0, slash));
    }

    public EntryPath child(Bytes name) {
        return new EntryPath(isRoot() ? name : bytes.concat(SLASH).concat(name));
    }

    /// True for the path itself and all that lies below it.
    public boolean isAtOrBelow(EntryPath folder) {
        return folder.isRoot()
                || bytes.startsWith(folder.bytes)
                        && (bytes.length() == folder.bytes.length() || bytes.get(folder.bytes.length()) == '/');
    }

    private static final Bytes SLASH = Bytes.of("/");

    @Override
    public int compareTo(EntryPath other) {
        Bytes a = bytes;
        Bytes b = other.bytes;
        int at = a.commonPrefix(b);
        if (at == a.length() || at == b.length()) {
            return Integer.compare(a.length(), b.length());
        }
        return Integer.compare(rank(a.get(at)), rank(b.get(at)));
    }

    private static int rank(byte b) {
        return b == '/' ? 0 : b & 0xff;
    }

    // As a record has them, but these need no classes that are made at run time (10 ms at start).
    @Override
    public boolean equals(Object other) {
        return other instanceof EntryPath path && bytes.equals(path.bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    @Override
    public String toString() {
        return isRoot() ? "." : bytes.toString();
    }
}
