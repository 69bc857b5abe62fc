package ptar.cli.keys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// Environment variables as bytes: through `System.getenv` a password would be a `String`, and in a POSIX locale one
/// with question marks in it.
@FunctionalInterface
public interface Environment {
    /// @return the caller's to wipe; null if there is no such variable
    byte[] bytesOrNull(String name);

    default String textOrNull(String name) {
        byte[] value = bytesOrNull(name);
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    /// Of this process. Where there is no `/proc`, by way of a `String` after all.
    static Environment ofProcess() {
        return name -> {
            try {
                byte[] all = Files.readAllBytes(Path.of("/proc/self/environ"));
                byte[] value = find(all, name.getBytes(StandardCharsets.US_ASCII));
                Arrays.fill(all, (byte) 0);
                return value;
            } catch (IOException noProc) {
                String value = System.getenv(name);
                return value == null ? null : value.getBytes(StandardCharsets.UTF_8);
            }
        };
    }

    private static byte[] find(byte[] all, byte[] name) {
        for (int start = 0; start < all.length;) {
            int end = start;
            while (end < all.length && all[end] != 0) {
                end++;
            }
            int value = start + name.length + 1;
            if (value <= end && all[value - 1] == '='
                    && Arrays.equals(all, start, value - 1, name, 0, name.length)) {
                return Arrays.copyOfRange(all, value, end);
            }
            start = end + 1;
        }
        return null;
    }
}
