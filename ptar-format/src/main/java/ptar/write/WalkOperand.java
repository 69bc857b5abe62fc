package ptar.write;

import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.SourceTree;

/// One name that a [TreeWalk] starts from.
///
/// @param sourcePath where it is in the tree (`/srv/data/./a` for `./a` behind `-C /srv/data`)
/// @param name as typed, for messages and patterns
/// @param path of its entry in the archive
/// @param absolute whether entries get the mark for names given absolute
/// @param recurse whether a folder is walked
/// @param followLink whether this name is followed if it is a symbolic link
/// @param followAll whether all links below it are followed
public record WalkOperand(
        SourceTree tree,
        Bytes sourcePath,
        Bytes name,
        EntryPath path,
        boolean absolute,
        boolean recurse,
        boolean followLink,
        boolean followAll,
        WalkFilter filter) {
    /// A name in a tree with all that lies below it.
    ///
    /// @param name relative to the tree's base; leading `/` and `../` are not kept in the archive
    public static WalkOperand of(SourceTree tree, Bytes name) {
        return new WalkOperand(
                tree, name, name, MemberName.of(name).path(), false, true, false, false, WalkFilter.ALL);
    }

    boolean walksAs(WalkOperand other) {
        return recurse == other.recurse && followAll == other.followAll && filter == other.filter
                && absolute == other.absolute && tree == other.tree;
    }
}
