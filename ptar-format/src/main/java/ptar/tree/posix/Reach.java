package ptar.tree.posix;

import java.nio.file.FileSystemException;
import ptar.tree.Bytes;

/// The end of a path that may be too long for one call: an open folder and a rest that is short enough. Links are
/// followed, so this is not for what may come from an enemy.
///
/// @param folder opened for this if `ownsFolder`
record Reach(int folder, Bytes rest, boolean ownsFolder) implements AutoCloseable {
    private static final int FLAGS = Kernel.O_PATH | Kernel.O_DIRECTORY | Kernel.O_CLOEXEC;
    private static final Bytes HERE = Bytes.of(".");

    /// Leaves room for what [Scratch#procPath] puts in front.
    private static final int MAX_REST = Scratch.PATH_MAX - 40;

    static Reach of(int base, Bytes path) throws FileSystemException {
        Reach reach = new Reach(base, path.isEmpty() ? HERE : path, false);
        while (reach.rest.length() > MAX_REST) {
            try (Reach before = reach) {
                reach = before.next(path);
            }
        }
        return reach;
    }

    private Reach next(Bytes shown) throws FileSystemException {
        int end = pieceEnd(shown);
        Scratch scratch = Scratch.get();
        long fd = Kernel.call(scratch, Call.OPENAT, folder, scratch.path(rest.slice(0, end)), FLAGS, 0);
        while (end < rest.length() && rest.get(end) == '/') {
            end++;
        }
        Bytes next = end == rest.length() ? HERE : rest.slice(end, rest.length());
        return new Reach((int) Errno.check(fd, shown), next, true);
    }

    /// @return behind the last slash that leaves a piece that a call takes
    private int pieceEnd(Bytes shown) throws FileSystemException {
        for (int end = MAX_REST; end > 0; end--) {
            if (rest.get(end - 1) == '/') {
                return end;
            }
        }
        throw Errno.exception(Errno.ENAMETOOLONG, shown);
    }

    @Override
    public void close() {
        if (ownsFolder) {
            Kernel.close(folder);
        }
    }
}
