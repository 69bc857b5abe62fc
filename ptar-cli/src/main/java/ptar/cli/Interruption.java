package ptar.cli;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/// Undoes what is half done when the command is stopped by a signal.
final class Interruption implements AutoCloseable {
    private static final int MILLIS_TO_END = 5000;

    private static volatile boolean stopping;

    private final Thread hook;

    /// @param undo closed from another thread while the command still runs
    Interruption(Closeable undo) {
        this(undo, () -> false);
    }

    /// @param isDone whether the signal came too late to undo anything, asked for after `undo` was closed: then the
    /// command's exit code says so, if it ends soon
    Interruption(Closeable undo, BooleanSupplier isDone) {
        hook = new Thread(() -> {
            stopping = true;
            try {
                undo.close();
            } catch (IOException nothingMoreToDo) {
                // The signal ends the command in any case.
            }
            if (isDone.getAsBoolean()) {
                stopping = false;
                pause(MILLIS_TO_END);
            }
        });
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException aSignalCame) {
            stopping = true; // before anything was begun
            awaitEnd();
        }
    }

    static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException goOnWaiting) {
            // Only the JVM's end or the time's ends this.
        }
    }

    /// Never returns if a signal has come: what follows would end the JVM before everything is undone, or complain of
    /// what was closed under its hands.
    static void awaitEnd() {
        while (stopping) {
            pause(50);
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
