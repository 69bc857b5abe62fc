package ptar.tree.portable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.tree.SourceTree.Wanted;
import ptar.tree.TargetTree;
import ptar.tree.TargetTree.Restore;
import ptar.tree.TargetTree.TargetFile;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

@ParameterizedClass
@EnumSource
class PortableTreesTest {
    enum Platform { UNIX, MAC, WINDOWS, THIS_MACHINE }

    private static final Timestamp TIME = new Timestamp(1_000_000_000, 123_000_000);
    private static final Restore ALL = new Restore(false, false, true, true, true, true, false);

    @Parameter
    Platform platform;

    @TempDir
    Path temporary;

    private FileSystem memory;
    private Path base;
    private Path victim;
    private TargetTree target;
    private SourceTree source;
    private final List<String> problems = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        memory = switch (platform) {
            case UNIX -> jimfs(Configuration.unix(), "owner", "posix", "unix", "user");
            case MAC -> jimfs(Configuration.osX(), "owner", "posix", "unix");
            case WINDOWS -> jimfs(Configuration.windows(), "owner", "dos", "user");
            case THIS_MACHINE -> null;
        };
        Path parent = memory == null ? temporary : memory.getPath("parent").toAbsolutePath();
        Files.createDirectories(parent);
        base = Files.createDirectory(parent.resolve("base"));
        victim = Files.createDirectory(parent.resolve("victim"));
        Files.writeString(victim.resolve("precious"), "precious");
        target = new PortableTargetTree(base, false);
        source = new PortableSourceTree(base, new Wanted(true, true, true, true, true));
    }

    private static FileSystem jimfs(Configuration configuration, String... views) {
        return Jimfs.newFileSystem(configuration.toBuilder().setAttributeViews("basic", views).build());
    }

    @AfterEach
    void close() throws IOException {
        assertEquals("precious", Files.readString(victim.resolve("precious")));
        try (var list = Files.list(victim)) {
            assertEquals(1, list.count(), "the victim was touched");
        }
        target.close();
        source.close();
        if (memory != null) {
            memory.close();
        }
    }

    private boolean folds() {
        return platform == Platform.MAC || platform == Platform.WINDOWS;
    }

    private static Bytes b(String path) {
        return Bytes.of(path);
    }

    private static Metadata metadata(EntryType type, int mode) {
        return Metadata.of(type, mode, new Owner(0, 0, "", ""), TIME);
    }

    private void report(Bytes path, String kind, IOException cause) {
        problems.add(path + ": " + kind + ": " + ((FileSystemException) cause).getReason());
    }

    private void write(String path, String content) throws IOException {
        try (TargetFile file = target.createFile(b(path))) {
            finish(file, content, metadata(EntryType.FILE, 0640));
        }
    }

    private void finish(TargetFile file, String content, Metadata metadata) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            MemorySegment segment = arena.allocate(bytes.length + 1);
            segment.copyFrom(MemorySegment.ofArray(bytes));
            file.write(segment.asSlice(0, bytes.length), 0);
            file.finish(bytes.length, metadata, ALL, this::report);
        }
    }

    private String read(SourceFile open) throws IOException {
        try (SourceFile file = open;
                Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(1000);
            long n = file.read(segment, 0);
            return new String(segment.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private static String reasonOf(Action action) {
        return assertThrows(FileSystemException.class, action::run).getReason();
    }

    @Test
    void writesAndReadsATree() throws IOException {
        target.makeFolder(b("d"));
        write("d/ä", "content");
        target.makeHardLink(b("d/h"), b("d/ä"));
        target.makeSymlink(b("d/l"), b("ä"));
        target.setMetadata(b("d/l"), metadata(EntryType.SYMLINK, 0777), ALL, (_, _, _) -> { });
        target.setMetadata(b("d"), metadata(EntryType.FOLDER, 0750), ALL, this::report);
        assertEquals(List.of(), problems);
        assertEquals(List.of(b("h"), b("l"), b("ä")), target.names(b("d")));

        Metadata file = source.stat(b("d/ä"), false).metadata();
        assertEquals(EntryType.FILE, file.type());
        assertEquals(7, file.size());
        assertEquals(TIME, file.modificationTime());
        assertEquals(platform == Platform.WINDOWS ? 0644 : 0640, file.mode());
        assertEquals("content", read(source.openFile(b("d/h"), false)));
        try (SourceTree.Folder folder = source.openFolder(b("."), false);
                SourceTree.Folder d = folder.openFolder(b("d"), false)) {
            assertEquals(List.of(b("h"), b("l"), b("ä")), d.names());
            Metadata link = d.stat(b("l"), false).metadata();
            assertEquals(EntryType.SYMLINK, link.type());
            assertEquals(b("ä"), link.linkTarget());
            assertEquals(EntryType.FILE, d.stat(b("l"), true).metadata().type());
            assertEquals(TIME, folder.stat(b("d"), false).metadata().modificationTime());
            assertEquals("No such file or directory", reasonOf(() -> d.stat(b("none"), false)));
        }
        assertEquals("Not a regular file", reasonOf(() -> source.openFile(b("d"), false)));
        assertEquals("Not a regular file", reasonOf(() -> source.openFile(b("d/l"), false)));
        assertEquals("content", read(source.openFile(b("d/l"), true)));
    }

    @Test
    void writesInAnyOrderAndPastTheEnd() throws IOException {
        try (TargetFile file = target.createFile(b("f"));
                Arena arena = Arena.ofConfined()) {
            file.write(arena.allocate(2).fill((byte) 'b'), 4);
            file.write(arena.allocate(2).fill((byte) 'a'), 0);
            file.finish(8, metadata(EntryType.FILE, 0600), ALL, this::report);
        }
        assertEquals("aa\0\0bb\0\0", Files.readString(base.resolve("f")));
        try (TargetFile file = target.overwriteFile(b("f"), false)) {
            finish(file, "x", metadata(EntryType.FILE, 0600));
        }
        assertEquals("x", read(target.openFile(b("f"))));
    }

    @Test
    void restoresXattrsOfUsers() throws IOException {
        assumeTrue(base.getFileSystem().supportedFileAttributeViews().contains("user"));
        List<Xattr> xattrs = List.of(new Xattr(b("user.a"), b("1")), new Xattr(b("user.b"), Bytes.EMPTY));
        Xattr other = new Xattr(b("trusted.t"), b(""));
        try (TargetFile file = target.createFile(b("f"))) {
            List<Xattr> all = List.of(other, xattrs.get(0), xattrs.get(1));
            finish(file, "x", metadata(EntryType.FILE, 0400).withXattrs(all));
        }
        assertEquals(xattrs, source.stat(b("f"), false).metadata().xattrs());
        assertEquals(List.of("f: xattr trusted.t: Operation not supported"), problems);
    }

    @Test
    void failsWithTheReasonOfUnix() throws IOException {
        target.makeFolder(b("d"));
        write("d/f", "");
        assertThrows(FileAlreadyExistsException.class, () -> target.createFile(b("d/f")));
        assertEquals("File exists", reasonOf(() -> target.makeFolder(b("d"))));
        assertEquals("File exists", reasonOf(() -> target.makeFolder(Bytes.EMPTY)));
        assertThrows(DirectoryNotEmptyException.class, () -> target.removeFolder(b("d")));
        assertEquals("Directory not empty", reasonOf(() -> target.removeFolder(b("d"))));
        assertThrows(NoSuchFileException.class, () -> target.createFile(b("e/f")));
        assertThrows(NotDirectoryException.class, () -> target.createFile(b("d/f/g")));
        assertThrows(NotDirectoryException.class, () -> target.removeFolder(b("d/f")));
        assertThrows(NotDirectoryException.class, () -> source.openFolder(b("d/f"), false));
        assertEquals("Not a directory", reasonOf(() -> target.createFile(b("d/f/g"))));
        assertEquals("Is a directory", reasonOf(() -> target.removeFile(b("d"))));
        assertEquals("Is a directory", reasonOf(() -> target.rename(b("d/f"), b("d"))));
        assertEquals(
                "Operation not supported",
                reasonOf(() -> target.makeNode(b("p"), metadata(EntryType.FIFO, 0600))));
        assertNull(target.stat(b("none")));
        assertNull(target.stat(b("d/f/none")));
        assertNull(target.statFollowing(b("none")));
        target.rename(b("d/f"), b("d/g"));
        target.removeFile(b("d/g"));
        target.removeFolder(b("d"));
        assertEquals(List.of(), target.names(Bytes.EMPTY));
    }

    @Test
    void neverLeavesTheBase() throws IOException {
        FileSystem files = base.getFileSystem();
        Files.createDirectory(base.resolve("d"));
        Files.createSymbolicLink(base.resolve("d/out"), files.getPath("../../victim"));
        Files.createSymbolicLink(base.resolve("absolute"), victim);
        Files.createSymbolicLink(base.resolve("up"), files.getPath(".."));
        Files.createSymbolicLink(base.resolve("file"), files.getPath("../victim/precious"));
        for (String way : List.of(
                "../victim", "d/out", "absolute", "d/../../victim", "up/victim", victim.toString(), "..\\victim",
                "d\\out")) {
            Bytes inside = b(way + "/evil");
            Bytes precious = b(way + "/precious");
            assertThrows(FileSystemException.class, () -> target.createFile(inside), way);
            assertThrows(FileSystemException.class, () -> target.makeFolder(inside), way);
            assertThrows(FileSystemException.class, () -> target.makeSymlink(inside, b("x")), way);
            assertThrows(FileSystemException.class, () -> target.overwriteFile(precious, true), way);
            assertThrows(FileSystemException.class, () -> target.removeFile(precious), way);
            assertThrows(FileSystemException.class, () -> target.openFile(precious), way);
            assertThrows(FileSystemException.class, () -> target.rename(precious, b("stolen")), way);
            assertThrows(FileSystemException.class, () -> target.makeHardLink(b("stolen"), precious), way);
            assertThrows(FileSystemException.class, () -> target.names(b(way)), way);
            assertThrows(
                    FileSystemException.class,
                    () -> target.setMetadata(precious, metadata(EntryType.FILE, 0), ALL, this::report), way);
            assertThrows(
                    FileSystemException.class,
                    () -> target.setMetadata(b(way), metadata(EntryType.FOLDER, 0), ALL, this::report), way);
        }
        assertEquals("Invalid cross-device link", reasonOf(() -> target.createFile(b("d/out/evil"))));
        assertEquals("Invalid cross-device link", reasonOf(() -> target.overwriteFile(b("file"), true)));
        assertEquals("Invalid cross-device link", reasonOf(() -> target.statFollowing(b("file"))));
        assertThrows(FileSystemException.class, () -> target.overwriteFile(b("file"), false));
        assertThrows(FileAlreadyExistsException.class, () -> target.createFile(b("file")));
        Files.createSymbolicLink(base.resolve("in"), files.getPath("d"));
        target.createFile(b("in/f")).close();
        assertTrue(Files.exists(base.resolve("d/f")));
    }

    @Test
    void liftsThatWithAbsoluteNames() throws IOException {
        try (TargetTree free = new PortableTargetTree(base, true)) {
            free.createFile(b("../victim/one")).close();
            assertEquals(2, free.names(b(victim.toString())).size());
            free.removeFile(b(victim.toString() + "/one"));
        }
    }

    @Test
    void refusesTwoNamesThatTheFileSystemTakesForOne() throws IOException {
        assumeTrue(folds());
        target.makeFolder(b("Folder"));
        write("Readme", "first");
        assertEquals("File exists under another spelling: 'Readme'", reasonOf(() -> target.createFile(b("README"))));
        assertThrows(FileAlreadyExistsException.class, () -> target.createFile(b("Readme")));
        assertEquals("File exists under another spelling: 'Readme'", reasonOf(() -> target.stat(b("README"))));
        String folder = "File exists under another spelling: 'Folder'";
        assertEquals(folder, reasonOf(() -> target.makeFolder(b("folder"))));
        assertEquals(folder, reasonOf(() -> target.createFile(b("folder/x"))));
        assertEquals(folder, reasonOf(() -> target.makeSymlink(b("FOLDER"), b("x"))));
        if (platform == Platform.MAC) {
            write("caf\u00e9", "composed");
            assertThrows(FileSystemException.class, () -> target.createFile(b("cafe\u0301")));
        }
        assertEquals("first", read(target.openFile(b("Readme"))));
    }

    @Test
    void refusesNamesThatThePlatformTakesForSomethingElse() {
        List<String> names = platform == Platform.WINDOWS
                ? List.of("a\\b", "C:", "C:x", "a:stream", "x\0", "C:\\x")
                : List.of("x\0");
        for (String name : names) {
            assertThrows(FileSystemException.class, () -> target.createFile(b(name)), name);
        }
    }

    @Test
    void keepsNamesThatAreNotText() throws IOException {
        Bytes name = Bytes.wrap(new byte[] {'x', (byte) 0xff, '%', (byte) 0xe4});
        if (platform != Platform.THIS_MACHINE) {
            assertThrows(FileSystemException.class, () -> target.createFile(name));
            return;
        }
        target.createFile(name).close();
        target.makeSymlink(b("l"), name);
        assertEquals(List.of(b("l"), name), target.names(Bytes.EMPTY));
        assertEquals(name, source.stat(b("l"), false).metadata().linkTarget());
        assertEquals(EntryType.FILE, source.stat(name, false).metadata().type());
        assertEquals(EntryType.FILE, source.stat(b("l"), true).metadata().type());
        assertArrayEquals(
                new String[] {"x\u00ff%\u00e4"},
                target.names(Bytes.EMPTY).stream().skip(1)
                        .map(n -> new String(n.toArray(), StandardCharsets.ISO_8859_1)).toArray());
    }
}
