package ptar.tree;

import java.util.List;

/// All that is kept of an entry beside its name and its content (spec §7.2).
///
/// @param mode the lower 12 bits of `st_mode`
/// @param hardLinkGroup entries with the same number are names of one inode; -1 for an entry with one name
/// @param size content bytes of a file, 0 for every other type
/// @param linkTarget of a symbolic link, else empty
/// @param major,minor of a device, else 0
/// @param accessTime,birthTime null where not recorded
/// @param xattrs by increasing name, empty where there are none
/// @param inodeFlags as of `FS_IOC_GETFLAGS`, -1 where not recorded
/// @param unknown attributes with tags this version does not know, as they were read
/// @param changedWhileRead the content is from a moment when the file was being changed
/// @param absolute the name was given with a leading `/` and `-P`
public record Metadata(
        EntryType type,
        int mode,
        Owner owner,
        Timestamp modificationTime,
        long hardLinkGroup,
        long size,
        Bytes linkTarget,
        int major,
        int minor,
        Timestamp accessTime,
        Timestamp birthTime,
        List<Xattr> xattrs,
        long inodeFlags,
        List<Attribute> unknown,
        boolean changedWhileRead,
        boolean absolute) {
    public Metadata {
        if (mode < 0 || mode > 07777) {
            throw new IllegalArgumentException("mode out of range: " + Integer.toOctalString(mode));
        }
        if (size < 0 || size > 0 && type != EntryType.FILE) {
            throw new IllegalArgumentException("size out of range: " + size);
        }
        xattrs = List.copyOf(xattrs);
        unknown = List.copyOf(unknown);
    }

    /// Metadata with the parts that every entry has.
    public static Metadata of(EntryType type, int mode, Owner owner, Timestamp modificationTime) {
        return new Metadata(
                type, mode, owner, modificationTime, -1, 0, Bytes.EMPTY, 0, 0, null, null, List.of(), -1, List.of(),
                false, false);
    }

    public Metadata withMode(int newMode) {
        return new Metadata(
                type, newMode, owner, modificationTime, hardLinkGroup, size, linkTarget, major, minor, accessTime,
                birthTime, xattrs, inodeFlags, unknown, changedWhileRead, absolute);
    }

    public Metadata withOwner(Owner newOwner) {
        return new Metadata(
                type, mode, newOwner, modificationTime, hardLinkGroup, size, linkTarget, major, minor, accessTime,
                birthTime, xattrs, inodeFlags, unknown, changedWhileRead, absolute);
    }

    public Metadata withModificationTime(Timestamp newTime) {
        return new Metadata(
                type, mode, owner, newTime, hardLinkGroup, size, linkTarget, major, minor, accessTime, birthTime,
                xattrs, inodeFlags, unknown, changedWhileRead, absolute);
    }

    public Metadata withHardLinkGroup(long newGroup) {
        return new Metadata(
                type, mode, owner, modificationTime, newGroup, size, linkTarget, major, minor, accessTime, birthTime,
                xattrs, inodeFlags, unknown, changedWhileRead, absolute);
    }

    public Metadata withSize(long newSize) {
        return new Metadata(
                type, mode, owner, modificationTime, hardLinkGroup, newSize, linkTarget, major, minor, accessTime,
                birthTime, xattrs, inodeFlags, unknown, changedWhileRead, absolute);
    }

    public Metadata withLinkTarget(Bytes newTarget) {
        return new Metadata(
                type, mode, owner, modificationTime, hardLinkGroup, size, newTarget, major, minor, accessTime,
                birthTime, xattrs, inodeFlags, unknown, changedWhileRead, absolute);
    }

    public Metadata withDevice(int newMajor, int newMinor) {
        return new Metadata(
                type, mode, owner, modificationTime, hardLinkGroup, size, linkTarget, newMajor, newMinor, accessTime,
                birthTime, xattrs, inodeFlags, unknown, changedWhileRead, absolute);
    }

    public Metadata withXattrs(List<Xattr> newXattrs) {
        return new Metadata(
                type, mode, owner, modificationTime, hardLinkGroup, size, linkTarget, major, minor, accessTime,
                birthTime, newXattrs, inodeFlags, unknown, changedWhileRead, absolute);
    }

    public Metadata withTimes(Timestamp newAccessTime, Timestamp newBirthTime) {
        return new Metadata(
                type, mode, owner, modificationTime, hardLinkGroup, size, linkTarget, major, minor, newAccessTime,
                newBirthTime, xattrs, inodeFlags, unknown, changedWhileRead, absolute);
    }

    public Metadata withInodeFlags(long newFlags) {
        return new Metadata(
                type, mode, owner, modificationTime, hardLinkGroup, size, linkTarget, major, minor, accessTime,
                birthTime, xattrs, newFlags, unknown, changedWhileRead, absolute);
    }

    public Metadata withMarks(boolean isChangedWhileRead, boolean isAbsolute) {
        return new Metadata(
                type, mode, owner, modificationTime, hardLinkGroup, size, linkTarget, major, minor, accessTime,
                birthTime, xattrs, inodeFlags, unknown, isChangedWhileRead, isAbsolute);
    }

    public Metadata withUnknown(List<Attribute> newUnknown) {
        return new Metadata(
                type, mode, owner, modificationTime, hardLinkGroup, size, linkTarget, major, minor, accessTime,
                birthTime, xattrs, inodeFlags, newUnknown, changedWhileRead, absolute);
    }
}
