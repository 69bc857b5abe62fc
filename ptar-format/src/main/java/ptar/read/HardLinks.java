package ptar.read;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.SourceTree.Found;
import ptar.tree.TargetTree;

/// Ties the names of a hard-link group together: the first that is restored is written, the others are linked to it.
final class HardLinks {
    private final TargetTree target;
    private final Placer placer;
    private final RestoreListener listener;
    private final Copier copier;
    private final Map<Long, Group> groups = new HashMap<>();

    HardLinks(TargetTree target, Placer placer, RestoreListener listener, Copier copier) {
        this.target = target;
        this.placer = placer;
        this.listener = listener;
        this.copier = copier;
    }

    /// Restores a file from another that has the same content.
    interface Copier {
        void copy(Bytes from, Bytes name, Metadata metadata) throws IOException;
    }

    /// One inode of the archive, once a name of it is being written.
    private static final class Group {
        final Bytes first;
        final EntryType type;
        boolean isComplete;

        /// Of what was written under the first name.
        long device;
        long inode;

        /// Names that came meanwhile.
        final List<Waiting> waiting = new ArrayList<>();

        Group(Bytes first, EntryType type) {
            this.first = first;
            this.type = type;
        }

        /// Two entries may have come to one name (`--strip-components`), so that the name alone says nothing. Where
        /// the platform numbers no inodes, nothing is.
        boolean isAt(Found found) {
            return found != null && inode != 0 && found.inode() == inode && found.device() == device;
        }
    }

    private record Waiting(Bytes name, Metadata metadata) {}

    /// Links a name to what its group has already, or has it linked as soon as that is complete.
    ///
    /// @return false if it is up to the caller to restore it: it is the first, or can't be linked
    boolean join(Bytes name, Metadata metadata) {
        Group group;
        synchronized (groups) {
            group = groups.get(metadata.hardLinkGroup());
            if (group == null) {
                return false;
            }
            if (group.type != metadata.type()) {
                listener.failed(name, failure(group) + ": the archive says that they differ in type", null);
                return true;
            }
            if (!group.isComplete) {
                group.waiting.add(new Waiting(name, metadata));
                return true;
            }
        }
        try {
            return link(name, metadata, group);
        } catch (IOException e) {
            return false;
        }
    }

    /// @return false if another name of the group came first: then join it
    boolean begin(Bytes name, Metadata metadata) {
        synchronized (groups) {
            Group group = groups.get(metadata.hardLinkGroup());
            if (group != null && !group.isComplete) {
                return false;
            }
            groups.put(metadata.hardLinkGroup(), new Group(name, metadata.type()));
            return true;
        }
    }

    /// The first name is complete.
    void complete(Metadata metadata) {
        Group group;
        List<Waiting> waiting;
        synchronized (groups) {
            group = groups.get(metadata.hardLinkGroup());
            remember(group);
            waiting = List.copyOf(group.waiting);
            group.waiting.clear();
        }
        for (Waiting other : waiting) {
            linkOrCopy(other, group);
        }
    }

    private void remember(Group group) {
        group.isComplete = true;
        try {
            Found written = target.stat(group.first);
            group.device = written == null ? 0 : written.device();
            group.inode = written == null ? 0 : written.inode();
        } catch (IOException unknown) {
            group.inode = 0;
        }
    }

    /// The first name did not come about, and so its content is not to be had for the others.
    void abandon(Metadata metadata) {
        Group group;
        synchronized (groups) {
            group = groups.remove(metadata.hardLinkGroup());
        }
        for (Waiting other : group.waiting) {
            listener.failed(other.name(), failure(group) + ": its content was not restored", null);
        }
    }

    private void linkOrCopy(Waiting other, Group group) {
        try {
            boolean isDone = false;
            try {
                isDone = link(other.name(), other.metadata(), group);
            } catch (IOException notPermitted) {
                if (other.metadata().type() != EntryType.FILE) {
                    throw notPermitted;
                }
            }
            if (!isDone) {
                copier.copy(group.first, other.name(), other.metadata());
            }
        } catch (IOException e) {
            listener.failed(other.name(), failure(group) + ": " + Placer.reason(e), e);
        }
    }

    /// @return false if what was written under the first name is not there any more
    private boolean link(Bytes name, Metadata metadata, Group group) throws IOException {
        if (!group.isAt(target.stat(group.first))) {
            return false;
        }
        if (group.isAt(target.stat(name))) {
            return true;
        }
        Placer.Placed<Boolean> placed = placer.place(name, metadata, failure(group), at -> {
            target.makeHardLink(at, group.first);
            return true;
        });
        if (placed != null) {
            try {
                placer.reveal(placed.at(), name);
            } catch (IOException e) {
                target.removeFile(placed.at());
                throw e;
            }
        }
        return true;
    }

    private static String failure(Group group) {
        return "Cannot hard link to '" + group.first + "'";
    }
}
