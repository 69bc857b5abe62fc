package ptar.write;

import ptar.tree.Bytes;
import ptar.tree.EntryPath;

/// A name as typed, taken apart into what an archive can't keep and the entry's path.
///
/// As GNU tar does it, everything up to the last `..` and all slashes behind it are removed, else the leading slashes.
/// Components that are empty or `.` mean nothing and vanish: `./a//b/` is `a/b`, and `.`, `/` and `..` are the root.
///
/// @param removed the leading part that was dropped (`/`, `../../`), empty if nothing but `.` was
public record MemberName(Bytes removed, EntryPath path) {
    /// @throws IllegalArgumentException if the path is too long or has a NUL byte
    public static MemberName of(Bytes name) {
        int from = prefixLength(name);
        return new MemberName(name.slice(0, from), normalised(name, from));
    }

    private static int prefixLength(Bytes name) {
        int from = 0;
        int start = 0;
        while (start < name.length()) {
            int end = name.indexOf((byte) '/', start);
            end = end < 0 ? name.length() : end;
            if (end - start == 2 && name.get(start) == '.' && name.get(start + 1) == '.') {
                from = end;
            }
            start = end + 1;
        }
        while (from < name.length() && name.get(from) == '/') {
            from++;
        }
        return from;
    }

    private static EntryPath normalised(Bytes name, int from) {
        byte[] path = new byte[name.length() - from];
        int length = 0;
        int start = from;
        while (start < name.length()) {
            int end = name.indexOf((byte) '/', start);
            end = end < 0 ? name.length() : end;
            boolean means = end > start && !(end - start == 1 && name.get(start) == '.');
            if (means) {
                if (length > 0) {
                    path[length++] = '/';
                }
                for (int i = start; i < end; i++) {
                    path[length++] = name.get(i);
                }
            }
            start = end + 1;
        }
        return length == 0 ? EntryPath.ROOT : new EntryPath(Bytes.copyOf(path, 0, length));
    }
}
