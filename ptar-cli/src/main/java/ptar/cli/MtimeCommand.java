package ptar.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import ptar.cli.options.DateText;
import ptar.cli.options.Settings;
import ptar.tree.Bytes;
import ptar.tree.Metadata;
import ptar.tree.Timestamp;

/// `--set-mtime-command`: asks a command, run for every name, when it was modified.
final class MtimeCommand {
    private final Settings settings;
    private final Console console;

    MtimeCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    Metadata applyTo(Metadata metadata, Bytes sourcePath) {
        String name = console.shown(sourcePath);
        try {
            // The name is a quoted word, so that nothing in it is read by the shell.
            ProcessBuilder shell = ShellCommand.of(
                    settings.create.mtimeCommand.concat(Bytes.of(" ")).concat(ShellCommand.quoted(sourcePath)));
            shell.redirectError(ProcessBuilder.Redirect.INHERIT);
            Process process = shell.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = process.waitFor();
            Timestamp time = code == 0 ? parse(output) : null;
            if (time != null) {
                return metadata.withModificationTime(time);
            }
            console.error(name + ": the command for its time "
                    + (code == 0 ? "printed '" + Bytes.of(output) + "', which is no date" : "exited with " + code));
        } catch (IOException e) {
            console.error(name + ": the command for its time can't be run: " + Failure.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return metadata;
    }

    private Timestamp parse(String output) {
        if (settings.create.mtimeFormat == null) {
            return DateText.parse(output, ZonedDateTime.now());
        }
        String format = settings.create.mtimeFormat.utf8OrNull();
        if (format == null) {
            return null;
        }
        if (format.equals("%s")) {
            return DateText.parse("@" + output, ZonedDateTime.now());
        }
        String pattern = format.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S").replace("%Y", "yyyy")
                .replace("%m", "MM").replace("%d", "dd").replace("%H", "HH").replace("%M", "mm").replace("%S", "ss");
        try {
            LocalDateTime local = LocalDateTime.parse(output, DateTimeFormatter.ofPattern(pattern));
            return new Timestamp(local.atZone(ZoneId.systemDefault()).toEpochSecond(), 0);
        } catch (DateTimeParseException | IllegalArgumentException noDate) {
            return null;
        }
    }
}
