package ptar.cli;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import ptar.cli.match.ExclusionFilter;
import ptar.cli.options.Settings;
import ptar.cli.options.Warning;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.FileId;
import ptar.tree.SourceTree;
import ptar.tree.Timestamp;

/// What is left out of an archive by more than its name: the archive itself, what is too old, what lies on another
/// file system, what the user does not want.
final class CreateChoice implements ExclusionFilter.Choice {
    private static final Bytes SLASH = Bytes.of("/");

    private final Settings settings;
    private final Console console;
    private final Timestamp newer;
    private final Prompt prompt;
    /// The archive's own files.
    private final Map<FileId, Own> archive = new HashMap<>();
    /// The folder that the user did not want last: what is in it is not asked for.
    private FileId unwantedFolder;

    /// What is said of a file of the archive: nothing, its name as found, or this base name.
    private record Own(boolean silent, Bytes baseName) {}

    /// @param newer what is older is left out; null for nothing
    CreateChoice(Settings settings, Console console, Timestamp newer) {
        this.settings = settings;
        this.console = console;
        this.newer = newer;
        this.prompt = settings.interactive ? new Prompt(false) : null;
    }

    /// @param baseName what it will be called in its folder; null if it is called so already
    void isArchive(SourceTree.Found file, boolean silent, Bytes baseName) {
        archive.put(FileId.of(file), new Own(silent, baseName));
    }

    @Override
    public boolean accepts(Bytes name, SourceTree.Found found, boolean isOperand) {
        boolean isFolder = found.metadata().type() == EntryType.FOLDER;
        if (!isFolder && !archive.isEmpty()) {
            Own own = archive.get(FileId.of(found));
            if (own != null) {
                if (!own.silent) {
                    Bytes folder = name.slice(0, name.lastIndexOf((byte) '/') + 1);
                    Bytes shown = own.baseName == null ? name : folder.concat(own.baseName);
                    tell(Warning.IGNORE_ARCHIVE, shown, "file is the archive; not dumped");
                }
                return false;
            }
        }
        if (newer != null && !isFolder && isOld(found)) {
            if (settings.verbosity > 0) {
                tell(Warning.FILE_UNCHANGED, name, "file is unchanged; not dumped");
            }
            return false;
        }
        boolean isWanted = prompt == null || prompt.confirms(console, "add", name);
        unwantedFolder = isFolder && !isWanted ? FileId.of(found) : unwantedFolder;
        return isWanted;
    }

    private boolean isOld(SourceTree.Found found) {
        boolean isOld = found.metadata().modificationTime().compareTo(newer) < 0;
        return isOld && !(settings.create.newerLooksAtChangeTime && found.changeTime() != null
                && found.changeTime().compareTo(newer) >= 0);
    }

    @Override
    public boolean enters(Bytes name, SourceTree.Found found, SourceTree.Found parent) {
        if (unwantedFolder != null && unwantedFolder.equals(FileId.of(found))) {
            return false;
        }
        if (settings.create.oneFileSystem && parent != null && parent.device() != found.device()) {
            if (settings.verbosity > 0) {
                tell(Warning.XDEV, name.concat(SLASH), "file is on a different filesystem; not dumped");
            }
            return false;
        }
        return true;
    }

    @Override
    public void tagged(Bytes folder, Bytes tag, String message) {
        if (settings.verbosity > 0) {
            tell(
                    Warning.CACHEDIR, folder.concat(SLASH),
                    "contains a cache directory tag " + console.shown(tag) + "; " + message);
        }
    }

    @Override
    public void unreadable(Bytes name, IOException cause) {
        console.error(console.shown(name) + ": Cannot open: " + Failure.reason(cause));
    }

    private void tell(Warning kind, Bytes name, String message) {
        if (!settings.silenced.contains(kind)) {
            console.warn(console.shown(name) + ": " + message);
        }
    }
}
