package ptar.tree;

/// Identity of a file on this machine: names with the same are hard links.
public record FileId(long device, long inode) {
    public static FileId of(SourceTree.Found found) {
        return new FileId(found.device(), found.inode());
    }

    // As a record has them, but these need no classes that are made at run time (5 to 10 ms at start).
    @Override
    public boolean equals(Object other) {
        return other instanceof FileId that && device == that.device && inode == that.inode;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(device) + Long.hashCode(inode);
    }
}
