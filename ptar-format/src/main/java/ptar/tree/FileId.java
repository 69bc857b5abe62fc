package ptar.tree;

/// Identity of a file on this machine: names with the same are hard links; but 0, 0 says that the platform has none.
public record FileId(long device, long inode) {
    public static FileId of(SourceTree.Found found) {
        return new FileId(found.device(), found.inode());
    }

    // Equal as a record's are, but no classes have to be made at run time (5 to 10 ms at start).
    @Override
    public boolean equals(Object other) {
        return other instanceof FileId that && device == that.device && inode == that.inode;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(device) + Long.hashCode(inode);
    }
}
