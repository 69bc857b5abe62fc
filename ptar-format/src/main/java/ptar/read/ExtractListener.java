package ptar.read;

import java.io.IOException;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;

/// Hears of what an extraction does and what the archive did not bring. What the target refuses is told to the
/// [RestoreListener]. Nothing told here stops the extraction. Called by several threads.
public interface ExtractListener {
    /// Hears nothing.
    ExtractListener NONE = new ExtractListener() { };

    /// An entry was selected and is about to be extracted. By the thread that reads the index or the journal.
    default void entry(EntryPath path, Metadata metadata, Bytes targetName) {}

    /// The entry's content is damaged or missing: nothing is left under its name.
    default void damaged(EntryPath path, IOException cause) {}
}
