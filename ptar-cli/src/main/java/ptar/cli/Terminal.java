package ptar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether a standard stream is a terminal. `System.console` answers for input and output together only.
final class Terminal {
    static final int INPUT = 0;
    static final int OUTPUT = 1;

    private Terminal() {}

    /// @param stream number of its file descriptor
    static boolean is(int stream) {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + stream)).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException noProc) {
            return System.console() != null;
        }
    }
}
