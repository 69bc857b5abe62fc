package ptar.cli.keys;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.Arrays;

/// Passwords from files and programs: their bytes without the final line end.
final class PasswordSource {
    private PasswordSource() {}

    /// @param file may be `/dev/fd/N`
    static byte[] fromFile(String file) throws IOException {
        return withoutLineEnd(SecretFile.read(file), file);
    }

    /// Runs a line of shell. It has no standard input, which may be an archive, and standard error is ours.
    ///
    /// @throws IOException if it fails, or Java can't give it to the shell as it is
    static byte[] fromCommand(String command) throws IOException {
        if (!Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode(command)) {
            throw new IOException("--password-command is not text in this locale (LC_ALL=C.UTF-8 would help)");
        }
        ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", command)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        shell.environment().remove(Keys.PASSWORD); // that may be another one
        Process process = shell.start();
        byte[] output;
        try (InputStream in = process.getInputStream()) {
            output = SecretFile.readAll(in, "--password-command");
        }
        try {
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                Arrays.fill(output, (byte) 0);
                throw new IOException("--password-command failed with exit code " + exitCode);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return withoutLineEnd(output, "--password-command");
    }

    /// @param bytes wiped
    static byte[] withoutLineEnd(byte[] bytes, String from) throws IOException {
        int length = bytes.length;
        if (length > 0 && bytes[length - 1] == '\n') {
            length--;
            if (length > 0 && bytes[length - 1] == '\r') {
                length--;
            }
        }
        byte[] password = Arrays.copyOf(bytes, length);
        Arrays.fill(bytes, (byte) 0);
        if (length == 0) {
            throw new IOException(from + ": the password is empty");
        }
        return password;
    }
}
