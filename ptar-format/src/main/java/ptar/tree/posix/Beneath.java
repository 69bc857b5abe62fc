package ptar.tree.posix;

import static ptar.tree.posix.Kernel.call;

import java.nio.file.FileSystemException;
import java.util.ArrayDeque;
import java.util.Deque;
import ptar.tree.Bytes;
import ptar.tree.EntryType;

/// Opens paths so that no link and no `..` leads out of a base folder, whoever planted it.
///
/// The kernel does it with `openat2`; where that is missing (before Linux 5.6, or forbidden in a container) the path is
/// walked here, component by component, each opened without following it and links taken apart by hand.
final class Beneath {
    private static final int FOLDER_FLAGS = Kernel.O_PATH | Kernel.O_DIRECTORY | Kernel.O_CLOEXEC;
    private static final Bytes HERE = Bytes.of(".");
    private static final Bytes PARENT = Bytes.of("..");

    private final int base;
    private final boolean hasOpenat2;

    Beneath(int base, boolean mayUseOpenat2) throws FileSystemException {
        this.base = base;
        this.hasOpenat2 = mayUseOpenat2 && probe(base);
    }

    private static boolean probe(int base) throws FileSystemException {
        int fd = (int) openat2(base, HERE, FOLDER_FLAGS);
        Kernel.close(fd);
        return fd >= 0;
    }

    /// @return a descriptor that other calls can start from (`O_PATH`)
    int openFolder(Bytes path) throws FileSystemException {
        return open(path, FOLDER_FLAGS);
    }

    /// Opens with any flags but `O_CREAT`; a final link is followed too.
    int open(Bytes path, int flags) throws FileSystemException {
        if (!hasOpenat2) {
            try (Walk walk = new Walk(path)) {
                return walk.open(flags);
            }
        }
        int folder = base;
        Bytes rest = path;
        try {
            // A link in a later piece of a very long path may not lead out of the piece before: stricter than need be.
            while (rest.length() >= Scratch.PATH_MAX) {
                int end = rest.slice(0, Scratch.PATH_MAX - 1).lastIndexOf((byte) '/');
                if (end < 0) {
                    throw Errno.exception(Errno.ENAMETOOLONG, path);
                }
                int next = (int) Errno.check(openat2(folder, rest.slice(0, end), FOLDER_FLAGS), path);
                closeUnlessBase(folder);
                folder = next;
                rest = rest.slice(end + 1, rest.length());
            }
            return (int) Errno.check(openat2(folder, rest, flags), path);
        } finally {
            closeUnlessBase(folder);
        }
    }

    private void closeUnlessBase(int folder) {
        if (folder != base) {
            Kernel.close(folder);
        }
    }

    private static long openat2(int folder, Bytes path, int flags) throws FileSystemException {
        Scratch scratch = Scratch.get();
        long result;
        int tries = 0;
        do {
            long how = scratch.longs(flags, 0, Kernel.RESOLVE_BENEATH | Kernel.RESOLVE_NO_MAGICLINKS);
            result = call(scratch, Call.OPENAT2, folder, scratch.path(path), how, 24);
            // EAGAIN: something was renamed meanwhile, and the kernel can't tell whether `..` stayed beneath.
        } while (result == -Errno.EAGAIN && ++tries < 1000);
        return result;
    }

    /// What `openat2` does, by hand: a stack of the folders passed, so that `..` in a link needs no trust.
    private final class Walk implements AutoCloseable {
        private static final int MAX_LINKS = 40;

        private final Bytes path;
        private final Deque<Bytes> todo = new ArrayDeque<>();
        private final Deque<Integer> folders = new ArrayDeque<>();
        private int links;

        Walk(Bytes path) {
            this.path = path;
            push(path);
        }

        /// Puts components in front of those that are still to be walked.
        private void push(Bytes names) {
            for (int end = names.length(); end >= 0; ) {
                int slash = names.slice(0, end).lastIndexOf((byte) '/');
                Bytes name = names.slice(slash + 1, end);
                if (!name.isEmpty() && !name.equals(HERE)) {
                    todo.push(name);
                }
                end = slash;
            }
        }

        int open(int flags) throws FileSystemException {
            while (!todo.isEmpty()) {
                Bytes name = todo.pop();
                if (name.equals(PARENT)) {
                    if (folders.isEmpty()) {
                        throw Errno.exception(Errno.EXDEV, path);
                    }
                    Kernel.close(folders.pop());
                    continue;
                }
                folders.push(openAt(folder(), name, Kernel.O_PATH | Kernel.O_NOFOLLOW | Kernel.O_CLOEXEC));
                EntryType type = PosixTargetTree.PLAIN.look(folder(), path).metadata().type();
                if (type == EntryType.SYMLINK) {
                    Bytes target = Inspector.readLink(folder(), Bytes.EMPTY, path);
                    Kernel.close(folders.pop());
                    if (target.get(0) == '/') {
                        throw Errno.exception(Errno.EXDEV, path);
                    }
                    if (++links > MAX_LINKS) {
                        throw Errno.exception(Errno.ELOOP, path);
                    }
                    push(target);
                } else if (type != EntryType.FOLDER) {
                    Kernel.close(folders.pop());
                    if (!todo.isEmpty()) {
                        throw Errno.exception(Errno.ENOTDIR, path);
                    }
                    return openAt(folder(), name, flags | Kernel.O_NOFOLLOW);
                }
            }
            return openAt(folder(), HERE, flags);
        }

        private int folder() {
            return folders.isEmpty() ? base : folders.peek();
        }

        private int openAt(int folder, Bytes name, int flags) throws FileSystemException {
            Scratch scratch = Scratch.get();
            return (int) Errno.check(call(scratch, Call.OPENAT, folder, scratch.path(name), flags, 0), path);
        }

        @Override
        public void close() {
            folders.forEach(Kernel::close);
        }
    }
}
