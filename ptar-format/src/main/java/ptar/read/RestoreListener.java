package ptar.read;

import java.io.IOException;
import ptar.tree.Bytes;

/// Hears what did not come out as archived. Called from any thread that restores, so implementations see to order.
public interface RestoreListener {
    /// An entry was not restored, or only in part: exit code 2.
    ///
    /// @param message what tar would say behind `tar: name: `, for example `Cannot open: File exists`
    void failed(Bytes name, String message, IOException cause);

    /// The entry is there, but some of its metadata could not be set.
    ///
    /// @param kind a key to sum up by: `owner`, `mode`, `time`, `xattr security.capability`, `inode flags`
    void notRestored(Bytes name, String kind, IOException cause);

    /// What was there before has been kept, as the options say.
    void kept(Bytes name, Kept why);

    /// What was there before has now another name.
    void backedUp(Bytes name, Bytes backup);

    enum Kept {
        /// Something is there already (`--skip-old-files`).
        EXISTING,
        /// What is there is newer or of the same age (`--keep-newer-files`).
        NEWER
    }
}
