package ptar.cli.keys;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Function;

/// Files that hold secrets: read without a copy that stays, written for their owner only.
final class SecretFile {
    private static final int MAX_LENGTH = 64 << 10;

    private SecretFile() {}

    /// @param file may be `/dev/fd/N`
    /// @return the caller's to wipe
    static byte[] read(String file) throws IOException {
        try (FileChannel channel = FileChannel.open(path(file), StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(MAX_LENGTH + 1);
            try {
                return readAll(channel, memory, file);
            } finally {
                memory.fill((byte) 0);
            }
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": No such file or directory", e);
        } catch (AccessDeniedException e) {
            throw new IOException(file + ": Permission denied", e);
        }
    }

    static Path path(String file) throws IOException {
        if (file.isEmpty()) {
            throw new IOException("'': no file has an empty name");
        }
        try {
            Path path = Path.of(file);
            if (Files.isDirectory(path)) {
                throw new IOException(file + ": Is a directory");
            }
            return path;
        } catch (InvalidPathException notText) {
            throw new IOException(
                    file + ": the name is not text in this locale (LC_ALL=C.UTF-8 would help with UTF-8)", notText);
        }
    }

    /// Through memory of ours: the channel has a buffer of its own for arrays, and does not wipe it.
    private static byte[] readAll(FileChannel channel, MemorySegment memory, String name) throws IOException {
        ByteBuffer buffer = memory.asByteBuffer();
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            // until its end
        }
        if (buffer.position() > MAX_LENGTH) {
            throw tooLong(name);
        }
        return memory.asSlice(0, buffer.position()).toArray(ValueLayout.JAVA_BYTE);
    }

    private static IOException tooLong(String name) {
        return new IOException(name + ": too long for a password or a key");
    }

    static byte[] readAll(InputStream in, String name) throws IOException {
        byte[] buffer = new byte[MAX_LENGTH + 1];
        try {
            int length = in.readNBytes(buffer, 0, buffer.length);
            if (length > MAX_LENGTH) {
                throw tooLong(name);
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
