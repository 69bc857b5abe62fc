package ptar.tree.posix;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import ptar.tree.Bytes;

/// Bounds how many files are open for writing: of too many, those not written to for longest are closed for the
/// meantime. Content that repeats what is all over an archive can have thousands of files begun at once.
final class OpenFiles {
    private final int max;

    /// Opens a file that is there, its link not followed.
    private final Opener opener;

    /// In the order of their last use.
    private final Set<PosixTargetFile> files = new LinkedHashSet<>();

    interface Opener {
        int open(Bytes path) throws IOException;
    }

    OpenFiles(int max, Opener opener) {
        this.max = max;
        this.opener = opener;
    }

    int open(Bytes path) throws IOException {
        return opener.open(path);
    }

    /// @param used open now, and not to be closed
    synchronized void use(PosixTargetFile used) {
        files.remove(used);
        files.add(used);
        Iterator<PosixTargetFile> eldest = files.iterator();
        for (int excess = files.size() - max; excess > 0 && eldest.hasNext(); ) {
            PosixTargetFile file = eldest.next();
            if (file != used && file.park()) {
                eldest.remove();
                excess--;
            }
        }
    }

    synchronized void forget(PosixTargetFile file) {
        files.remove(file);
    }
}
