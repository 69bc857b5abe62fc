package ptar.cli.keys;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;

/// Files that hold secrets: read without a copy that stays, written for their owner only.
final class SecretFile {
    private static final int MAX_LENGTH = 64 << 10;

    private SecretFile() {}

    /// @param file may be `/dev/fd/N`
    /// @return the caller's to wipe
    static byte[] read(String file) throws IOException {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return readAll(in, file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": No such file or directory", e);
        } catch (AccessDeniedException e) {
            throw new IOException(file + ": Permission denied", e);
        }
    }

    static byte[] readAll(InputStream in, String name) throws IOException {
        byte[] buffer = new byte[MAX_LENGTH + 1];
        try {
            int length = in.readNBytes(buffer, 0, buffer.length);
            if (length > MAX_LENGTH) {
                throw new IOException(name + ": too long for a password or a key");
            }
            return Arrays.copyOf(buffer, length);
        } finally {
            Arrays.fill(buffer, (byte) 0);
        }
    }

    /// @param parser throws `IllegalArgumentException` for what it can't read; the text is wiped behind it
    static <T> T parse(String file, Function<byte[], T> parser) throws IOException {
        byte[] text = read(file);
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }
}
