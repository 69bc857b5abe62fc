package ptar.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// A local archive: written under a name of its own beside the target, renamed over it when it is complete. What is not
/// a regular file (`/dev/null`, a fifo) is written to directly.
public final class FileSink implements Sink {
    private final Path target;
    private final String name;
    /// Null where the target is written to directly.
    private final Path temporary;

    private final boolean replaces;
    private final boolean durable;
    private final FileChannel channel;
    private boolean committed;

    /// @param name for messages
    public FileSink(Path target, String name) throws IOException {
        this(target, name, false);
    }

    /// @param name for messages
    /// @param durable true if the archive is to be on the disk once it is committed, because what it was made from
    ///     goes then
    public FileSink(Path target, String name, boolean durable) throws IOException {
        this.name = name;
        this.durable = durable;
        boolean isThere = Files.exists(target);
        boolean direct = isThere && !Files.isRegularFile(target);
        // a link to an archive stays a link: the archive that it names is replaced
        this.target = Files.isSymbolicLink(target) && isThere ? target.toRealPath() : target;
        replaces = isThere && !direct;
        if (direct) {
            if (Files.isDirectory(target)) {
                throw new FileSystemException(name, null, "Is a directory");
            }
            temporary = null;
            channel = FileChannel.open(target, StandardOpenOption.WRITE);
        } else {
            Path folder = this.target.toAbsolutePath().getParent();
            temporary = folder.resolve("." + this.target.getFileName() + "."
                    + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36) + ".part");
            channel = open(temporary, replaces ? permissionsOf(this.target) : Set.of());
        }
    }

    /// None where there are none.
    private static Set<PosixFilePermission> permissionsOf(Path file) throws IOException {
        return Files.getFileStore(file).supportsFileAttributeView("posix")
                ? Files.getPosixFilePermissions(file) : Set.of();
    }

    /// @param permissions from the first byte on: what nobody else may read is not to be read while it is rewritten;
    ///     empty for those that new files have
    private static FileChannel open(Path temporary, Set<PosixFilePermission> permissions) throws IOException {
        Set<StandardOpenOption> isNew = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        if (permissions.isEmpty()) {
            return FileChannel.open(temporary, isNew);
        }
        FileChannel channel = FileChannel.open(temporary, isNew, PosixFilePermissions.asFileAttribute(permissions));
        try {
            Files.setPosixFilePermissions(temporary, permissions); // the umask may have left some out
        } catch (IOException e) {
            channel.close();
            Files.delete(temporary);
            throw e;
        }
        return channel;
    }

    public FileSink(Path target) throws IOException {
        this(target, target.toString());
    }

    /// Where the bytes are while they are written; null if in the target itself.
    public Path temporary() {
        return temporary;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// An archive that replaces another is on the disk before the other goes.
    @Override
    public void commit() throws IOException {
        if (replaces || durable) {
            force(channel);
        }
        channel.close();
        if (temporary != null) {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        committed = true;
        if (temporary != null && (replaces || durable)) {
            forceFolder(target.toAbsolutePath().getParent());
        }
    }

    /// Does nothing to pipes and the like.
    static void force(FileChannel channel) throws IOException {
        try {
            channel.force(true);
        } catch (IOException e) {
            // What Linux says of what has nothing to force.
            if (!"Invalid argument".equals(e.getMessage())) {
                throw e;
            }
        }
    }

    /// A new name is on the disk when its folder is.
    private static void forceFolder(Path folder) throws IOException {
        FileChannel opened;
        try {
            opened = FileChannel.open(folder, StandardOpenOption.READ);
        } catch (IOException | UnsupportedOperationException notToBeOpened) {
            return; // not readable for us, or a platform that opens no folders: it has been renamed all the same
        }
        try (opened) {
            opened.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (!committed && temporary != null) {
            Files.deleteIfExists(temporary);
        }
    }
}
