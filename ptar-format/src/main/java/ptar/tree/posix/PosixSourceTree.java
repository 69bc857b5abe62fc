package ptar.tree.posix;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import ptar.tree.Bytes;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;

/// A tree to archive, on Linux. Paths may be longer than the kernel's 4,096 bytes.
public final class PosixSourceTree implements SourceTree {
    private final int base;
    private final Inspector inspector;

    /// @param base the folder that relative paths start from, itself relative to the working folder
    public PosixSourceTree(Bytes base, Wanted wanted) throws IOException {
        inspector = new Inspector(wanted);
        this.base = openBase(base);
    }

    /// Whether this is a Linux whose system calls this package knows by number.
    public static boolean isSupported() {
        String arch = System.getProperty("os.arch");
        return System.getProperty("os.name").equals("Linux") && (arch.equals("amd64") || arch.equals("aarch64"));
    }

    /// Links the call that all others go through.
    public static void prepare() {
        try {
            Kernel.close(-1);
        } catch (LinkageError failsAgain) {
            // and is told when a tree is used
        }
    }

    static int openBase(Bytes path) throws IOException {
        try (Reach reach = Reach.of(Kernel.AT_FDCWD, path)) {
            Scratch scratch = Scratch.get();
            int flags = Kernel.O_PATH | Kernel.O_DIRECTORY | Kernel.O_CLOEXEC;
            return (int) Errno.check(
                    Kernel.call(scratch, Call.OPENAT, reach.folder(), scratch.path(reach.rest()), flags, 0), path);
        }
    }

    @Override
    public Found stat(Bytes path, boolean followLink) throws IOException {
        try (Reach reach = Reach.of(base, path)) {
            return inspector.look(reach.folder(), reach.rest(), followLink, path);
        }
    }

    @Override
    public Folder openFolder(Bytes path, boolean followLink) throws IOException {
        try (Reach reach = Reach.of(base, path)) {
            return new OpenFolder(reach.folder(), reach.rest(), followLink, path, inspector);
        }
    }

    @Override
    public SourceFile openFile(Bytes path, boolean followLink) throws IOException {
        try (Reach reach = Reach.of(base, path)) {
            return new PosixSourceFile(reach.folder(), reach.rest(), followLink, path, inspector);
        }
    }

    @Override
    public void close() {
        Kernel.close(base);
    }

    private static final class OpenFolder implements Folder {
        private static final Bytes SLASH = Bytes.of("/");

        private final Bytes path;
        private final Inspector inspector;
        private int fd;

        OpenFolder(int parent, Bytes name, boolean followLink, Bytes path, Inspector inspector) throws IOException {
            this.path = path;
            this.inspector = inspector;
            fd = (int) Errno.check(Inspector.open(parent, name, followLink, Kernel.O_DIRECTORY), path);
        }

        @Override
        public List<Bytes> names() throws IOException {
            List<Bytes> names = listNames(fd, path);
            Collections.sort(names);
            return names;
        }

        @Override
        public Found stat(Bytes name, boolean followLink) throws IOException {
            return inspector.look(fd, name, followLink, child(name));
        }

        @Override
        public Folder openFolder(Bytes name, boolean followLink) throws IOException {
            return new OpenFolder(fd, name, followLink, child(name), inspector);
        }

        private Bytes child(Bytes name) {
            boolean needsSlash = !path.isEmpty() && path.get(path.length() - 1) != '/';
            return (needsSlash ? path.concat(SLASH) : path).concat(name);
        }

        @Override
        public void close() {
            Kernel.close(fd);
            fd = -1;
        }
    }

    /// All names but `.` and `..`, as the file system gives them.
    static List<Bytes> listNames(int fd, Bytes shown) throws FileSystemException {
        Scratch scratch = Scratch.get();
        Errno.check(Kernel.call(scratch, Call.LSEEK, fd, 0, 0), shown);
        List<Bytes> names = new ArrayList<>();
        while (true) {
            long n = Errno.check(
                    Kernel.call(scratch, Call.GETDENTS64, fd, scratch.at(Scratch.VALUE), 2 * Scratch.BIG), shown);
            if (n == 0) {
                return names;
            }
            // struct linux_dirent64: inode, offset, u16 length of the record, u8 type, name with a NUL behind it
            for (int at = Scratch.VALUE; at < Scratch.VALUE + n; at += scratch.memory.getShort(at + 16) & 0xffff) {
                int length = scratch.stringLength(at + 19);
                boolean isDots = scratch.memory.get(at + 19) == '.'
                        && (length == 1 || length == 2 && scratch.memory.get(at + 20) == '.');
                if (!isDots) {
                    names.add(Bytes.wrap(scratch.copy(at + 19, length)));
                }
            }
        }
    }
}
