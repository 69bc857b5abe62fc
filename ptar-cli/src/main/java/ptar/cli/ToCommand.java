package ptar.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import ptar.cli.options.Settings;
import ptar.tree.Bytes;
import ptar.tree.Metadata;

/// `--to-command`: runs a command for every file, with its content as standard input and the rest in the environment.
final class ToCommand implements ContentCommand.ContentTaker {
    private final Settings settings;
    private final Console console;
    private Process process;
    private OutputStream input;

    ToCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    @Override
    public void begin(Bytes name, Bytes stored, Metadata metadata) throws IOException {
        console.flush();
        ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", settings.extract.toCommand.toString());
        shell.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = shell.environment();
        environment.put("TAR_VERSION", Version.NUMBER);
        environment.put("TAR_ARCHIVE", text(Archives.nameOf(settings)));
        environment.put("TAR_FILETYPE", "f");
        environment.put("TAR_MODE", "0" + Integer.toOctalString(metadata.mode()));
        environment.put("TAR_FILENAME", text(name));
        environment.put("TAR_REALNAME", text(stored));
        environment.put("TAR_UNAME", metadata.owner().user());
        environment.put("TAR_GNAME", metadata.owner().group());
        environment.put("TAR_UID", Long.toString(metadata.owner().uid()));
        environment.put("TAR_GID", Long.toString(metadata.owner().gid()));
        environment.put("TAR_MTIME", Long.toString(metadata.modificationTime().seconds()));
        environment.put("TAR_SIZE", Long.toString(metadata.size()));
        process = shell.start();
        input = process.getOutputStream();
    }

    /// Java gives names to a process as text only.
    private static String text(Bytes name) {
        String text = name.utf8OrNull();
        return text == null ? name.toString() : text;
    }

    @Override
    public void write(byte[] data, int length) throws IOException {
        try {
            if (input != null) {
                input.write(data, 0, length);
            }
        } catch (IOException e) {
            if (!Failure.isBrokenPipe(e)) {
                throw e;
            }
            input = null; // it does not want to read it all
        }
    }

    @Override
    public void end() throws IOException {
        if (process == null) {
            return;
        }
        try {
            process.getOutputStream().close();
        } catch (IOException readsNoMore) {
            // Its exit code says whether that was a failure.
        }
        try {
            int code = process.waitFor();
            if (code != 0 && !settings.extract.ignoreCommandError) {
                console.error(code > 128
                        ? process.pid() + ": Child died with signal " + (code - 128)
                        : process.pid() + ": Child returned status " + code);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process = null;
    }
}
