package ptar.write;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.UnaryOperator;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;

/// Walks operands as one stream of entries in increasing order of paths, whatever their own order: nested ones
/// (`a a/b`), repeated ones (`f f`) and equal paths from several trees come out once, from the last operand that has
/// them.
///
/// Memory grows with the operands and with the folders on the way to the current entry, not with the number of files.
/// An operand is looked at when its turn comes.
public final class TreeWalk implements EntrySource {
    private final List<Turn> waiting;
    private int nextWaiting;
    private final PriorityQueue<WalkStream> walking = new PriorityQueue<>(
            TreeWalk::inOrder);
    private final UnaryOperator<Metadata> overrides;
    private final WalkListener listener;
    /// The last path delivered that is not a folder: nothing can lie below it.
    private EntryPath lastLeaf;

    public TreeWalk(List<WalkOperand> operands) {
        this(operands, UnaryOperator.identity(), WalkListener.NONE);
    }

    /// @param overrides changes to metadata on their way into the archive (`--owner`, `--mode`, …)
    public TreeWalk(List<WalkOperand> operands, UnaryOperator<Metadata> overrides, WalkListener listener) {
        this.waiting = new ArrayList<>(operands.size());
        for (WalkOperand operand : operands) {
            waiting.add(new Turn(operand, waiting.size()));
        }
        waiting.sort((a, b) -> a.operand.path().compareTo(b.operand.path()));
        this.overrides = overrides;
        this.listener = listener;
    }

    /// By path; of equal ones the last operand's first, as it is the one that counts. (A comparator of the JDK's
    /// making has classes that are made at run time: 10 ms at start.)
    private static int inOrder(WalkStream a, WalkStream b) {
        int byPath = a.head().path().compareTo(b.head().path());
        return byPath != 0 ? byPath : Integer.compare(b.turn, a.turn);
    }

    private record Turn(WalkOperand operand, int number) {}

    @Override
    public Item next() throws IOException {
        while (true) {
            startOperands();
            WalkStream stream = walking.poll();
            if (stream == null) {
                return null;
            }
            WalkStream.Head head = stream.head();
            passOverEarlier(stream, head);
            Item item = deliverable(head) ? itemOf(head) : null;
            if (item != null) {
                listener.entry(head.name(), item);
            }
            advance(stream);
            if (item != null) {
                return item;
            }
        }
    }

    /// Starts the operands that may come before all that is being walked.
    private void startOperands() throws IOException {
        while (nextWaiting < waiting.size()
                && (walking.isEmpty()
                        || waiting.get(nextWaiting).operand.path().compareTo(walking.peek().head().path()) <= 0)) {
            Turn turn = waiting.set(nextWaiting++, null);
            WalkStream stream = new WalkStream(turn.operand, turn.number, listener);
            advance(stream);
        }
    }

    /// Earlier operands that have the same path give way; their folders too, where they would walk the same files or
    /// what is stored is not a folder.
    private void passOverEarlier(WalkStream last, WalkStream.Head head) throws IOException {
        while (!walking.isEmpty() && walking.peek().head().path().equals(head.path())) {
            WalkStream earlier = walking.poll();
            if (!head.isFolder() || earlier.operand.walksAs(last.operand) && earlier.head().isSameFile(head)) {
                earlier.passOverFolder();
            }
            advance(earlier);
        }
    }

    private boolean deliverable(WalkStream.Head head) {
        if (lastLeaf != null && head.path().isAtOrBelow(lastLeaf)) {
            listener.cannotStore(head.name(), "lies below what is not a folder in the archive");
            return false;
        }
        lastLeaf = head.isFolder() ? null : head.path();
        return true;
    }

    private Item itemOf(WalkStream.Head head) {
        var found = head.found();
        Metadata metadata = overrides.apply(found.metadata());
        if (head.operand().absolute()) {
            metadata = metadata.withMarks(metadata.changedWhileRead(), true);
        }
        return new Item(
                head.path(), metadata, head.operand().tree(), head.name(), head.sourcePath(), head.followLink(), found,
                overrides);
    }

    private void advance(WalkStream stream) throws IOException {
        if (stream.advance()) {
            walking.add(stream);
        } else {
            stream.close();
        }
    }

    @Override
    public void close() throws IOException {
        nextWaiting = waiting.size();
        for (WalkStream stream : walking) {
            stream.close();
        }
        walking.clear();
    }
}
