package ptar.tree.portable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.DosFileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.FileFailure;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.TargetTree.Problems;
import ptar.tree.TargetTree.Restore;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

/// Gives one path its metadata back as far as the platform can: owner, xattrs, mode, times.
record Restoration(
        Bytes path, Path place, Metadata metadata, Restore what, Problems problems, Looker looker) {
    private static final int SETUID = 04000;
    private static final int SETGID = 02000;

    /// What `java.nio.file` has no way to ask for.
    private static final int USUAL_UMASK = 022;

    private interface Step {
        void run() throws IOException;
    }

    void run() {
        if (what.owner()) {
            attempt("owner", this::restoreOwner);
        }
        if (what.xattrs()) {
            for (Xattr xattr : metadata.xattrs()) {
                attempt("xattr " + xattr.name(), () -> restoreXattr(xattr));
            }
        }
        if (metadata.type() != EntryType.SYMLINK) {
            attempt("mode", this::restoreMode);
        }
        if (what.modificationTime() || what.accessTime() && metadata.accessTime() != null) {
            attempt("time", this::restoreTimes);
        }
        if (what.inodeFlags() && metadata.inodeFlags() > 0) {
            problems.add(path, "inode flags", FileFailure.notSupported(path.toString()));
        }
    }

    private void attempt(String kind, Step step) {
        try {
            step.run();
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException | SecurityException e) {
            problems.add(path, kind, Failures.of(path, e));
        }
    }

    private boolean has(String view) {
        return place.getFileSystem().supportedFileAttributeViews().contains(view);
    }

    private void restoreOwner() throws IOException {
        Owner owner = metadata.owner();
        if (what.numericOwner() || !restoreByName(owner.user(), false)) {
            Files.setAttribute(place, "unix:uid", (int) owner.uid(), LinkOption.NOFOLLOW_LINKS);
        }
        if (what.numericOwner() || !restoreByName(owner.group(), true)) {
            Files.setAttribute(place, "unix:gid", (int) owner.gid(), LinkOption.NOFOLLOW_LINKS);
        }
    }

    /// @return false if there is no such name here
    private boolean restoreByName(String name, boolean isGroup) throws IOException {
        if (name.isEmpty()) {
            return false;
        }
        UserPrincipalLookupService accounts = place.getFileSystem().getUserPrincipalLookupService();
        try {
            if (isGroup) {
                PosixFileAttributeView view =
                        Files.getFileAttributeView(place, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
                if (view == null) {
                    return true;
                }
                view.setGroup(accounts.lookupPrincipalByGroupName(name));
            } else {
                FileOwnerAttributeView view =
                        Files.getFileAttributeView(place, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS);
                if (view == null) {
                    return true;
                }
                view.setOwner(accounts.lookupPrincipalByName(name));
            }
            return true;
        } catch (UserPrincipalNotFoundException e) {
            return false;
        }
    }

    private void restoreXattr(Xattr xattr) throws IOException {
        String name = xattr.name().utf8OrNull();
        UserDefinedFileAttributeView view = Files.getFileAttributeView(
                place, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (name == null || !name.startsWith(Looker.XATTR_PREFIX) || view == null
                || metadata.type() == EntryType.SYMLINK) {
            throw new UnsupportedOperationException();
        }
        view.write(name.substring(Looker.XATTR_PREFIX.length()), xattr.value().asBuffer());
    }

    private void restoreMode() throws IOException {
        int mode = what.exactMode() ? metadata.mode() : metadata.mode() & 0777 & ~USUAL_UMASK;
        if ((mode & (SETUID | SETGID)) != 0 && metadata.type() != EntryType.FOLDER) {
            Owner now = looker.look(place, false).metadata().owner();
            mode &= now.uid() == metadata.owner().uid() ? ~0 : ~SETUID;
            mode &= now.gid() == metadata.owner().gid() ? ~0 : ~SETGID;
        }
        if (has("posix")) {
            // Not followed in effect: what is there is no link, as the caller has seen.
            PosixFileAttributeView view = Files.getFileAttributeView(place, PosixFileAttributeView.class);
            view.setPermissions(permissions(mode));
            if ((mode & 07000) != 0) {
                Files.setAttribute(place, "unix:mode", mode);
            }
        } else if (has("dos") && metadata.type() == EntryType.FILE) {
            Files.getFileAttributeView(place, DosFileAttributeView.class).setReadOnly((mode & 0222) == 0);
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((mode & 0400 >> permission.ordinal()) != 0) {
                permissions.add(permission);
            }
        }
        return permissions;
    }

    private void restoreTimes() throws IOException {
        BasicFileAttributeView view =
                Files.getFileAttributeView(place, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        view.setTimes(
                what.modificationTime() ? fileTime(metadata.modificationTime()) : null,
                what.accessTime() ? fileTime(metadata.accessTime()) : null,
                null);
    }

    private static FileTime fileTime(Timestamp time) {
        if (time == null) {
            return null;
        }
        boolean fits = time.seconds() >= Instant.MIN.getEpochSecond() && time.seconds() <= Instant.MAX.getEpochSecond();
        return fits
                ? FileTime.from(Instant.ofEpochSecond(time.seconds(), time.nanos()))
                : FileTime.from(time.seconds(), TimeUnit.SECONDS);
    }
}
