package ptar.cli;

import java.io.IOException;
import java.time.ZonedDateTime;
import ptar.cli.options.DateText;
import ptar.cli.options.UsageException;
import ptar.tree.Bytes;
import ptar.tree.SourceTree;
import ptar.tree.Timestamp;

/// Reads the `DATE-OR-FILE` of options: what starts with `/` or `.` is a file, whose modification time is meant.
final class Times {
    private final SourceTree tree;

    Times(SourceTree tree) {
        this.tree = tree;
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
        return time;
    }
}
