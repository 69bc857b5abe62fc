package ptar.cli;

import java.util.HashSet;
import java.util.Set;
import ptar.cli.match.Exclusions;
import ptar.cli.match.Members;
import ptar.cli.options.Settings;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Timestamp;
import ptar.write.MemberName;

/// Which entries of an archive `-t` and `-x` take: members, exclusions, `--newer`, `--starting-file`, `--occurrence`.
/// Says which folders are passed over, if asked (`--show-omitted-dirs`).
final class Taken {
    private static final Bytes DOT_SLASH = Bytes.of("./");

    private final Members members;
    private final Exclusions exclusions;
    private final Timestamp newer;
    private final EntryPath start;
    private final Bytes startTyped;
    private final long occurrence;
    private boolean startFound;
    private boolean fromRoot;
    /// Null if nobody wants to know of folders that are passed over.
    private final Console omissions;
    /// Told once, though an archive may be gone through for each `-C`.
    private final Set<EntryPath> omitted = new HashSet<>();

    /// @param newer what is older is passed over; null for nothing
    Taken(Settings settings, MemberPlan plan, Timestamp newer, Console console) {
        this.omissions = settings.listing.showOmittedFolders ? console : null;
        this.members = plan.members();
        this.exclusions = plan.exclusions();
        this.newer = newer;
        this.startTyped = settings.startingFile;
        this.start = startTyped == null ? null : MemberName.of(startTyped).path();
        this.occurrence = settings.occurrence;
    }

    Members members() {
        return members;
    }

    /// Whether names start with `./`, as far as is known: a pipe brings the root's entry first.
    boolean fromRoot() {
        return fromRoot;
    }

    void setFromRoot(boolean hasRootEntry) {
        fromRoot = hasRootEntry;
    }

    /// True if no entry is passed over.
    boolean isEverything() {
        return members.isEverything() && exclusions == Exclusions.NONE && newer == null && start == null
                && occurrence <= 1;
    }

    /// Whether [#folderOf] will take it, which is asked again.
    boolean takes(EntryPath path, Metadata metadata) {
        return lookUp(path, metadata) >= 0;
    }

    /// @return number of the folder that it goes to, -1 if it is not taken
    int folderOf(EntryPath path, Metadata metadata) {
        int folder = lookUp(path, metadata);
        if (folder < 0 && omissions != null && metadata.type() == EntryType.FOLDER && omitted.add(path)) {
            omissions.warn((path.isRoot() ? "." : omissions.shown(path.bytes())) + ": Omitting");
        }
        return folder;
    }

    private int lookUp(EntryPath path, Metadata metadata) {
        fromRoot |= path.isRoot();
        if (start != null) {
            startFound |= path.equals(start);
            if (path.compareTo(start) < 0) {
                return -1;
            }
        }
        int folder = members.folderOf(path); // a name of which all is left out was found all the same
        if (isExcluded(path) || metadata.type() != EntryType.FOLDER && exclusions.omits(path.bytes())) {
            return -1;
        }
        if (newer != null && metadata.modificationTime().compareTo(newer) < 0) {
            return -1;
        }
        return occurrence > 1 ? -1 : folder;
    }

    private boolean isExcluded(EntryPath path) {
        return !exclusions.patterns().isEmpty() && (exclusions.excludes(path.bytes())
                || fromRoot && !path.isRoot() && exclusions.excludes(DOT_SLASH.concat(path.bytes())));
    }

    /// Says which names were not there.
    void tellMissing(Console console) {
        if (start != null && !startFound) {
            console.error(console.shown(startTyped) + ": Not found in archive");
        }
        if (members.notFound().stream().anyMatch(Members::looksLikePattern)) {
            console.warn("Pattern matching characters used in file names");
            console.warn("Use --wildcards to enable pattern matching, or --no-wildcards to suppress this warning");
        }
        for (Members.Member member : members.notFound()) {
            console.error(console.shown(member.typed()) + ": Not found in archive");
        }
        if (occurrence > 1) {
            for (Members.Member member : members.found()) {
                console.error(console.shown(member.typed()) + ": Required occurrence not found in archive");
            }
        }
    }
}
