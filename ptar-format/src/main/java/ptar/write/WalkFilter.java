package ptar.write;

import java.util.List;
import ptar.tree.Bytes;
import ptar.tree.SourceTree;

/// Decides what a [TreeWalk] leaves out. Names are those of the walk: the operand as typed and what lies below it
/// (`./a/b` below the operand `./a`).
public interface WalkFilter {
    /// Keeps everything.
    WalkFilter ALL = new WalkFilter() {};

    /// Asked before a name is looked at. What is refused is not walked either.
    default boolean acceptsName(Bytes name) {
        return true;
    }

    /// Asked when it is known what a name is. A folder that is refused is still walked.
    ///
    /// @param isOperand false for what was found below an operand
    default boolean acceptsFound(Bytes name, SourceTree.Found found, boolean isOperand) {
        return true;
    }

    /// Asked when a folder was opened, before its entry is delivered.
    ///
    /// @param parent of the folder; null if it is an operand
    default Below below(OpenedFolder folder, SourceTree.Found parent) {
        return new Below(true, folder.names(), this);
    }

    /// A folder of the walk.
    ///
    /// @param sourcePath where it is in the tree
    /// @param names all names in it, increasing
    record OpenedFolder(SourceTree tree, Bytes sourcePath, Bytes name, SourceTree.Found found, List<Bytes> names) {}

    /// What becomes of a folder.
    ///
    /// @param keepFolder whether its own entry is delivered
    /// @param names which of its names are walked, increasing
    /// @param filter asked about them
    record Below(boolean keepFolder, List<Bytes> names, WalkFilter filter) {}
}
