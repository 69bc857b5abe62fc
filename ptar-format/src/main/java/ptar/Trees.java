package ptar;

import java.io.IOException;
import ptar.tree.Bytes;
import ptar.tree.SourceTree;
import ptar.tree.TargetTree;
import ptar.tree.portable.PortableSourceTree;
import ptar.tree.portable.PortableTargetTree;
import ptar.tree.posix.PosixSourceTree;
import ptar.tree.posix.PosixTargetTree;

/// The file system of this machine as trees: by system calls on Linux, elsewhere as Java sees it.
public final class Trees {
    private Trees() {}

    /// Gets ready, in a thread of its own, what the first tree would wait for some 30 ms for. Optional.
    public static void prepare() {
        if (PosixSourceTree.isSupported()) {
            Thread ahead = new Thread(PosixSourceTree::prepare, "ptar-prepare");
            ahead.setDaemon(true);
            ahead.start();
        }
    }

    /// @param base the folder that relative paths start from, itself relative to the working folder
    public static SourceTree source(Bytes base, SourceTree.Wanted wanted) throws IOException {
        return PosixSourceTree.isSupported()
                ? new PosixSourceTree(base, wanted)
                : new PortableSourceTree(base, wanted);
    }

    /// @param base a folder that is there; nothing outside it is touched
    /// @param absoluteNames lifts that (`-P`)
    public static TargetTree target(Bytes base, boolean absoluteNames) throws IOException {
        return PosixSourceTree.isSupported()
                ? new PosixTargetTree(base, absoluteNames)
                : new PortableTargetTree(base, absoluteNames);
    }
}
