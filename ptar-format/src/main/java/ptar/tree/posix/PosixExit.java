package ptar.tree.posix;

/// Ends the process by a system call.
public final class PosixExit {
    private PosixExit() {}

    public static boolean isSupported() {
        return PosixSourceTree.isSupported();
    }

    /// Returns only if that can't be done.
    public static void now(int exitCode) {
        try {
            Kernel.call(Scratch.get(), Call.EXIT_GROUP, exitCode, 0);
        } catch (LinkageError noSystemCalls) {
            // The caller ends it in another way.
        }
    }
}
