package ptar.tree.posix;

import static ptar.tree.posix.Kernel.AT_EMPTY_PATH;
import static ptar.tree.posix.Kernel.AT_FDCWD;
import static ptar.tree.posix.Kernel.AT_NO_AUTOMOUNT;
import static ptar.tree.posix.Kernel.AT_SYMLINK_NOFOLLOW;
import static ptar.tree.posix.Kernel.call;

import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceTree.Found;
import ptar.tree.SourceTree.Wanted;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

/// Reads what the kernel shows of an inode: `statx`, link target, xattrs, flags.
final class Inspector {
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_BTIME = 0x800;

    // struct statx, linux/stat.h: the same on every architecture
    private static final int MASK = Scratch.STATX;
    private static final int LINKS = MASK + 16;
    private static final int UID = MASK + 20;
    private static final int GID = MASK + 24;
    private static final int MODE = MASK + 28;
    private static final int INODE = MASK + 32;
    private static final int SIZE = MASK + 40;
    private static final int BLOCKS = MASK + 48;
    private static final int ACCESS_TIME = MASK + 64;
    private static final int BIRTH_TIME = MASK + 80;
    private static final int CHANGE_TIME = MASK + 96;
    private static final int MODIFICATION_TIME = MASK + 112;
    private static final int DEVICE_MAJOR = MASK + 128;
    private static final int DEVICE_MINOR = MASK + 132;
    private static final int FILE_SYSTEM_MAJOR = MASK + 136;
    private static final int FILE_SYSTEM_MINOR = MASK + 140;

    static final int S_IFMT = 0170000;
    static final long FS_IOC_GETFLAGS = 0x8008_6601L;

    private final Wanted wanted;
    private final Map<Long, Owner> owners = new ConcurrentHashMap<>();

    Inspector(Wanted wanted) {
        this.wanted = wanted;
    }

    /// What a name in an open folder is; all that was wanted of it.
    ///
    /// @param shown for messages
    Found look(int folder, Bytes name, boolean followLink, Bytes shown) throws FileSystemException {
        Scratch scratch = Scratch.get();
        int flags = AT_NO_AUTOMOUNT | (followLink ? 0 : AT_SYMLINK_NOFOLLOW);
        Found found = statx(scratch, folder, scratch.path(name), flags, shown);
        Metadata metadata = found.metadata();
        if (metadata.type() == EntryType.SYMLINK) {
            metadata = metadata.withLinkTarget(readLink(folder, name, shown));
        }
        if (wanted.xattrs()) {
            List<Xattr> xattrs = xattrs(scratch, folder, name, followLink, shown);
            metadata = xattrs.isEmpty() ? metadata : metadata.withXattrs(xattrs);
        }
        if (wanted.inodeFlags() && (metadata.type() == EntryType.FILE || metadata.type() == EntryType.FOLDER)) {
            metadata = metadata.withInodeFlags(inodeFlags(folder, name, followLink));
        }
        return metadata == found.metadata()
                ? found
                : new Found(
                        metadata, found.device(), found.inode(), found.links(), found.changeTime(),
                        found.storedBytes());
    }

    /// Whether something is in an open folder by a name, be it spelt otherwise; a link is not followed.
    static boolean isThere(int folder, Bytes name) throws FileSystemException {
        Scratch scratch = Scratch.get();
        int flags = AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
        return name.length() < Scratch.PATH_MAX
                && call(scratch, Call.STATX, folder, scratch.path(name), flags, 0, scratch.at(Scratch.STATX)) >= 0;
    }

    /// What an open file or folder is, without xattrs and flags.
    Found look(int fd, Bytes shown) throws FileSystemException {
        Scratch scratch = Scratch.get();
        return statx(scratch, fd, scratch.path(Bytes.EMPTY), AT_EMPTY_PATH, shown);
    }

    private Found statx(Scratch scratch, int folder, long path, int flags, Bytes shown) throws FileSystemException {
        int mask = STATX_BASIC_STATS | (wanted.birthTime() ? STATX_BTIME : 0);
        Errno.check(call(scratch, Call.STATX, folder, path, flags, mask, scratch.at(Scratch.STATX)), shown);
        ByteBuffer memory = scratch.memory;
        int mode = memory.getShort(MODE) & 0xffff;
        EntryType type = type(mode & S_IFMT);
        boolean isDevice = type != null && type.isDevice();
        boolean hasBirthTime = wanted.birthTime() && (memory.getInt(MASK) & STATX_BTIME) != 0;
        if (type == null) {
            throw new FileSystemException(shown.toString(), null, "Unknown file type");
        }
        Metadata metadata = new Metadata(
                type,
                mode & 07777,
                owner(memory.getInt(UID) & 0xffff_ffffL, memory.getInt(GID) & 0xffff_ffffL),
                time(memory, MODIFICATION_TIME),
                -1,
                type == EntryType.FILE ? memory.getLong(SIZE) : 0,
                Bytes.EMPTY,
                isDevice ? memory.getInt(DEVICE_MAJOR) : 0,
                isDevice ? memory.getInt(DEVICE_MINOR) : 0,
                wanted.accessTime() ? time(memory, ACCESS_TIME) : null,
                hasBirthTime ? time(memory, BIRTH_TIME) : null,
                List.of(),
                -1,
                List.of(),
                false,
                false);
        long device = (memory.getInt(FILE_SYSTEM_MAJOR) & 0xffff_ffffL) << 32
                | memory.getInt(FILE_SYSTEM_MINOR) & 0xffff_ffffL;
        return new Found(
                metadata, device, memory.getLong(INODE), memory.getInt(LINKS) & 0xffff_ffffL,
                time(memory, CHANGE_TIME), memory.getLong(BLOCKS) * 512);
    }

    /// @return null for what POSIX does not know
    static EntryType type(int format) {
        return switch (format) {
            case 0100000 -> EntryType.FILE;
            case 0040000 -> EntryType.FOLDER;
            case 0120000 -> EntryType.SYMLINK;
            case 0020000 -> EntryType.CHARACTER_DEVICE;
            case 0060000 -> EntryType.BLOCK_DEVICE;
            case 0010000 -> EntryType.FIFO;
            case 0140000 -> EntryType.SOCKET;
            default -> null;
        };
    }

    private static Timestamp time(ByteBuffer memory, int position) {
        return new Timestamp(memory.getLong(position), memory.getInt(position + 8));
    }

    private Owner owner(long uid, long gid) {
        return owners.computeIfAbsent(
                uid << 32 | gid,
                _ -> wanted.names()
                        ? new Owner(uid, gid, Accounts.users().name(uid), Accounts.groups().name(gid))
                        : new Owner(uid, gid, "", ""));
    }

    static Bytes readLink(int folder, Bytes name, Bytes shown) throws FileSystemException {
        Scratch scratch = Scratch.get();
        long n = Errno.check(
                call(scratch, Call.READLINKAT, folder, scratch.path(name), scratch.at(Scratch.VALUE), Scratch.BIG),
                shown);
        return Bytes.wrap(scratch.copy(Scratch.VALUE, (int) n));
    }

    private static long inodeFlags(int folder, Bytes name, boolean followLink) throws FileSystemException {
        long fd = open(folder, name, followLink, 0);
        if (fd < 0) {
            return -1;
        }
        Scratch scratch = Scratch.get();
        long result = call(scratch, Call.IOCTL, fd, FS_IOC_GETFLAGS, scratch.at(Scratch.VALUE));
        Kernel.close((int) fd);
        return result < 0 ? -1 : scratch.memory.getInt(Scratch.VALUE) & 0xffff_ffffL;
    }

    /// Opens to read, without waiting for a fifo's writer and without changing the access time where that is allowed.
    ///
    /// @return the descriptor, or the negative error number
    static long open(int folder, Bytes name, boolean followLink, int moreFlags) throws FileSystemException {
        Scratch scratch = Scratch.get();
        int flags = Kernel.O_RDONLY | Kernel.O_NONBLOCK | Kernel.O_NOCTTY | Kernel.O_CLOEXEC | moreFlags
                | (followLink ? 0 : Kernel.O_NOFOLLOW);
        long path = scratch.path(name);
        long fd = call(scratch, Call.OPENAT, folder, path, flags | Kernel.O_NOATIME, 0);
        return fd == -Errno.EPERM ? call(scratch, Call.OPENAT, folder, path, flags, 0) : fd;
    }

    // ---- xattrs

    /// Linux 6.13 has calls that take a folder; going through `/proc/self/fd` instead costs four times as much.
    private static final class FolderCalls {
        static final boolean WORK = probe();

        private static boolean probe() {
            try {
                Scratch scratch = Scratch.get();
                // Containers of old forbid calls that they don't know with EPERM.
                long result = call(scratch, Call.LISTXATTRAT, AT_FDCWD, scratch.path(Bytes.of("/")), 0, 0, 0);
                return result >= 0 || result == -Errno.EOPNOTSUPP;
            } catch (FileSystemException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }

    private static List<Xattr> xattrs(Scratch scratch, int folder, Bytes name, boolean followLink, Bytes shown)
            throws FileSystemException {
        long length = xattrNames(scratch, folder, name, followLink);
        if (length <= 0) {
            if (length < 0 && !isAbsent(length)) {
                throw Errno.exception((int) -length, shown);
            }
            return List.of();
        }
        List<Xattr> xattrs = new ArrayList<>();
        for (int at = Scratch.LIST; at < Scratch.LIST + length; ) {
            int n = scratch.stringLength(at);
            Bytes xattr = Bytes.wrap(scratch.copy(at, n));
            long size = xattrValue(scratch, folder, name, followLink, xattr);
            if (size >= 0) {
                xattrs.add(new Xattr(xattr, Bytes.wrap(scratch.copy(Scratch.VALUE, (int) size))));
            } else if (!isAbsent(size)) {
                throw Errno.exception((int) -size, shown);
            }
            at += n + 1;
        }
        xattrs.sort((a, b) -> a.name().compareTo(b.name()));
        return xattrs;
    }

    /// What is not there, gone meanwhile, or not for this user to read.
    private static boolean isAbsent(long result) {
        int errno = (int) -result;
        return errno == Errno.EOPNOTSUPP || errno == Errno.ENODATA || errno == Errno.EPERM || errno == Errno.EACCES
                || errno == Errno.ENOSYS;
    }

    /// The kernel sets aside as much memory as it is offered, so it is offered little at first.
    private static final int SMALL = 512;

    private static long xattrNames(Scratch scratch, int folder, Bytes name, boolean followLink)
            throws FileSystemException {
        long length = xattrNames(scratch, folder, name, followLink, SMALL);
        return length == -Errno.ERANGE ? xattrNames(scratch, folder, name, followLink, Scratch.BIG) : length;
    }

    private static long xattrNames(Scratch scratch, int folder, Bytes name, boolean followLink, int room)
            throws FileSystemException {
        long list = scratch.at(Scratch.LIST);
        if (FolderCalls.WORK) {
            int flags = followLink ? 0 : AT_SYMLINK_NOFOLLOW;
            return call(scratch, Call.LISTXATTRAT, folder, scratch.path(name), flags, list, room);
        }
        return call(
                scratch, followLink ? Call.LISTXATTR : Call.LLISTXATTR, scratch.procPath(folder, name), list, room);
    }

    /// Leaves an xattr's value in the scratch memory.
    ///
    /// @return its length, or the negative error number
    static long xattrValue(Scratch scratch, int folder, Bytes name, boolean followLink, Bytes xattr)
            throws FileSystemException {
        long length = xattrValue(scratch, folder, name, followLink, xattr, SMALL);
        return length == -Errno.ERANGE
                ? xattrValue(scratch, folder, name, followLink, xattr, Scratch.BIG)
                : length;
    }

    private static long xattrValue(
            Scratch scratch, int folder, Bytes name, boolean followLink, Bytes xattr, int room)
            throws FileSystemException {
        long value = scratch.at(Scratch.VALUE);
        if (FolderCalls.WORK) {
            int flags = followLink ? 0 : AT_SYMLINK_NOFOLLOW;
            // struct xattr_args: address, then size and flags in 32 bits each
            return call(
                    scratch, Call.GETXATTRAT, folder, scratch.path(name), flags, scratch.name(xattr),
                    scratch.longs(value, room, 0), 16);
        }
        return call(
                scratch, followLink ? Call.GETXATTR : Call.LGETXATTR, scratch.procPath(folder, name),
                scratch.name(xattr), value, room);
    }

    /// Names of the xattrs of what is open, or with a name of that in an open folder; none where it can't say.
    static List<Bytes> xattrNames(int fd, Bytes nameOrNull) throws FileSystemException {
        Scratch scratch = Scratch.get();
        long length = nameOrNull == null
                ? call(scratch, Call.FLISTXATTR, fd, scratch.at(Scratch.LIST), Scratch.BIG)
                : xattrNames(scratch, fd, nameOrNull, false);
        List<Bytes> names = new ArrayList<>();
        for (int at = Scratch.LIST; at < Scratch.LIST + length; at += names.getLast().length() + 1) {
            names.add(Bytes.wrap(scratch.copy(at, scratch.stringLength(at))));
        }
        return names;
    }
}
