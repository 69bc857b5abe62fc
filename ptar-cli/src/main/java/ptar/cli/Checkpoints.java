package ptar.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ptar.cli.options.Settings;
import ptar.cli.options.UsageException;
import ptar.tree.Bytes;

/// `--checkpoint`: something is done each time that so many records (10 KiB) of an archive have been read or written.
final class Checkpoints {
    private static final long RECORD = 10_240;

    private final Console console;
    private final long interval;
    private final String verb;
    private final List<Action> actions = new ArrayList<>();
    private final Totals totals = new Totals();
    private final CheckpointText text;
    private final String archive;
    private long done;
    private long bytes;

    private interface Action {
        void run() throws IOException, InterruptedException;
    }

    /// @param verb `Write` or `Read`
    /// @throws UsageException if an action is not known
    Checkpoints(Settings settings, Console console, String verb) throws UsageException {
        this.console = console;
        this.interval = settings.checkpoint;
        this.verb = verb;
        this.text = new CheckpointText(verb, totals);
        this.archive = settings.archive == null ? "-" : settings.archive.toString();
        for (Bytes action : settings.checkpointActions) {
            actions.add(actionOf(action.toString()));
        }
        if (actions.isEmpty()) {
            actions.add(() -> console.warn(verb + " checkpoint " + done));
        }
    }

    /// Called when so many bytes in all have gone by.
    void reached(long now) {
        if (interval == 0) {
            return;
        }
        bytes = now;
        long records = now / RECORD;
        long due = records / interval;
        while (done / interval < due) {
            done = (done / interval + 1) * interval;
            run();
        }
    }

    private void run() {
        try {
            for (Action action : actions) {
                action.run();
            }
        } catch (IOException e) {
            console.error("checkpoint action failed: " + Failure.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Action actionOf(String text) throws UsageException {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        String argument = equals < 0 ? "" : text.substring(equals + 1);
        return switch (name) {
            case ".", "dot" -> () -> put(console.out(), ".");
            case "bell" -> () -> terminal("\u0007");
            case "echo" -> () -> console.warn(equals < 0 ? verb + " checkpoint " + done
                    : text(argument, console.program().length() + 2));
            case "ttyout" -> () -> terminal(text(argument, 0));
            case "totals" -> () -> console.say(totals.line(verb.equals("Write") ? "written" : "read", bytes));
            case "sleep", "wait" -> () -> Thread.sleep((long) (1000 * Double.parseDouble(argument)));
            case "exec" -> () -> execute(argument);
            default -> throw new UsageException(
                    UsageException.COMBINATION, text + ": unknown checkpoint action");
        };
    }

    private String text(String format, int column) {
        return text.expand(format, column, done, bytes, ZonedDateTime.now());
    }

    private static void put(OutputStream stream, String text) throws IOException {
        stream.write(Bytes.of(text).toArray());
        stream.flush();
    }

    private static void terminal(String text) throws IOException {
        try (OutputStream tty = Files.newOutputStream(Path.of("/dev/tty"))) {
            put(tty, text);
        }
    }

    private void execute(String command) throws IOException, InterruptedException {
        ProcessBuilder shell = ShellCommand.of(Bytes.of(command)).inheritIO();
        shell.environment().putAll(Map.of(
                "TAR_CHECKPOINT", Long.toString(done), "TAR_ARCHIVE", archive, "TAR_VERSION", Version.NUMBER,
                "TAR_SUBCOMMAND", verb.equals("Write") ? "-c" : "-x", "TAR_BLOCKING_FACTOR", "20",
                "TAR_FORMAT", "ptar"));
        shell.start().waitFor();
    }
}
