package ptar.cli;

import java.io.IOException;
import java.time.ZonedDateTime;
import ptar.cli.list.TimeText;
import ptar.cli.options.DateText;
import ptar.cli.options.Option;
import ptar.cli.options.Settings;
import ptar.cli.options.UsageException;
import ptar.tree.Bytes;
import ptar.tree.SourceTree;
import ptar.tree.Timestamp;

/// Reads the `DATE-OR-FILE` of options: what starts with `/` or `.` is a file, whose modification time is meant.
final class Times {
    private final SourceTree tree;
    private final Settings settings;
    private final Console console;
    private final boolean tells;

    /// @param tree where files are looked up
    Times(SourceTree tree, Settings settings, Console console) {
        this.tree = tree;
        this.settings = settings;
        this.console = console;
        this.tells = settings.verbosity > 0 || settings.mode == Option.LIST;
    }

    /// What `--newer` names; null without it.
    Timestamp newer() throws UsageException {
        Settings.CreateSettings create = settings.create;
        return create.newer == null ? null
                : of(create.newer, create.newerLooksAtChangeTime ? "--after-date" : "--newer-mtime");
    }

    Timestamp of(Bytes text, String option) throws UsageException {
        if (!text.isEmpty() && (text.get(0) == '/' || text.get(0) == '.')) {
            try {
                return tree.stat(text, true).metadata().modificationTime();
            } catch (IOException e) {
                throw new Fatal(text + ": Cannot stat: " + Failure.reason(e), e);
            }
        }
        Timestamp time = DateText.parse(text.toString(), ZonedDateTime.now());
        if (time == null) {
            throw new UsageException(
                    UsageException.COMBINATION, "invalid date '" + text + "' for '" + option + "'");
        }
        if (tells) {
            console.warn("Option " + option + ": Treating date '" + text + "' as "
                    + new TimeText(true, false).of(time));
        }
        return time;
    }
}
