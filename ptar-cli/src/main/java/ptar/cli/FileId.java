package ptar.cli;

import ptar.tree.SourceTree;

/// Identity of a file on this machine.
record FileId(long device, long inode) {
    // As a record has them, but these need no classes that are made at run time (10 ms at start).
    @Override
    public boolean equals(Object other) {
        return other instanceof FileId id && device == id.device && inode == id.inode;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(device) + Long.hashCode(inode);
    }

    static FileId of(SourceTree.Found found) {
        return new FileId(found.device(), found.inode());
    }
}
