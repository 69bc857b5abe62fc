package ptar.index;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import ptar.error.CorruptArchiveException;
import ptar.layout.Entry;
import ptar.layout.Leaf;
import ptar.layout.Node;
import ptar.layout.Pointer;
import ptar.layout.Root;
import ptar.tree.EntryPath;

/// Goes through the entries of a tree in order, or of the subtree at and below one path; reads no page that holds none
/// of them. Looking a path up is a cursor's first entry. For one thread; another one brings the next leaves meanwhile
/// where more than a look-up is wanted.
public final class EntryCursor {
    /// Told of a part of the tree that can't be read; the cursor goes on behind it.
    @FunctionalInterface
    public interface Damage {
        /// @param first the first path that may be missing
        /// @param next the first path behind those that may be missing, or null if nothing follows
        void lost(EntryPath first, EntryPath next, CorruptArchiveException cause) throws IOException;

        /// Stops at the first damage.
        Damage FATAL = (first, next, cause) -> {
            throw cause;
        };
    }

    private final TreePages pages;
    private final EntryPath below;
    private final Damage damage;
    private final Deque<Level> levels = new ArrayDeque<>();
    private final Deque<LoadedLeaf> loaded = new ArrayDeque<>();
    /// The leaves that follow, null if nobody has been asked for them.
    private TreePages.Ahead ahead;
    private boolean hasRead;

    /// Children of one node that are still to be gone through.
    private static final class Level {
        final int childLevel;
        final List<Node.Child> children;
        /// What follows behind the last child; null if nothing does.
        final EntryPath next;
        int at;
        /// Leaves before this one are read one by one, as one of them is damaged.
        int aloneUntil;

        Level(int childLevel, List<Node.Child> children, EntryPath next) {
            this.childLevel = childLevel;
            this.children = children;
            this.next = next;
        }

        EntryPath behind(int child) {
            return child + 1 < children.size() ? children.get(child + 1).firstPath() : next;
        }
    }

    private static final class LoadedLeaf {
        final List<Entry> entries;
        int at;

        LoadedLeaf(List<Entry> entries) {
            this.entries = entries;
        }
    }

    /// @param below only entries at and below this path; [EntryPath#ROOT] for all
    public EntryCursor(Root root, TreePages pages, EntryPath below, Damage damage) {
        this.pages = pages;
        this.below = below;
        this.damage = damage;
        if (root.height() > 0) {
            levels.push(new Level(root.height() - 1, List.of(root.topAsChild()), null));
        }
    }

    /// @return null behind the last
    public Entry next() throws IOException {
        while (true) {
            LoadedLeaf leaf = loaded.peekFirst();
            if (leaf != null) {
                Entry entry = nextOf(leaf);
                if (entry != null) {
                    return entry;
                }
                loaded.removeFirst();
            } else {
                Level level = descend();
                if (level == null) {
                    return null;
                }
                loadLeaves(level);
            }
        }
    }

    /// Goes on by a leaf without reading it: a cursor is for this or for [#next].
    ///
    /// @return null behind the last
    public Pointer nextLeaf() throws IOException {
        Level level = descend();
        return level == null ? null : level.children.get(level.at++).pointer();
    }

    private Entry nextOf(LoadedLeaf leaf) {
        while (leaf.at < leaf.entries.size()) {
            Entry entry = leaf.entries.get(leaf.at++);
            if (entry.path().isAtOrBelow(below)) {
                return entry;
            }
            if (entry.path().compareTo(below) > 0) { // behind the subtree: there is nothing more
                levels.clear();
                leaf.at = leaf.entries.size();
            }
        }
        return null;
    }

    /// Loads nodes down to the next leaf.
    ///
    /// @return where the leaf is next, or null if nothing is left
    private Level descend() throws IOException {
        for (Level level = levels.peek(); level != null; level = levels.peek()) {
            if (level.at == level.children.size() || isBehind(level.children.get(level.at))) {
                levels.pop();
                continue;
            }
            EntryPath behind = level.behind(level.at);
            if (behind != null && behind.compareTo(below) <= 0) {
                level.at++; // all of it is before the subtree
            } else if (level.childLevel == 0) {
                return level;
            } else {
                loadNode(level);
            }
        }
        return null;
    }

    /// True if the child begins behind the subtree.
    private boolean isBehind(Node.Child child) {
        return child.firstPath().compareTo(below) > 0 && !child.firstPath().isAtOrBelow(below);
    }

    private void loadNode(Level level) throws IOException {
        int at = level.at++;
        Node.Child child = level.children.get(at);
        try {
            Node node = pages.node(child.pointer(), level.childLevel);
            long entries = 0;
            long bytes = 0;
            for (Node.Child grandchild : node.children()) {
                entries += grandchild.entries();
                bytes += grandchild.bytes();
            }
            verify(child, node.children().getFirst().firstPath(), entries, bytes);
            levels.push(new Level(level.childLevel - 1, node.children(), level.behind(at)));
        } catch (CorruptArchiveException cause) {
            damage.lost(child.firstPath(), level.behind(at), cause);
        }
    }

    private void loadLeaves(Level level) throws IOException {
        int first = level.at;
        List<Pointer> pointers = nextLeaves(level);
        TreePages.Ahead asked = ahead;
        ahead = null;
        try {
            addLeaves(level, asked == null ? pages.leaves(pointers) : asked.leaves());
            List<Pointer> next = nextLeaves(level);
            if ((hasRead || below.isRoot()) && !next.isEmpty()) {
                ahead = pages.leavesAhead(next);
            }
            hasRead = true;
        } catch (CorruptArchiveException cause) {
            level.at = first;
            loaded.clear();
            if (pointers.size() > 1) {
                level.aloneUntil = first + pointers.size(); // read alone, the sound ones come through
            } else {
                level.at = first + 1;
                damage.lost(level.children.get(first).firstPath(), level.behind(first), cause);
            }
        }
    }

    private List<Pointer> nextLeaves(Level level) {
        List<Pointer> pointers = new ArrayList<>();
        int end = level.at < level.aloneUntil ? level.at + 1 : level.children.size();
        for (int i = level.at; i < end && !isBehind(level.children.get(i)); i++) {
            pointers.add(level.children.get(i).pointer());
        }
        return pointers;
    }

    private void addLeaves(Level level, List<Leaf> leaves) throws CorruptArchiveException {
        for (Leaf leaf : leaves) {
            Node.Child child = level.children.get(level.at);
            EntryPath lastPath = leaf.entries().getLast().path();
            verify(child, leaf.entries().getFirst().path(), leaf.entries().size(), leaf.bytes());
            EntryPath behind = level.behind(level.at);
            if (behind != null && lastPath.compareTo(behind) >= 0) {
                throw new CorruptArchiveException(
                        pages.name() + ": leaf at " + child.pointer().position() + ": name '"
                                + lastPath.bytes().brief() + "' belongs behind it");
            }
            level.at++;
            loaded.addLast(new LoadedLeaf(leaf.entries()));
        }
    }

    /// The parent's word against the child's. The root says nothing of the first path.
    private void verify(Node.Child child, EntryPath first, long entries, long bytes) throws CorruptArchiveException {
        boolean firstMatches = child.firstPath().equals(first) || levels.size() == 1 && child.firstPath().isRoot();
        if (!firstMatches || child.entries() != entries || child.bytes() != bytes) {
            throw new CorruptArchiveException(pages.name() + ": page at " + child.pointer().position()
                    + ": begins with '" + first.bytes().brief() + "', " + entries + " entries, " + bytes
                    + " bytes; its parent says '" + child.firstPath().bytes().brief() + "', " + child.entries() + ", "
                    + child.bytes());
        }
    }
}
