package ptar.tree.posix;

import static ptar.tree.posix.Kernel.call;

import java.nio.file.FileSystemException;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceTree.Found;
import ptar.tree.TargetTree.Problems;
import ptar.tree.TargetTree.Restore;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

/// Gives one inode its metadata back, in the one order that works:
/// - the owner first, since `chown` takes setuid, setgid and capabilities away;
/// - xattrs while the mode still lets us write: `user.*` needs that of the owner, even through an open file;
/// - then the mode, and ACLs behind it: it would cut their mask by the umask;
/// - times behind all that changes them, flags last, as an immutable file takes nothing more.
record Restoration(Inode inode, Bytes path, Metadata metadata, Restore what, Problems problems, int umask) {
    private static final int SETUID = 04000;
    private static final int SETGID = 02000;
    private static final long FS_IOC_SETFLAGS = 0x4008_6602L;

    /// Of linux/fs.h: `FS_FL_USER_MODIFIABLE`, `FS_JOURNAL_DATA_FL`, `FS_NOCOW_FL`, `FS_PROJINHERIT_FL`; the others
    /// tell how the file system keeps the file.
    private static final long SETTABLE_FLAGS = 0x0003_80ffL | 0x4000L | 0x0080_0000L | 0x2000_0000L;

    private static final Bytes ACCESS_ACL = Bytes.of("system.posix_acl_access");
    private static final Bytes DEFAULT_ACL = Bytes.of("system.posix_acl_default");

    /// @param mayHaveAcl one that is not the archive's: inherited, or from before
    void run(boolean mayHaveAcl) throws FileSystemException {
        if (what.owner()) {
            restoreOwner();
        }
        if (what.xattrs() && mayHaveAcl) {
            removeAcls();
        }
        if (what.xattrs()) {
            restoreXattrs(false);
        }
        if (metadata.type() != EntryType.SYMLINK) {
            restoreMode();
        }
        if (what.xattrs()) {
            restoreXattrs(true);
        }
        restoreTimes();
        if (what.inodeFlags() && metadata.inodeFlags() >= 0) {
            restoreFlags();
        }
    }

    private void restoreOwner() throws FileSystemException {
        long uid = uid();
        long gid = gid();
        long result = inode.setOwner(uid, gid);
        if (result < 0) {
            problem("owner", result);
            // The group alone may be one of ours.
            inode.setOwner(-1, gid);
        }
    }

    private long uid() {
        Owner owner = metadata.owner();
        long named = what.numericOwner() || owner.user().isEmpty() ? -1 : Accounts.users().number(owner.user());
        return named >= 0 ? named : owner.uid();
    }

    private long gid() {
        Owner owner = metadata.owner();
        long named = what.numericOwner() || owner.group().isEmpty() ? -1 : Accounts.groups().number(owner.group());
        return named >= 0 ? named : owner.gid();
    }

    private void removeAcls() throws FileSystemException {
        for (Bytes name : inode.xattrNames()) {
            if (isAcl(name) && metadata.xattrs().stream().noneMatch(xattr -> xattr.name().equals(name))) {
                report("xattr " + name, inode.removeXattr(name));
            }
        }
    }

    private void restoreXattrs(boolean acls) throws FileSystemException {
        for (Xattr xattr : metadata.xattrs()) {
            if (isAcl(xattr.name()) == acls) {
                report("xattr " + xattr.name(), inode.setXattr(xattr));
            }
        }
    }

    private static boolean isAcl(Bytes name) {
        return name.equals(ACCESS_ACL) || name.equals(DEFAULT_ACL);
    }

    private void restoreMode() throws FileSystemException {
        int mode = what.exactMode() ? metadata.mode() : metadata.mode() & 0777 & ~umask;
        if ((mode & (SETUID | SETGID)) != 0 && metadata.type() != EntryType.FOLDER) {
            // Whoever runs it must not become someone that the archive didn't mean.
            Found now = inode.look(path);
            mode &= now.metadata().owner().uid() == uid() ? ~0 : ~SETUID;
            mode &= now.metadata().owner().gid() == gid() ? ~0 : ~SETGID;
        }
        report("mode", inode.setMode(mode));
    }

    private void restoreTimes() throws FileSystemException {
        Timestamp access = what.accessTime() ? metadata.accessTime() : null;
        Timestamp modification = what.modificationTime() ? metadata.modificationTime() : null;
        if (access != null || modification != null) {
            report("time", inode.setTimes(access, modification));
        }
    }

    private void restoreFlags() {
        if (inode.name() != null) {
            return;
        }
        Scratch scratch = Scratch.get();
        long value = scratch.at(Scratch.VALUE);
        long result = call(scratch, Call.IOCTL, inode.fd(), Inspector.FS_IOC_GETFLAGS, value);
        if (result >= 0) {
            long now = scratch.memory.getInt(Scratch.VALUE) & 0xffff_ffffL;
            long then = now & ~SETTABLE_FLAGS | metadata.inodeFlags() & SETTABLE_FLAGS;
            if (then != now) {
                scratch.memory.putInt(Scratch.VALUE, (int) then);
                result = call(scratch, Call.IOCTL, inode.fd(), FS_IOC_SETFLAGS, value);
            }
        } else if ((metadata.inodeFlags() & SETTABLE_FLAGS) == 0) {
            return;
        }
        report("inode flags", result);
    }

    private void report(String kind, long result) {
        if (result < 0) {
            problem(kind, result);
        }
    }

    private void problem(String kind, long result) {
        problems.add(path, kind, Errno.exception((int) -result, path));
    }
}
