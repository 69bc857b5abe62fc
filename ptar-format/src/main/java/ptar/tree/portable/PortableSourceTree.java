package ptar.tree.portable;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.FileFailure;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;

/// A tree to archive, anywhere that Java runs. Xattrs are those of the `user` namespace; holes are not seen.
public final class PortableSourceTree implements SourceTree {
    private final Path base;
    private final Names names;
    private final Looker looker;

    public PortableSourceTree(Bytes base, Wanted wanted) throws IOException {
        this(new Names(FileSystems.getDefault()).anyPath(base), wanted);
    }

    public PortableSourceTree(Path base, Wanted wanted) throws IOException {
        this.base = base;
        names = new Names(base.getFileSystem());
        looker = new Looker(base.getFileSystem(), wanted);
        if (!Files.isDirectory(base)) {
            throw Files.exists(base)
                    ? FileFailure.notFolder(base.toString())
                    : FileFailure.noSuchFile(base.toString(), null);
        }
    }

    @Override
    public Found stat(Bytes path, boolean followLink) throws IOException {
        Path resolved = base.resolve(names.anyPath(path));
        return Failures.named(path, () -> looker.look(resolved, followLink));
    }

    @Override
    public Folder openFolder(Bytes path, boolean followLink) throws IOException {
        return new OpenFolder(base.resolve(names.anyPath(path)), followLink, path);
    }

    @Override
    public SourceFile openFile(Bytes path, boolean followLink) throws IOException {
        return new PortableSourceFile(base.resolve(names.anyPath(path)), followLink, path, looker);
    }

    @Override
    public void close() {}

    private final class OpenFolder implements Folder {
        private final Path folder;
        private final Bytes shown;

        OpenFolder(Path folder, boolean followLink, Bytes shown) throws IOException {
            this.folder = folder;
            this.shown = shown;
            Found found = Failures.named(shown, () -> looker.look(folder, followLink));
            if (found.metadata().type() != EntryType.FOLDER) {
                throw FileFailure.notFolder(shown.toString());
            }
        }

        @Override
        public List<Bytes> names() throws IOException {
            return listNames(folder, names, shown);
        }

        @Override
        public Found stat(Bytes name, boolean followLink) throws IOException {
            Path path = folder.resolve(names.path(name));
            return Failures.named(child(name), () -> looker.look(path, followLink));
        }

        @Override
        public Folder openFolder(Bytes name, boolean followLink) throws IOException {
            return new OpenFolder(folder.resolve(names.path(name)), followLink, child(name));
        }

        private Bytes child(Bytes name) {
            boolean needsSlash = !shown.isEmpty() && shown.get(shown.length() - 1) != '/';
            return shown.concat(Bytes.of(needsSlash ? "/" : "")).concat(name);
        }

        @Override
        public void close() {}
    }

    static List<Bytes> listNames(Path folder, Names names, Bytes shown) throws IOException {
        List<Bytes> list = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(path -> list.add(names.bytes(path)));
        } catch (DirectoryIteratorException e) {
            throw Failures.of(shown, e.getCause());
        } catch (IOException e) {
            throw Failures.of(shown, e);
        }
        Collections.sort(list);
        return list;
    }
}
