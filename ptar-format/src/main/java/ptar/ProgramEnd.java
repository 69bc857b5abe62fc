package ptar;

import ptar.tree.posix.PosixExit;

/// How a program ends that has talked to the network.
public final class ProgramEnd {
    private ProgramEnd() {}

    /// Gets ready, in a thread of its own, what the end would wait for some 30 ms for. Optional.
    public static void prepare() {
        // Asked here so that its class is in the cache: the training run comes by this, and never by the end.
        if (PosixExit.isSupported()) {
            Trees.prepare();
        }
    }

    /// Like [Runtime#halt], which runs no hooks and flushes nothing, but without its wait: for 0.3 s it hopes that all
    /// threads leave native code, and the JVM's own thread that watches sockets for virtual threads never does.
    public static void now(int exitCode) {
        if (PosixExit.isSupported()) {
            PosixExit.now(exitCode);
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
