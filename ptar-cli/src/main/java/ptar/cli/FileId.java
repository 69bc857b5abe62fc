package ptar.cli;

import ptar.tree.SourceTree;

/// Identity of a file on this machine.
record FileId(long device, long inode) {
    static FileId of(SourceTree.Found found) {
        return new FileId(found.device(), found.inode());
    }
}
