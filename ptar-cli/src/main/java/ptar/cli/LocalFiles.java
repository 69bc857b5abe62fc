package ptar.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import ptar.Trees;
import ptar.tree.Bytes;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;

/// Files that are named by bytes. Java's paths can't name them all: they are text in the locale's characters.
final class LocalFiles {
    static final Bytes STANDARD = Bytes.of("-");
    static final Bytes HERE = Bytes.of(".");

    private LocalFiles() {}

    /// @throws FileSystemException if Java can't name it in this locale
    static Path path(Bytes name) throws FileSystemException {
        String text = name.utf8OrNull();
        try {
            if (text != null) {
                return Path.of(text);
            }
        } catch (InvalidPathException notInThisLocale) {
            // told below
        }
        throw new FileSystemException(
                name.toString(), null, "the name is not text in this locale (LC_ALL=C.UTF-8 would help with UTF-8)");
    }

    /// True if Java can name it in this locale.
    static boolean isPath(Bytes name) {
        try {
            path(name);
            return true;
        } catch (FileSystemException notForJava) {
            return false;
        }
    }

    /// Reads a whole file; `-` is standard input.
    static Bytes read(Bytes name) throws IOException {
        if (name.equals(STANDARD)) {
            return Bytes.wrap(System.in.readAllBytes());
        }
        return isPath(name) ? Bytes.wrap(Files.readAllBytes(path(name))) : readByBytes(name);
    }

    private static Bytes readByBytes(Bytes name) throws IOException {
        SourceTree.Wanted nothing = new SourceTree.Wanted(false, false, false, false, false);
        try (SourceTree here = Trees.source(HERE, nothing);
                SourceFile file = here.openFile(name, true);
                Arena arena = Arena.ofConfined()) {
            long size = file.stat().metadata().size();
            MemorySegment content = arena.allocate(Math.max(1, size)).asSlice(0, size);
            long length = file.read(content, 0);
            return Bytes.wrap(content.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
