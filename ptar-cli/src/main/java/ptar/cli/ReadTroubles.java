package ptar.cli;

import ptar.cli.options.Settings;
import ptar.cli.options.Warning;
import ptar.tree.Bytes;

/// Says what could not be read as it was found, with tar's words and exit codes: 2 for what can't be read, 1 for what
/// changed meanwhile, 0 for all of it with `--ignore-failed-read`.
final class ReadTroubles {
    private final Settings settings;
    private final Console console;

    ReadTroubles(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    void failed(Bytes name, String message) {
        if (!settings.create.ignoreFailedRead) {
            console.error(console.shown(name) + ": " + message);
        } else if (!settings.silenced.contains(Warning.FAILED_READ)) {
            console.warn(console.shown(name) + ": Warning: " + message);
        }
    }

    void removed(Bytes name) {
        changed(name, Warning.FILE_REMOVED, "File removed before we read it");
    }

    void changed(Bytes name, Warning kind, String message) {
        boolean silent = settings.silenced.contains(kind);
        if (settings.create.ignoreFailedRead || silent) {
            if (!silent) {
                console.warn(console.shown(name) + ": Warning: " + message);
            }
        } else {
            console.differs(console.shown(name) + ": " + message);
        }
    }
}
