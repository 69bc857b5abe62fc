package ptar.tree.portable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceTree.Found;
import ptar.tree.SourceTree.Wanted;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

/// Reads what the platform tells of a path: all of `stat` where there is a `unix` view, else permissions and owners,
/// else type, size and times with a mode made up.
final class Looker {
    static final String XATTR_PREFIX = "user.";

    private static final int S_IFMT = 0170000;
    private static final LinkOption[] FOLLOW = {};
    private static final LinkOption[] NOFOLLOW = {LinkOption.NOFOLLOW_LINKS};

    private final Wanted wanted;
    private final Names names;
    private final Set<String> views;

    Looker(FileSystem fileSystem, Wanted wanted) {
        this.wanted = wanted;
        names = new Names(fileSystem);
        views = fileSystem.supportedFileAttributeViews();
    }

    static LinkOption[] options(boolean followLink) {
        return followLink ? FOLLOW : NOFOLLOW;
    }

    Found look(Path path, boolean followLink) throws IOException {
        LinkOption[] options = options(followLink);
        BasicFileAttributes basic = views.contains("posix")
                ? Files.readAttributes(path, PosixFileAttributes.class, options)
                : Files.readAttributes(path, BasicFileAttributes.class, options);
        Map<String, Object> unix = views.contains("unix") ? Files.readAttributes(path, "unix:*", options) : Map.of();
        EntryType type = type(basic, unix);
        Metadata metadata = Metadata.of(
                type, mode(path, basic, unix, options), owner(path, basic, unix, options),
                timestamp(basic.lastModifiedTime()));
        metadata = metadata.withTimes(
                wanted.accessTime() ? timestamp(basic.lastAccessTime()) : null,
                wanted.birthTime() ? timestamp(basic.creationTime()) : null);
        switch (type) {
            case FILE -> metadata = metadata.withSize(basic.size());
            case SYMLINK -> metadata = metadata.withLinkTarget(names.anyBytes(Files.readSymbolicLink(path)));
            case CHARACTER_DEVICE, BLOCK_DEVICE -> metadata = withDevice(metadata, number(unix, "rdev", 0));
            default -> { }
        }
        if (wanted.xattrs() && views.contains("user") && (type == EntryType.FILE || type == EntryType.FOLDER)) {
            metadata = metadata.withXattrs(xattrs(path, options));
        }
        return new Found(
                metadata, number(unix, "dev", 0), number(unix, "ino", 0), number(unix, "nlink", 1),
                unix.get("ctime") instanceof FileTime time ? timestamp(time) : null, metadata.size());
    }

    private static EntryType type(BasicFileAttributes basic, Map<String, Object> unix) throws IOException {
        if (basic.isRegularFile()) {
            return EntryType.FILE;
        }
        if (basic.isSymbolicLink()) {
            return EntryType.SYMLINK;
        }
        // A directory that is something else too is a junction: never to be walked into.
        if (basic.isDirectory() && !basic.isOther()) {
            return EntryType.FOLDER;
        }
        return switch ((int) number(unix, "mode", 0) & S_IFMT) {
            case 0020000 -> EntryType.CHARACTER_DEVICE;
            case 0060000 -> EntryType.BLOCK_DEVICE;
            case 0010000 -> EntryType.FIFO;
            case 0140000 -> EntryType.SOCKET;
            default -> throw new IOException("Unknown file type");
        };
    }

    private int mode(Path path, BasicFileAttributes basic, Map<String, Object> unix, LinkOption[] options)
            throws IOException {
        if (unix.get("mode") instanceof Integer mode) {
            return mode & 07777;
        }
        if (basic instanceof PosixFileAttributes posix) {
            return bits(posix.permissions());
        }
        if (basic.isSymbolicLink()) {
            return 0777;
        }
        boolean isReadOnly = views.contains("dos")
                && Files.readAttributes(path, DosFileAttributes.class, options).isReadOnly();
        return basic.isDirectory() ? 0755 : isReadOnly ? 0444 : 0644;
    }

    static int bits(Set<PosixFilePermission> permissions) {
        int bits = 0;
        for (PosixFilePermission permission : permissions) {
            // Declared from the owner's read to the others' execute permission.
            bits |= 0400 >> permission.ordinal();
        }
        return bits;
    }

    private Owner owner(Path path, BasicFileAttributes basic, Map<String, Object> unix, LinkOption[] options)
            throws IOException {
        long uid = number(unix, "uid", 0) & 0xffff_ffffL;
        long gid = number(unix, "gid", 0) & 0xffff_ffffL;
        if (!wanted.names()) {
            return new Owner(uid, gid, "", "");
        }
        if (basic instanceof PosixFileAttributes posix) {
            return new Owner(uid, gid, name(posix.owner().getName()), name(posix.group().getName()));
        }
        return new Owner(uid, gid, views.contains("owner") ? Files.getOwner(path, options).getName() : "", "");
    }

    /// The JDK gives the number where there is no name.
    private static String name(String name) {
        return name.chars().allMatch(Character::isDigit) ? "" : name;
    }

    /// macOS has 8 bits of major number and 24 of minor; Linux as `makedev` of glibc has it.
    private static Metadata withDevice(Metadata metadata, long device) {
        boolean isMac = System.getProperty("os.name").startsWith("Mac");
        long major = isMac ? device >> 24 & 0xff : device >> 8 & 0xfff | device >> 32 & 0xffff_f000L;
        long minor = isMac ? device & 0xff_ffff : device & 0xff | device >> 12 & 0xffff_ff00L;
        return metadata.withDevice((int) major, (int) minor);
    }

    private static long number(Map<String, Object> attributes, String name, long otherwise) {
        return attributes.get(name) instanceof Number number ? number.longValue() : otherwise;
    }

    private static Timestamp timestamp(FileTime time) {
        Instant instant = time.toInstant();
        return new Timestamp(instant.getEpochSecond(), instant.getNano());
    }

    private static List<Xattr> xattrs(Path path, LinkOption[] options) {
        List<Xattr> xattrs = new ArrayList<>();
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, options);
        try {
            for (String name : view == null ? List.<String>of() : view.list()) {
                ByteBuffer value = ByteBuffer.allocate(view.size(name));
                view.read(name, value);
                xattrs.add(new Xattr(Bytes.of(XATTR_PREFIX + name), Bytes.copyOf(value.array(), 0, value.position())));
            }
        } catch (IOException none) {
            // This file system has none, whatever the platform has.
        }
        xattrs.sort(Comparator.comparing(Xattr::name));
        return xattrs;
    }
}
