package ptar.tree.portable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.FileFailure;
import ptar.tree.Metadata;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree.Found;
import ptar.tree.SourceTree.Wanted;
import ptar.tree.TargetTree;

/// A tree to extract into, anywhere that Java runs. The empty path is the base itself.
///
/// Every component above a name is looked at before the name is used: so nothing planted beforehand leads out, but
/// someone who swaps folders for links at the same moment is not kept out, as `java.nio.file` has no calls for that.
///
/// Where the file system takes different names for one (by case, or by Unicode's ways to write a letter), the second is
/// refused, so that no entry replaces another or goes into another's folder.
public final class PortableTargetTree implements TargetTree {
    private final Path base;
    private final Path realBase;
    private final boolean absoluteNames;
    private final boolean mayFold;
    private final Names names;
    private final Looker looker;

    public PortableTargetTree(Bytes base, boolean absoluteNames) throws IOException {
        this(new Names(FileSystems.getDefault()).anyPath(base), absoluteNames);
    }

    /// @param base a folder that is there
    /// @param absoluteNames whether names may lead out of the base (`-P`)
    public PortableTargetTree(Path base, boolean absoluteNames) throws IOException {
        this.base = base.toAbsolutePath();
        realBase = Failures.named(Bytes.of(base.toString()), base::toRealPath);
        this.absoluteNames = absoluteNames;
        String os = System.getProperty("os.name");
        mayFold = base.getFileSystem() != FileSystems.getDefault() || os.startsWith("Mac") || os.startsWith("Windows");
        names = new Names(base.getFileSystem());
        looker = new Looker(base.getFileSystem(), new Wanted(false, false, false, false, false));
        if (!Files.isDirectory(base)) {
            throw FileFailure.notFolder(base.toString());
        }
    }

    // ---- names

    /// The path of a name whose folders are there, beneath the base and spelt the same.
    private Path place(Bytes path) throws FileSystemException {
        if (absoluteNames) {
            return path.isEmpty() ? base : base.resolve(names.anyPath(path));
        }
        Path place = base;
        for (int start = 0; start < path.length(); ) {
            int slash = path.indexOf((byte) '/', start);
            Bytes name = path.slice(start, slash < 0 ? path.length() : slash);
            start = slash < 0 ? path.length() : slash + 1;
            if (slash == 0 || name.equals(Bytes.of(".."))) {
                throw FileFailure.leadsOut(path.toString());
            }
            if (!name.isEmpty() && !name.equals(Bytes.of("."))) {
                if (!place.equals(base)) {
                    enter(place, path);
                }
                place = place.resolve(names.path(name));
            }
        }
        return place;
    }

    private void enter(Path folder, Bytes path) throws FileSystemException {
        BasicFileAttributes attributes = Failures.named(
                path, () -> Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        if (attributes.isSymbolicLink() || attributes.isOther()) {
            refuseUnlessBeneath(folder, path);
        } else if (!attributes.isDirectory()) {
            throw FileFailure.notFolder(path.toString());
        } else {
            refuseOtherSpelling(folder, path);
        }
    }

    private void refuseUnlessBeneath(Path link, Bytes path) throws FileSystemException {
        Path real = Failures.named(path, link::toRealPath);
        if (!real.startsWith(realBase)) {
            throw FileFailure.leadsOut(path.toString());
        }
    }

    private void refuseOtherSpelling(Path found, Bytes path) throws FileSystemException {
        if (mayFold) {
            Path real = Failures.named(path, () -> found.toRealPath(LinkOption.NOFOLLOW_LINKS));
            if (!real.getFileName().toString().equals(found.getFileName().toString())) {
                throw FileFailure.otherSpelling(path.toString(), names.bytes(real));
            }
        }
    }

    private interface Making<T> {
        T at(Path place) throws IOException;
    }

    private <T> T make(Bytes path, Making<T> making) throws FileSystemException {
        Path place = place(path);
        try {
            return making.at(place);
        } catch (FileAlreadyExistsException e) {
            if (!path.isEmpty()) {
                refuseOtherSpelling(place, path);
            }
            throw Failures.of(path, e);
        } catch (IOException | UnsupportedOperationException e) {
            throw Failures.of(path, e);
        }
    }

    // ---- looking

    @Override
    public Found stat(Bytes path) throws IOException {
        Found found = look(path, false);
        if (found != null && !absoluteNames && !path.isEmpty()) {
            refuseOtherSpelling(place(path), path);
        }
        return found;
    }

    @Override
    public Found statFollowing(Bytes path) throws IOException {
        return look(path, true);
    }

    private Found look(Bytes path, boolean followLink) throws IOException {
        try {
            Path place = place(path);
            if (followLink && !absoluteNames && Files.isSymbolicLink(place)) {
                refuseUnlessBeneath(place, path);
            }
            return Failures.named(path, () -> looker.look(place, followLink));
        } catch (NoSuchFileException | NotDirectoryException absent) {
            return null;
        }
    }

    @Override
    public List<Bytes> names(Bytes path) throws IOException {
        Path folder = place(path);
        refuseUnless(EntryType.FOLDER, folder, path);
        return PortableSourceTree.listNames(folder, names, path);
    }

    @Override
    public SourceFile openFile(Bytes path) throws IOException {
        return new PortableSourceFile(place(path), false, path, looker);
    }

    private void refuseUnless(EntryType type, Path place, Bytes path) throws FileSystemException {
        if (!path.isEmpty()) {
            EntryType found = Failures.named(path, () -> looker.look(place, false)).metadata().type();
            if (type == EntryType.FOLDER && found != type) {
                throw FileFailure.notFolder(path.toString());
            }
            if (type == EntryType.FILE && found != type) {
                throw found == EntryType.SYMLINK
                        ? FileFailure.loop(path.toString())
                        : FileFailure.notRegular(path.toString());
            }
        }
    }

    // ---- making

    @Override
    public void makeFolder(Bytes path) throws IOException {
        make(path, Files::createDirectory);
    }

    @Override
    public TargetFile createFile(Bytes path) throws IOException {
        return make(path, place -> new OpenFile(path, place, FileChannel.open(
                place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)));
    }

    @Override
    public TargetFile overwriteFile(Bytes path, boolean followLink) throws IOException {
        Path place = place(path);
        boolean isLink = Files.isSymbolicLink(place);
        if (isLink && followLink && !absoluteNames) {
            refuseUnlessBeneath(place, path);
        }
        if (!isLink || !followLink) {
            refuseUnless(EntryType.FILE, place, path);
        }
        return new OpenFile(path, place, Failures.named(path, () -> FileChannel.open(
                followLink ? place.toRealPath() : place, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)));
    }

    @Override
    public void makeSymlink(Bytes path, Bytes target) throws IOException {
        Path to = names.anyPath(target);
        make(path, place -> Files.createSymbolicLink(place, to));
    }

    /// Not to links: some platforms follow them.
    @Override
    public void makeHardLink(Bytes path, Bytes existing) throws IOException {
        Path from = place(existing);
        if (Files.isSymbolicLink(from)) {
            throw FileFailure.notSupported(path.toString());
        }
        make(path, place -> Files.createLink(place, from));
    }

    @Override
    public void makeNode(Bytes path, Metadata metadata) throws IOException {
        place(path);
        throw FileFailure.notSupported(path.toString());
    }

    @Override
    public void removeFile(Bytes path) throws IOException {
        Path place = place(path);
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(path.toString(), null, "Is a directory");
        }
        delete(place, path);
    }

    @Override
    public void removeFolder(Bytes path) throws IOException {
        Path place = place(path);
        refuseUnless(EntryType.FOLDER, place, path);
        delete(place, path);
    }

    private static void delete(Path place, Bytes path) throws FileSystemException {
        Failures.named(path, () -> {
            Files.delete(place);
            return null;
        });
    }

    @Override
    public void rename(Bytes from, Bytes to) throws IOException {
        Path old = place(from);
        make(to, place -> {
            if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileSystemException(to.toString(), null, "Is a directory");
            }
            return Files.move(old, place, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        });
    }

    @Override
    public void setMetadata(Bytes path, Metadata metadata, Restore what, Problems problems) throws IOException {
        Path place = place(path);
        Metadata found = Failures.named(path, () -> looker.look(place, false)).metadata();
        if (found.type() != metadata.type()) {
            throw new FileSystemException(
                    path.toString(), null, "File type differs: " + metadata.type() + ", found " + found.type());
        }
        new Restoration(path, place, metadata, what, problems, looker).run();
    }

    @Override
    public void close() {}

    private final class OpenFile implements TargetFile {
        private final Bytes path;
        private final Path place;
        private final FileChannel channel;

        OpenFile(Bytes path, Path place, FileChannel channel) {
            this.path = path;
            this.place = place;
            this.channel = channel;
        }

        @Override
        public void write(MemorySegment source, long offset) throws IOException {
            for (long done = 0; done < source.byteSize(); ) {
                long length = Math.min(source.byteSize() - done, PortableSourceFile.MAX_TRANSFER);
                ByteBuffer buffer = source.asSlice(done, length).asByteBuffer();
                long at = offset + done;
                done += Failures.named(path, () -> channel.write(buffer, at));
            }
        }

        /// The metadata goes by path, and behind closing, which on some platforms still changes the time.
        @Override
        public void finish(long size, Metadata metadata, Restore what, Problems problems) throws IOException {
            Failures.named(path, () -> {
                if (channel.size() < size) {
                    channel.write(ByteBuffer.allocate(1), size - 1);
                }
                channel.truncate(size);
                channel.close();
                return null;
            });
            new Restoration(path, place, metadata, what, problems, looker).run();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
