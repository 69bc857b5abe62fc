package ptar.cli;

import java.io.Closeable;
import java.io.IOException;

/// Undoes what is half done when the command is stopped by a signal.
final class Interruption implements AutoCloseable {
    private static volatile boolean stopping;

    private final Thread hook;

    /// @param undo closed from another thread while the command still runs
    Interruption(Closeable undo) {
        hook = new Thread(() -> {
            stopping = true;
            try {
                undo.close();
            } catch (IOException nothingMoreToDo) {
                // The signal ends the command in any case.
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    static boolean isStopping() {
        return stopping;
    }

    /// Never returns if a signal has come: what follows would end the JVM before everything is undone, or complain of
    /// what was closed under its hands.
    static void awaitEnd() {
        while (stopping) {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException goOnWaiting) {
                // Only the signal ends this.
            }
        }
    }

    /// Nothing is half done any more.
    @Override
    public void close() {
        if (!stopping) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException aSignalCame) {
                awaitEnd();
            }
        }
    }
}
