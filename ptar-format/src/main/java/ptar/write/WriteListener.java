package ptar.write;

import java.io.IOException;
import ptar.tree.SourceTree;

/// Hears of files whose content could not be read as the walk saw it. Nothing told here stops the writer. Called by the
/// writer's own thread.
public interface WriteListener {
    /// Hears nothing.
    WriteListener NONE = new WriteListener() {};

    /// The file can't be opened: its entry is left out. `NoSuchFileException` if it was removed since the walk saw it.
    default void cannotOpen(EntrySource.Item item, IOException cause) {}

    /// Reading failed: the rest of the file reads as zeros, its entry is marked as changed.
    default void cannotRead(EntrySource.Item item, long offset, IOException cause) {}

    /// The file ended early: the rest reads as zeros, its entry is marked as changed.
    default void shrank(EntrySource.Item item, long missingBytes) {}

    /// Size, time, owner or mode changed while the file was read; its entry is marked.
    default void changed(EntrySource.Item item) {}

    /// The file changed after the walk saw it, and was read again: as it was then, it is stored.
    default void readAgain(EntrySource.Item item, SourceTree.Found found) {}

    /// The metadata is too long for the format (more than 4 MiB): the entry is left out.
    default void tooLarge(EntrySource.Item item, String reason) {}
}
