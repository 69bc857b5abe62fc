package ptar.index;

import java.io.IOException;
import java.util.List;
import ptar.layout.Leaf;
import ptar.layout.Node;
import ptar.layout.Pointer;

/// Brings the tree's pages, already opened and verified: the index does not know where from.
public interface TreePages {
    /// The archive's name, for messages.
    String name();

    Node node(Pointer pointer, int level) throws IOException;

    /// Leaves by their pointers, as many of the first as one read should bring: at least one.
    List<Leaf> leaves(List<Pointer> pointers) throws IOException;

    /// As [#leaves], by another thread.
    Ahead leavesAhead(List<Pointer> pointers);

    /// Leaves that are on their way.
    @FunctionalInterface
    interface Ahead {
        /// Waits for them.
        List<Leaf> leaves() throws IOException;
    }
}
