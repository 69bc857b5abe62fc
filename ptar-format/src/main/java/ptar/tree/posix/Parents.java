package ptar.tree.posix;

import java.nio.file.FileSystemException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import ptar.tree.Bytes;

/// Open folders that entries are made in, the latest ones kept open: files come mostly folder by folder.
///
/// A kept folder stays the one it was, should its path be renamed or replaced meanwhile: by us, then [#forget] is told;
/// by someone else, then what was meant for the old folder goes to the old folder, wherever that has been put, and
/// never to what was put in its place.
final class Parents implements AutoCloseable {
    private static final int MAX_KEPT = 64;

    /// Opens a folder by path, safely.
    interface Opener {
        int openFolder(Bytes path) throws FileSystemException;
    }

    /// A folder in use until it is closed.
    final class Parent implements AutoCloseable {
        final int fd;

        /// Files made in it get a default ACL that the archive knows nothing of.
        final boolean hasDefaultAcl;

        private int users;
        private boolean isKept = true;

        Parent(int fd, boolean hasDefaultAcl) {
            this.fd = fd;
            this.hasDefaultAcl = hasDefaultAcl;
        }

        @Override
        public void close() {
            synchronized (Parents.this) {
                users--;
                closeIfUnused();
            }
        }

        private void drop() {
            isKept = false;
            closeIfUnused();
        }

        private void closeIfUnused() {
            if (users == 0 && !isKept) {
                Kernel.close(fd);
            }
        }
    }

    private static final Bytes HERE = Bytes.of(".");
    private static final Bytes DEFAULT_ACL = Bytes.of("system.posix_acl_default");

    private final Opener opener;
    private final Spellings spellings;
    private final Map<Bytes, Parent> kept = new LinkedHashMap<>(16, 0.75f, true);

    /// @param spellings refuses folders that are spelt otherwise; null if that does not matter
    Parents(Opener opener, Spellings spellings) {
        this.opener = opener;
        this.spellings = spellings;
    }

    /// @throws FileSystemException also if a folder of the path is there under another spelling
    synchronized Parent open(Bytes path) throws FileSystemException {
        Parent parent = kept.get(path);
        if (parent == null && spellings == null) {
            parent = keep(path, opener.openFolder(path));
        } else if (parent == null) {
            parent = openSpelt(path);
        }
        parent.users++;
        return parent;
    }

    /// Opens the folders on the way too: each name is looked up in the one before.
    private Parent openSpelt(Bytes path) throws FileSystemException {
        Parent parent = kept.get(Bytes.EMPTY);
        if (parent == null) {
            parent = keep(Bytes.EMPTY, opener.openFolder(Bytes.EMPTY));
        }
        for (int start = 0; start < path.length(); ) {
            int slash = path.indexOf((byte) '/', start);
            int end = slash < 0 ? path.length() : slash;
            Bytes prefix = path.slice(0, end);
            Parent next = kept.get(prefix);
            if (next == null) {
                int fd = opener.openFolder(prefix);
                try {
                    spellings.refuseOther(parent, path.slice(start, end), prefix);
                } catch (FileSystemException spelt) {
                    Kernel.close(fd);
                    throw spelt;
                }
                next = keep(prefix, fd);
            }
            parent = next;
            start = end + 1;
        }
        return parent;
    }

    private Parent keep(Bytes path, int fd) throws FileSystemException {
        boolean hasDefaultAcl = Inspector.xattrValue(Scratch.get(), fd, HERE, false, DEFAULT_ACL) >= 0;
        Parent parent = new Parent(fd, hasDefaultAcl);
        kept.put(path, parent);
        if (kept.size() > MAX_KEPT) {
            Iterator<Parent> eldest = kept.values().iterator();
            Parent dropped = eldest.next();
            eldest.remove();
            dropped.drop();
        }
        return parent;
    }

    /// Opens what is at or below a path anew when it is asked for again.
    synchronized void forget(Bytes path) {
        kept.entrySet().removeIf(entry -> {
            boolean matches = isAtOrBelow(entry.getKey(), path);
            if (matches) {
                entry.getValue().drop();
            }
            return matches;
        });
    }

    /// Links beneath the base give folders more than one path: after removing a folder none of them can be trusted.
    synchronized void forgetAll() {
        kept.values().forEach(Parent::drop);
        kept.clear();
    }

    private static boolean isAtOrBelow(Bytes path, Bytes folder) {
        return path.startsWith(folder) && (path.length() == folder.length() || path.get(folder.length()) == '/');
    }

    @Override
    public void close() {
        forgetAll();
    }
}
