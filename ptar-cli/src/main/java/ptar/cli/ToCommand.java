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
        ProcessBuilder shell = ShellCommand.of(settings.extract.toCommand, Map.of(
                "TAR_ARCHIVE", Archives.nameOf(settings), "TAR_FILENAME", name, "TAR_REALNAME", stored));
        shell.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = shell.environment();
        environment.put("TAR_VERSION", Version.NUMBER);
        environment.put("TAR_FILETYPE", "f");
        environment.put("TAR_MODE", "0" + Integer.toOctalString(metadata.mode()));
        environment.put("TAR_UNAME", metadata.owner().user());
        environment.put("TAR_GNAME", metadata.owner().group());
        environment.put("TAR_UID", Long.toString(metadata.owner().uid()));
        environment.put("TAR_GID", Long.toString(metadata.owner().gid()));
        environment.put("TAR_MTIME", Long.toString(metadata.modificationTime().seconds()));
        environment.put("TAR_SIZE", Long.toString(metadata.size()));
        process = shell.start();
        input = process.getOutputStream();
    }

    @Override
    public void write(byte[] data, int length) throws IOException {
        try {
            if (input != null) {
                input.write(data, 0, length);
            }
        } catch (IOException e) {
            // Java takes the pipe of a command that has ended for closed.
            if (!Failure.isBrokenPipe(e) && process.isAlive()) {
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
                        ? process.pid() + ": Child terminated on signal " + (code - 128)
                        : process.pid() + ": Child returned status " + code);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process = null;
    }
}
