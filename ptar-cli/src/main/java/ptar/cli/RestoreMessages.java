package ptar.cli;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import ptar.cli.options.Settings;
import ptar.cli.options.Warning;
import ptar.read.ExtractListener;
import ptar.read.RestoreListener;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;

/// Says what did not come out of an archive as it went in. What can't be restored of the metadata is told once for each
/// kind, not once for each file.
final class RestoreMessages implements RestoreListener, ExtractListener {
    private final Settings settings;
    private final Console console;
    private final UnaryOperator<Bytes> realNames;
    private final Map<String, NotRestored> notRestored = new TreeMap<>();

    private static final class NotRestored {
        final Bytes first;
        final IOException cause;
        long count;

        NotRestored(Bytes first, IOException cause) {
            this.first = first;
            this.cause = cause;
        }
    }

    RestoreMessages(Settings settings, Console console) {
        this(settings, console, UnaryOperator.identity());
    }

    /// @param realNames gives what a name that is restored to stands for
    RestoreMessages(Settings settings, Console console, UnaryOperator<Bytes> realNames) {
        this.settings = settings;
        this.console = console;
        this.realNames = realNames;
    }

    private String shown(Bytes name) {
        return name.isEmpty() ? "." : console.shown(realNames.apply(name));
    }

    @Override
    public void failed(Bytes name, String message, IOException cause) {
        console.error(shown(name) + ": " + message);
    }

    @Override
    public void damaged(EntryPath path, IOException cause) {
        String name = path.isRoot() ? "." : console.shown(path.bytes());
        console.error(name + ": Cannot extract: " + Failure.reason(cause));
    }

    @Override
    public synchronized void notRestored(Bytes name, String kind, IOException cause) {
        notRestored.computeIfAbsent(kind, _ -> new NotRestored(name, cause)).count++;
    }

    @Override
    public void kept(Bytes name, Kept why) {
        if (why == Kept.NEWER && !settings.silenced.contains(Warning.IGNORE_NEWER)) {
            console.warn("Current '" + shown(name) + "' is newer or same age");
        } else if (why == Kept.EXISTING && settings.asked.contains(Warning.EXISTING_FILE)) {
            console.warn(shown(name) + ": skipping existing file");
        }
    }

    @Override
    public void backedUp(Bytes name, Bytes backup) {
        if (settings.verbosity > 0) {
            console.list(Bytes.of("Renaming '" + shown(name) + "' to '" + shown(backup) + "'"));
        }
    }

    /// To be called when everything is restored.
    synchronized void tellSummary() {
        notRestored.forEach((kind, what) -> {
            String others = what.count > 1 ? " (and of " + (what.count - 1) + " more)" : "";
            console.error(shown(what.first) + ": Cannot restore " + kind + others + ": "
                    + Failure.reason(what.cause));
        });
        notRestored.clear();
    }
}
