package ptar.storage;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A local archive.
public final class FileSource implements RangeSource {
    private final FileChannel channel;
    private final String name;

    /// @param name for messages
    public FileSource(Path path, String name) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FileSystemException(name, null, "Is a directory");
        }
        this.channel = FileChannel.open(path, StandardOpenOption.READ);
        this.name = name;
    }

    /// @param open a file that is open already, such as standard input; closed with this
    public FileSource(FileChannel open, String name) {
        this.channel = open;
        this.name = name;
    }

    public FileSource(Path path) throws IOException {
        this(path, path.toString());
    }

    /// The open file: to be read as a stream.
    public FileChannel channel() {
        return channel;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Suffix readSuffix(int atMost) throws IOException {
        long length = channel.size();
        ByteBuffer suffix = ByteBuffer.allocateDirect((int) Math.min(length, atMost));
        read(MemorySegment.ofBuffer(suffix), length - suffix.capacity());
        return new Suffix(length, suffix);
    }

    @Override
    public void read(MemorySegment target, long offset) throws IOException {
        ByteBuffer into = target.asByteBuffer();
        while (into.hasRemaining()) {
            if (channel.read(into, offset + into.position()) < 0) {
                throw new EOFException(name + ": ends at offset " + channel.size() + ", bytes up to "
                        + (offset + target.byteSize()) + " were expected");
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
