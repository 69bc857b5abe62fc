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
    private final Map<Bytes, Parent> kept = new LinkedHashMap<>(16, 0.75f, true);

    Parents(Opener opener) {
        this.opener = opener;
    }

    synchronized Parent open(Bytes path) throws FileSystemException {
        Parent parent = kept.get(path);
        if (parent == null) {
            int fd = opener.openFolder(path);
            boolean hasDefaultAcl = Inspector.xattrValue(Scratch.get(), fd, HERE, false, DEFAULT_ACL) >= 0;
            parent = new Parent(fd, hasDefaultAcl);
            kept.put(path, parent);
            if (kept.size() > MAX_KEPT) {
                Iterator<Parent> eldest = kept.values().iterator();
                Parent dropped = eldest.next();
                eldest.remove();
                dropped.drop();
            }
        }
        parent.users++;
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
