package ptar.tree.posix;

import static ptar.tree.posix.Kernel.AT_REMOVEDIR;
import static ptar.tree.posix.Kernel.O_CLOEXEC;
import static ptar.tree.posix.Kernel.O_DIRECTORY;
import static ptar.tree.posix.Kernel.O_NOCTTY;
import static ptar.tree.posix.Kernel.O_NOFOLLOW;
import static ptar.tree.posix.Kernel.O_NONBLOCK;
import static ptar.tree.posix.Kernel.O_PATH;
import static ptar.tree.posix.Kernel.O_WRONLY;
import static ptar.tree.posix.Kernel.call;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Collections;
import java.util.List;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.FileFailure;
import ptar.tree.Metadata;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree.Found;
import ptar.tree.SourceTree.Wanted;
import ptar.tree.TargetTree;

/// A tree to extract into, on Linux.
///
/// The empty path is the base itself. `.` and empty components are passed over; `..` and a leading `/` are refused as
/// leading out, unless the tree was opened with `absoluteNames`.
///
/// A name that the file system takes for another that is there is refused, so that no entry replaces another or goes
/// into another's folder.
public final class PosixTargetTree implements TargetTree {
    static final Inspector PLAIN = new Inspector(new Wanted(false, false, false, false, false));

    /// Half of what a process may have open where nobody has raised the limit.
    private static final int MAX_OPEN_FILES = 512;

    private static final int NEW_FILE = O_WRONLY | Kernel.O_CREAT | Kernel.O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    private static final int OLD_FILE = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

    private final int base;
    private final boolean absoluteNames;
    private final Beneath beneath;
    private final Parents parents;
    private final Spellings spellings;
    private final OpenFiles openFiles;
    private final int umask;

    /// @param base a folder that is there, relative to the working folder
    /// @param absoluteNames whether names may lead out of the base (`-P`)
    public PosixTargetTree(Bytes base, boolean absoluteNames) throws IOException {
        this(base, absoluteNames, true);
    }

    PosixTargetTree(Bytes base, boolean absoluteNames, boolean mayUseOpenat2) throws IOException {
        this.base = PosixSourceTree.openBase(base);
        this.absoluteNames = absoluteNames;
        beneath = new Beneath(this.base, mayUseOpenat2);
        spellings = absoluteNames ? null : new Spellings();
        parents = new Parents(this::openFolder, spellings);
        openFiles = new OpenFiles(MAX_OPEN_FILES, path -> openOld(path, false));
        // The only call that tells the umask sets it; for that moment a stricter one is the better mistake.
        umask = (int) call(Scratch.get(), Call.UMASK, 077, 0);
        call(Scratch.get(), Call.UMASK, umask, 0);
    }

    private int openFolder(Bytes path) throws FileSystemException {
        return open(path.isEmpty() ? HERE : path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }

    /// Follows a final link.
    private int open(Bytes path, int flags) throws FileSystemException {
        if (!absoluteNames) {
            return beneath.open(path, flags);
        }
        try (Reach reach = Reach.of(base, path)) {
            Scratch scratch = Scratch.get();
            return (int) Errno.check(
                    call(scratch, Call.OPENAT, reach.folder(), scratch.path(reach.rest()), flags, 0), path);
        }
    }

    // ---- names

    private static final Bytes HERE = Bytes.of(".");
    private static final byte SLASH = '/';

    /// A path as an open parent and a name in it.
    private final class Place implements AutoCloseable {
        final Bytes path;
        final Parents.Parent parent;
        final Bytes name;

        Place(Bytes given) throws FileSystemException {
            path = normal(given);
            int slash = path.lastIndexOf(SLASH);
            // The parent of "/x" is "/"; of "/" it is "/" too, with the name ".".
            Bytes folder = path.slice(0, slash == 0 ? 1 : Math.max(slash, 0));
            Bytes last = path.slice(slash + 1, path.length());
            name = last.isEmpty() ? HERE : last;
            parent = parents.open(folder);
        }

        int fd() {
            return parent.fd;
        }

        @Override
        public void close() {
            parent.close();
        }
    }

    private Bytes normal(Bytes path) throws FileSystemException {
        boolean isNormal = true;
        for (int start = 0; start <= path.length() && !path.isEmpty(); ) {
            int end = path.indexOf(SLASH, start);
            end = end < 0 ? path.length() : end;
            int n = end - start;
            boolean isAbsolute = end == 0;
            if (isAbsolute && !absoluteNames || n == 2 && path.get(start) == '.' && path.get(start + 1) == '.'
                    && !absoluteNames) {
                throw Errno.exception(Errno.EXDEV, path);
            }
            isNormal &= isAbsolute || n > 1 || n == 1 && path.get(start) != '.';
            start = end + 1;
        }
        return isNormal ? path : normalised(path);
    }

    private static Bytes normalised(Bytes path) {
        byte[] kept = new byte[path.length()];
        int length = 0;
        if (path.get(0) == SLASH) {
            kept[length++] = SLASH;
        }
        for (int start = 0; start < path.length(); ) {
            int end = path.indexOf(SLASH, start);
            end = end < 0 ? path.length() : end;
            if (end - start > 1 || end - start == 1 && path.get(start) != '.') {
                if (length > 0 && kept[length - 1] != SLASH) {
                    kept[length++] = SLASH;
                }
                for (int i = start; i < end; i++) {
                    kept[length++] = path.get(i);
                }
            }
            start = end + 1;
        }
        return Bytes.copyOf(kept, 0, length);
    }

    // ---- looking

    @Override
    public Found stat(Bytes path) throws IOException {
        try (Place place = new Place(path)) {
            Found found = PLAIN.look(place.fd(), place.name, false, path);
            refuseOtherSpelling(place);
            return found;
        } catch (FileSystemException e) {
            return nullIfAbsent(e);
        }
    }

    private void refuseOtherSpelling(Place place) throws FileSystemException {
        if (spellings != null && !place.name.equals(HERE)) {
            spellings.refuseOther(place.parent, place.name, place.path);
        }
    }

    /// What a call has made.
    private long made(long result, Place place) throws FileSystemException {
        if (result == -Errno.EEXIST) {
            refuseOtherSpelling(place);
        }
        return Errno.check(result, place.path);
    }

    @Override
    public Found statFollowing(Bytes path) throws IOException {
        Bytes normal = normal(path);
        int fd;
        try {
            fd = open(normal.isEmpty() ? HERE : normal, O_PATH | O_CLOEXEC);
        } catch (FileSystemException e) {
            return nullIfAbsent(e);
        }
        try {
            return PLAIN.look(fd, path);
        } finally {
            Kernel.close(fd);
        }
    }

    private static Found nullIfAbsent(FileSystemException e) throws FileSystemException {
        if (e instanceof NoSuchFileException || e instanceof NotDirectoryException) {
            return null;
        }
        throw e;
    }

    @Override
    public List<Bytes> names(Bytes path) throws IOException {
        try (Place place = new Place(path)) {
            int fd = (int) Errno.check(Inspector.open(place.fd(), place.name, false, O_DIRECTORY), path);
            try {
                List<Bytes> names = PosixSourceTree.listNames(fd, path);
                Collections.sort(names);
                return names;
            } finally {
                Kernel.close(fd);
            }
        }
    }

    @Override
    public SourceFile openFile(Bytes path) throws IOException {
        try (Place place = new Place(path)) {
            try {
                return new PosixSourceFile(place.fd(), place.name, false, path, PLAIN);
            } catch (AccessDeniedException e) {
                return openUnreadable(place, e);
            }
        }
    }

    /// What an ordinary user has extracted with a mode such as 0200 has to be made readable for a moment.
    private static SourceFile openUnreadable(Place place, AccessDeniedException why) throws IOException {
        Inode inode = new Inode(place.fd(), place.name);
        Metadata now = inode.look(place.path).metadata();
        if (now.type() != EntryType.FILE || inode.setMode(now.mode() | 0400) < 0) {
            throw why;
        }
        try {
            return new PosixSourceFile(place.fd(), place.name, false, place.path, PLAIN);
        } finally {
            inode.setMode(now.mode());
        }
    }

    // ---- making

    @Override
    public void makeFolder(Bytes path) throws IOException {
        try (Place place = new Place(path)) {
            Scratch scratch = Scratch.get();
            made(call(scratch, Call.MKDIRAT, place.fd(), scratch.path(place.name), 0700), place);
        }
    }

    @Override
    public TargetFile createFile(Bytes path) throws IOException {
        try (Place place = new Place(path)) {
            Scratch scratch = Scratch.get();
            long fd = call(scratch, Call.OPENAT, place.fd(), scratch.path(place.name), NEW_FILE, 0600);
            return new PosixTargetFile(
                    (int) made(fd, place), path, place.parent.hasDefaultAcl, umask, openFiles);
        }
    }

    @Override
    public TargetFile overwriteFile(Bytes path, boolean followLink) throws IOException {
        int fd = openOld(path, followLink);
        boolean isUsable = false;
        try {
            if (PLAIN.look(fd, path).metadata().type() != EntryType.FILE) {
                throw FileFailure.notRegular(path.toString());
            }
            Errno.check(call(Scratch.get(), Call.FTRUNCATE, fd, 0), path);
            isUsable = true;
            return new PosixTargetFile(fd, path, true, umask, openFiles);
        } finally {
            if (!isUsable) {
                Kernel.close(fd);
            }
        }
    }

    private int openOld(Bytes path, boolean followLink) throws IOException {
        if (followLink) {
            return open(normal(path), OLD_FILE);
        }
        try (Place place = new Place(path)) {
            Scratch scratch = Scratch.get();
            return (int) Errno.check(
                    call(scratch, Call.OPENAT, place.fd(), scratch.path(place.name), OLD_FILE | O_NOFOLLOW, 0), path);
        }
    }

    @Override
    public void makeSymlink(Bytes path, Bytes target) throws IOException {
        try (Place place = new Place(path)) {
            Scratch scratch = Scratch.get();
            made(call(scratch, Call.SYMLINKAT, scratch.otherPath(target), place.fd(), scratch.path(place.name)), place);
        }
    }

    @Override
    public void makeHardLink(Bytes path, Bytes existing) throws IOException {
        two(Call.LINKAT, existing, path);
    }

    @Override
    public void rename(Bytes from, Bytes to) throws IOException {
        two(Call.RENAMEAT2, from, to);
        parents.forget(normal(from));
        parents.forget(normal(to));
    }

    private void two(Call call, Bytes from, Bytes to) throws IOException {
        try (Place old = new Place(from);
                Place place = new Place(to)) {
            Scratch scratch = Scratch.get();
            long result = call(
                    scratch, call, old.fd(), scratch.otherPath(old.name), place.fd(), scratch.path(place.name), 0);
            if (result == -Errno.EEXIST) {
                refuseOtherSpelling(place);
            }
            if (result < 0) {
                throw Errno.exception((int) -result, from, to);
            }
        }
    }

    @Override
    public void makeNode(Bytes path, Metadata metadata) throws IOException {
        int format = switch (metadata.type()) {
            case CHARACTER_DEVICE -> 0020000;
            case BLOCK_DEVICE -> 0060000;
            case FIFO -> 0010000;
            case SOCKET -> 0140000;
            default -> throw new IllegalArgumentException("not a node: " + metadata.type());
        };
        int major = metadata.major();
        int minor = metadata.minor();
        if (major >>> 12 != 0 || minor >>> 20 != 0) {
            throw Errno.exception(Errno.EINVAL, path);
        }
        // linux/kdev_t.h, new_encode_dev
        long device = (minor & 0xff) | (long) major << 8 | (minor & ~0xffL) << 12;
        try (Place place = new Place(path)) {
            Scratch scratch = Scratch.get();
            made(call(scratch, Call.MKNODAT, place.fd(), scratch.path(place.name), format | 0600, device), place);
        }
    }

    // ---- removing

    @Override
    public void removeFile(Bytes path) throws IOException {
        remove(path, 0);
        parents.forget(normal(path));
    }

    @Override
    public void removeFolder(Bytes path) throws IOException {
        remove(path, AT_REMOVEDIR);
        parents.forgetAll();
    }

    private void remove(Bytes path, int flags) throws IOException {
        try (Place place = new Place(path)) {
            Scratch scratch = Scratch.get();
            Errno.check(call(scratch, Call.UNLINKAT, place.fd(), scratch.path(place.name), flags), path);
        }
    }

    // ---- metadata

    @Override
    public void setMetadata(Bytes path, Metadata metadata, Restore what, Problems problems) throws IOException {
        try (Place place = new Place(path)) {
            EntryType type = metadata.type();
            if (type == EntryType.FOLDER || type == EntryType.FILE) {
                int folderOnly = type == EntryType.FOLDER ? O_DIRECTORY : 0;
                long fd = Inspector.open(place.fd(), place.name, false, folderOnly);
                if (fd != -Errno.EACCES) {
                    restore(new Inode((int) Errno.check(fd, path), null), place, metadata, what, problems);
                    return;
                }
            }
            restore(new Inode(place.fd(), place.name), place, metadata, what, problems);
        }
    }

    private void restore(Inode inode, Place place, Metadata metadata, Restore what, Problems problems)
            throws FileSystemException {
        try {
            EntryType found = inode.look(place.path).metadata().type();
            if (found != metadata.type()) {
                throw new FileSystemException(
                        place.path.toString(), null, "File type differs: " + metadata.type() + ", found " + found);
            }
            new Restoration(inode, place.path, metadata, what, problems, umask)
                    .run(metadata.type() == EntryType.FOLDER || place.parent.hasDefaultAcl);
        } finally {
            if (inode.name() == null) {
                Kernel.close(inode.fd());
            }
        }
        if (metadata.type() == EntryType.FOLDER && what.xattrs()) {
            // It may have a default ACL now, or none any more.
            parents.forget(place.path);
        }
    }

    @Override
    public void close() {
        parents.close();
        Kernel.close(base);
    }
}
