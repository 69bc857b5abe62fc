package ptar.tree;

/// An optional part of an entry's metadata as tag and value (spec §7.2). A reader keeps or passes over tags that it
/// does not know; the ones known have accessors in [Metadata].
///
/// @param tag 1 access time, 2 birth time, 3 xattr, 4 inode flags
public record Attribute(int tag, Bytes value) {
    public static final int ACCESS_TIME = 1;
    public static final int BIRTH_TIME = 2;
    public static final int XATTR = 3;
    public static final int INODE_FLAGS = 4;
}
