package ptar.write;

import java.io.IOException;
import ptar.tree.Bytes;
import ptar.tree.SourceTree;

/// Hears of what a [TreeWalk] delivers and of what it could not. Nothing told here stops the walk.
public interface WalkListener {
    /// Hears nothing.
    WalkListener NONE = new WalkListener() {};

    /// An entry is about to be delivered.
    ///
    /// @param name the operand as typed, or what was found below it
    default void entry(Bytes name, EntrySource.Item item) {}

    /// A name is not there, or can't be looked at: it is left out.
    ///
    /// @param isOperand false for what was found below an operand, so that a file not there has just been removed
    default void cannotStat(Bytes name, IOException cause, boolean isOperand) {}

    /// A folder can't be opened or read: its entry is kept, what lies below is left out.
    default void cannotOpenFolder(Bytes name, IOException cause) {}

    /// Links that are followed lead back to a folder that is being walked: it is left out.
    default void folderLoop(Bytes name, SourceTree.Found found) {}

    /// A name can't stand in an archive, or lies below what another operand says is not a folder: it is left out.
    default void cannotStore(Bytes name, String reason) {}
}
