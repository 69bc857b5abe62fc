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
/// kind, not once for each file. Xattrs and ACLs are restored without being asked for, where the system and the
/// caller's rights allow it: what they don't allow is a warning, as in GNU tar, and one for each namespace.
final class RestoreMessages implements RestoreListener, ExtractListener {
    private static final String XATTR = "xattr ";

    private final Settings settings;
    private final Console console;
    private final UnaryOperator<Bytes> realNames;
    private final Map<String, NotRestored> notRestored = new TreeMap<>();

    private static final class NotRestored {
        final Bytes first;
        final String kind;
        final IOException cause;
        long count;

        NotRestored(Bytes first, String kind, IOException cause) {
            this.first = first;
            this.kind = kind;
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
        String key = kind.startsWith(XATTR) ? kind.substring(0, kind.indexOf('.') + 1) : kind;
        notRestored.computeIfAbsent(key, _ -> new NotRestored(name, kind, cause)).count++;
    }

    @Override
    public void kept(Bytes name, Kept why) {
        if (why == Kept.NEWER && !settings.silenced.contains(Warning.IGNORE_NEWER)) {
            console.warn("Current '" + shown(name) + "' is newer or same age");
        } else if (why == Kept.EXISTING && tellsExisting()) {
            console.warn(shown(name) + ": skipping existing file");
        }
    }

    private boolean tellsExisting() {
        return settings.asked.contains(Warning.EXISTING_FILE)
                || settings.verbosity > 0 && !settings.silenced.contains(Warning.EXISTING_FILE);
    }

    @Override
    public void backedUp(Bytes name, Bytes backup) {
        if (settings.verbosity > 0) {
            console.list(Bytes.of("Renaming '" + shown(name) + "' to '" + shown(backup) + "'"));
        }
    }

    /// To be called when everything is restored.
    synchronized void tellSummary() {
        notRestored.forEach((key, what) -> {
            boolean isXattr = key.startsWith(XATTR);
            String others = what.count == 1 ? ""
                    : isXattr ? " (and " + (what.count - 1) + " more of " + key.substring(XATTR.length()) + "*)"
                    : " (and of " + (what.count - 1) + " more)";
            String message = "Cannot restore " + what.kind + others + ": " + Failure.reason(what.cause);
            if (!isXattr) {
                console.error(shown(what.first) + ": " + message);
            } else if (!settings.silenced.contains(Warning.XATTR_WRITE)) {
                console.warn(shown(what.first) + ": Warning: " + message);
            }
        });
        notRestored.clear();
    }
}
