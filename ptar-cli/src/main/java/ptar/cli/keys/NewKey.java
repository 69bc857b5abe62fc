package ptar.cli.keys;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import ptar.crypto.Identity;
import ptar.crypto.KeyFile;

/// Makes files of keys: for their owner only, and never over a file that is there.
final class NewKey {
    private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private NewKey() {}

    static void writeKeyFile(String file) throws IOException {
        try (KeyFile key = KeyFile.random()) {
            write(file, "# A ptar key file. Who has it can open the archives it was added to.\n", key.toText());
        }
    }

    /// @return the public half
    static String writePair(String file) throws IOException {
        try (Identity identity = Identity.random()) {
            String recipient = identity.recipient().toString();
            String comment = "# A ptar identity. Who has it can open the archives that were written for\n# "
                    + recipient + "\n";
            write(file, comment, identity.toText());
            return recipient;
        }
    }

    /// @param key wiped
    private static void write(String file, String comment, byte[] key) throws IOException {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)} : new FileAttribute<?>[0];
        Path path = SecretFile.path(file);
        try (FileChannel channel = FileChannel.open(path, NEW, attributes)) {
            try (OutputStream out = Channels.newOutputStream(channel)) {
                out.write(comment.getBytes(StandardCharsets.UTF_8));
                out.write(key);
                out.write('\n');
                channel.force(true);
            } catch (IOException diskIsFull) {
                Files.delete(path);
                throw new IOException(file + ": Cannot write: " + diskIsFull.getMessage(), diskIsFull);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException(file + ": is there already, and may be a key: not overwritten", e);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": Cannot create: No such file or directory", e);
        } catch (AccessDeniedException e) {
            throw new IOException(file + ": Cannot create: Permission denied", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
