package ptar.tree.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree.Found;
import ptar.tree.TargetTree;
import ptar.tree.TargetTree.Restore;
import ptar.tree.TargetTree.TargetFile;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

/// Once with `openat2`, once with what stands in for it on old kernels.
@EnabledOnOs(OS.LINUX)
@ParameterizedClass(name = "openat2: {0}")
@ValueSource(booleans = {true, false})
class PosixTargetTreeTest {
    private static final Timestamp TIME = new Timestamp(1_000_000_000, 123_456_789);
    private static final Owner ROOT = new Owner(0, 0, "", "");
    private static final Restore ALL = new Restore(Host.IS_ROOT, false, true, true, true, true, true);

    @Parameter
    boolean mayUseOpenat2;

    @TempDir
    Path parent;

    private Path base;
    private Path victim;
    private TargetTree tree;
    private final List<String> problems = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        base = Files.createDirectory(parent.resolve("base"));
        victim = Files.createDirectory(parent.resolve("victim"));
        Files.writeString(victim.resolve("precious"), "precious");
        tree = open(false);
    }

    private TargetTree open(boolean absoluteNames) throws IOException {
        return new PosixTargetTree(Host.bytes(base), absoluteNames, mayUseOpenat2);
    }

    @AfterEach
    void close() throws IOException {
        tree.close();
        assertEquals("precious", Files.readString(victim.resolve("precious")));
        assertEquals("precious", Host.shell(victim, "ls -A"), "the victim was touched");
        Host.removeAll(base);
    }

    private static Bytes b(String path) {
        return Bytes.of(path);
    }

    private static Metadata metadata(EntryType type, int mode) {
        return Metadata.of(type, mode, ROOT, TIME);
    }

    private void report(Bytes path, String kind, IOException cause) {
        problems.add(path + ": " + kind + ": " + ((FileSystemException) cause).getReason());
    }

    private void write(String path, String content, Metadata metadata) throws IOException {
        try (TargetFile file = tree.createFile(b(path))) {
            finish(file, content, metadata, ALL);
        }
    }

    private void finish(TargetFile file, String content, Metadata metadata, Restore what) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            MemorySegment memory = arena.allocate(bytes.length + 1);
            memory.copyFrom(MemorySegment.ofArray(bytes));
            file.write(memory.asSlice(0, bytes.length), 0);
            file.finish(bytes.length, metadata, what, this::report);
        }
    }

    private String stat(String format, String path) {
        return Host.run("stat", "-c", format, base.resolve(path).toString());
    }

    // ---- what it makes

    @Test
    void restoresFilesWithAllTheirMetadata() throws IOException {
        Host.assumeRoot();
        Metadata metadata = metadata(EntryType.FILE, 06751)
                .withOwner(new Owner(12_345, 54_321, "", ""))
                .withTimes(new Timestamp(-5, 999_999_999), null)
                .withInodeFlags(0x40)
                .withXattrs(List.of(
                        new Xattr(b("security.capability"), Bytes.wrap(new byte[] {
                            1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
                        })),
                        new Xattr(b("trusted.t"), b("t")),
                        new Xattr(b("user.u"), Bytes.EMPTY)));
        write("f", "content", metadata);

        assertEquals(List.of(), problems);
        assertEquals("6751 12345 54321 7", stat("%a %u %g %s", "f"));
        assertEquals(
                "2001-09-09 01:46:40.123456789 +0000", Host.shell(base, "TZ=UTC stat -c %y f"));
        assertEquals(
                "1969-12-31 23:59:55.999999999 +0000", Host.shell(base, "TZ=UTC stat -c %x f"));
        assertEquals("f cap_net_raw=ep", Host.shell(base, "getcap f"));
        assertEquals("trusted.t=\"t\"\nuser.u=\"\"", Host.shell(base, "getfattr -d -m 'user|trusted' f | grep ="));
        assertTrue(Host.shell(base, "lsattr f").contains("d"));
        assertEquals("content", Host.shell(base, "cat f"));
        assertEquals(metadata.xattrs(), source("f").xattrs());
        assertEquals(0x40, source("f").inodeFlags() & 0x40);
    }

    private Metadata source(String name) throws IOException {
        try (var source = new PosixSourceTree(
                Host.bytes(base), new ptar.tree.SourceTree.Wanted(true, true, true, true, true))) {
            return source.stat(b(name), false).metadata();
        }
    }

    @Test
    void restoresFoldersLinksAndNodes() throws IOException {
        Host.assumeRoot();
        Owner owner = new Owner(1, 2, "", "");
        Metadata folder = metadata(EntryType.FOLDER, 01755).withOwner(owner);
        Metadata link = metadata(EntryType.SYMLINK, 0777)
                .withOwner(owner)
                .withLinkTarget(b("/nowhere"))
                .withXattrs(List.of(new Xattr(b("trusted.l"), b("l"))));
        Metadata fifo = metadata(EntryType.FIFO, 0604)
                .withOwner(owner)
                .withXattrs(List.of(new Xattr(b("trusted.p"), b("p"))));
        Metadata device = metadata(EntryType.BLOCK_DEVICE, 0660).withOwner(owner).withDevice(4095, 1_048_575);
        Metadata socket = metadata(EntryType.SOCKET, 0700).withOwner(owner);
        tree.makeFolder(b("d"));
        tree.makeSymlink(b("d/l"), link.linkTarget());
        tree.makeNode(b("d/p"), fifo);
        tree.makeNode(b("d/b"), device);
        tree.makeNode(b("d/s"), socket);
        tree.makeHardLink(b("d/l2"), b("d/l"));
        tree.setMetadata(b("d/l"), link, ALL, this::report);
        tree.setMetadata(b("d/p"), fifo, ALL, this::report);
        tree.setMetadata(b("d/b"), device, ALL, this::report);
        tree.setMetadata(b("d/s"), socket, ALL, this::report);
        tree.setMetadata(b("d"), folder, ALL, this::report);

        assertEquals(List.of(), problems);
        assertEquals("directory 1755 1 2 1000000000", stat("%F %a %u %g %Y", "d"));
        assertEquals("symbolic link 777 1 2 1000000000 2", stat("%F %a %u %g %Y %h", "d/l"));
        assertEquals("fifo 604 1 2 1000000000", stat("%F %a %u %g %Y", "d/p"));
        assertEquals("block special file 660 1 2 1000000000 fff fffff", stat("%F %a %u %g %Y %t %T", "d/b"));
        assertEquals("socket 700 1 2 1000000000", stat("%F %a %u %g %Y", "d/s"));
        assertEquals(link.xattrs(), source("d/l").xattrs());
        assertEquals(link.linkTarget(), source("d/l").linkTarget());
        assertEquals(fifo.xattrs(), source("d/p").xattrs());
        assertEquals(List.of(b("b"), b("l"), b("l2"), b("p"), b("s")), tree.names(b("d")));
    }

    @Test
    void restoresTheBaseItself() throws IOException {
        tree.setMetadata(Bytes.EMPTY, metadata(EntryType.FOLDER, 0711), ALL, this::report);
        assertEquals("711 1000000000", stat("%a %Y", "."));
        assertEquals(EntryType.FOLDER, tree.stat(Bytes.EMPTY).metadata().type());
    }

    @Test
    void keepsTimesOfAnyLong() throws IOException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(memory), "needs a file system with 64-bit times");
        Path folder = Files.createTempDirectory(memory, "ptar");
        try (TargetTree other = new PosixTargetTree(Host.bytes(folder), false, mayUseOpenat2)) {
            int i = 0;
            for (long seconds : new long[] {Long.MIN_VALUE + 1, -1, 0, 1L << 40, Long.MAX_VALUE - 1}) {
                Timestamp time = new Timestamp(seconds, 999_999_999);
                Bytes name = b("f" + i++);
                try (TargetFile file = other.createFile(name)) {
                    finish(file, "", metadata(EntryType.FILE, 0600).withModificationTime(time), ALL);
                }
                assertEquals(time, other.stat(name).metadata().modificationTime());
            }
        } finally {
            Host.removeAll(folder);
            Files.delete(folder);
        }
    }

    @Test
    void leavesHoles() throws IOException {
        try (TargetFile file = tree.createFile(b("sparse"));
                Arena arena = Arena.ofConfined()) {
            file.write(arena.allocate(4096), 1L << 30);
            file.finish(10L << 30, metadata(EntryType.FILE, 0600), ALL, this::report);
        }
        assertEquals("10737418240 8", stat("%s %b", "sparse"));
    }

    @Test
    void appliesTheUmaskWhenTheModeIsNotExact() throws IOException {
        int umask = Integer.parseInt(Host.run("sh", "-c", "umask"), 8);
        Restore masked = new Restore(false, false, false, true, false, true, false);
        try (TargetFile file = tree.createFile(b("f"))) {
            finish(file, "", metadata(EntryType.FILE, 06777), masked);
        }
        assertEquals(Integer.toOctalString(0777 & ~umask), stat("%a", "f"));
    }

    @Test
    void dropsSetuidWhenTheOwnerIsNotRestored() throws IOException {
        Host.assumeRoot();
        Restore noOwner = new Restore(false, false, true, true, false, true, false);
        try (TargetFile file = tree.createFile(b("f"))) {
            finish(file, "", metadata(EntryType.FILE, 06755).withOwner(new Owner(5, 0, "", "")), noOwner);
        }
        assertEquals("2755", stat("%a", "f"));
    }

    @Test
    void triesNamesOfOwnersFirst() throws IOException {
        Host.assumeRoot();
        Owner owner = new Owner(4_000_000_000L, 4_000_000_001L, "daemon", "no such group");
        write("named", "", metadata(EntryType.FILE, 0600).withOwner(owner));
        assertEquals("daemon 4000000001", stat("%U %g", "named"));
        try (TargetFile file = tree.createFile(b("numeric"))) {
            finish(
                    file, "", metadata(EntryType.FILE, 0600).withOwner(owner),
                    new Restore(true, true, true, true, true, true, true));
        }
        assertEquals("4000000000 4000000001", stat("%u %g", "numeric"));
        assertEquals(List.of(), problems);
    }

    @Test
    void inheritsNoDefaultAclFromTheTarget() throws IOException {
        Host.shell(base, "mkdir d; setfacl -m d:u:1:rwx,u:2:rwx d");
        write("d/f", "", metadata(EntryType.FILE, 0640));
        tree.makeFolder(b("d/e"));
        write("d/e/f", "", metadata(EntryType.FILE, 0640));
        tree.setMetadata(b("d/e"), metadata(EntryType.FOLDER, 0750), ALL, this::report);
        tree.makeNode(b("d/p"), metadata(EntryType.FIFO, 0640));
        tree.setMetadata(b("d/p"), metadata(EntryType.FIFO, 0640), ALL, this::report);
        String plain = "user::rw-\ngroup::r--\nother::---";
        assertEquals(plain, Host.shell(base, "getfacl -c d/f"));
        assertEquals(plain, Host.shell(base, "getfacl -c d/e/f"));
        assertEquals(plain, Host.shell(base, "getfacl -c d/p"));
        assertEquals("user::rwx\ngroup::r-x\nother::---", Host.shell(base, "getfacl -c d/e"));
        assertEquals(List.of(), problems);
    }

    @Test
    void restoresAcls() throws IOException {
        Host.shell(base, "mkdir d; setfacl -m u:1:rwx,d:u:2:rx d; touch f; setfacl -m g:3:rw f; chmod 0464 f");
        Metadata folder = source("d");
        Metadata file = source("f");
        tree.makeFolder(b("e"));
        tree.setMetadata(b("e"), folder, ALL, this::report);
        write("g", "", file);
        assertEquals(Host.shell(base, "getfacl -c d"), Host.shell(base, "getfacl -c e"));
        assertEquals(Host.shell(base, "getfacl -c f"), Host.shell(base, "getfacl -c g"));
        assertEquals(List.of(), problems);
    }

    @Test
    void restoresAclsWholeWhereTheUmaskCutsTheMode() throws IOException {
        Host.shell(base, "touch f; setfacl -m u:1:rwx,g:3:rw f; chmod 0775 f");
        try (TargetFile file = tree.createFile(b("g"))) {
            finish(file, "", source("f"), new Restore(false, false, false, true, false, true, false));
        }
        assertEquals(Host.shell(base, "getfacl -c f"), Host.shell(base, "getfacl -c g"));
    }

    @Test
    void tellsWhatItCantRestore() throws IOException {
        Metadata metadata = metadata(EntryType.FILE, 0600)
                .withXattrs(List.of(new Xattr(b("nonsense"), b("")), new Xattr(b("user.fine"), b(""))));
        write("f", "", metadata);
        assertEquals(List.of("f: xattr nonsense: Operation not supported"), problems);
        assertEquals(1, source("f").xattrs().size());
    }

    @Test
    void takesNamesOfAnyBytes() throws IOException {
        for (byte[] name : List.of(
                new byte[] {(byte) 0xff, (byte) 0xfe}, "a\nb".getBytes(StandardCharsets.UTF_8),
                "-rf".getBytes(StandardCharsets.UTF_8), "x".repeat(255).getBytes(StandardCharsets.UTF_8))) {
            tree.createFile(Bytes.wrap(name)).close();
            assertTrue(tree.names(Bytes.EMPTY).contains(Bytes.wrap(name)));
        }
        assertEquals("File name too long", reasonOf(() -> tree.createFile(b("x".repeat(256)))));
        assertEquals("Invalid argument", reasonOf(() -> tree.createFile(b("x\0y"))));
    }

    @Test
    void reachesPathsLongerThanTheKernelTakes() throws IOException {
        for (int depth : new int[] {16, 37}) {
            String path = "";
            for (int i = 0; i < depth; i++) {
                path += "n".repeat(250);
                makeFolderIfMissing(path);
                path += "/";
            }
            write(path + "f" + depth, "deep", metadata(EntryType.FILE, 0600));
            tree.makeHardLink(b(path + "g"), b(path + "f" + depth));
            tree.rename(b(path + "g"), b("top" + depth));
            assertEquals("deep", Host.shell(base, "cat top" + depth));
            assertEquals(4, tree.stat(b(path + "f" + depth)).metadata().size());
            tree.openFile(b(path + "f" + depth)).close();
        }
    }

    private void makeFolderIfMissing(String path) throws IOException {
        try {
            tree.makeFolder(b(path));
        } catch (FileAlreadyExistsException fine) {
            assertEquals(EntryType.FOLDER, tree.stat(b(path)).metadata().type());
        }
    }

    @Test
    void failsWithTheReasonOfThePlatform() throws IOException {
        tree.makeFolder(b("d"));
        tree.createFile(b("d/f")).close();
        assertThrows(FileAlreadyExistsException.class, () -> tree.createFile(b("d/f")));
        assertThrows(FileAlreadyExistsException.class, () -> tree.makeFolder(b("d")));
        assertThrows(FileAlreadyExistsException.class, () -> tree.makeSymlink(b("d"), b("x")));
        assertThrows(DirectoryNotEmptyException.class, () -> tree.removeFolder(b("d")));
        assertThrows(NoSuchFileException.class, () -> tree.createFile(b("e/f")));
        assertEquals("Directory not empty", reasonOf(() -> tree.removeFolder(b("d"))));
        assertEquals("File exists", reasonOf(() -> tree.createFile(b("d/f"))));
        assertEquals("Not a directory", reasonOf(() -> tree.createFile(b("d/f/g"))));
        assertEquals("Is a directory", reasonOf(() -> tree.removeFile(b("d"))));
        assertNull(tree.stat(b("none")));
        assertNull(tree.stat(b("d/f/none")));
        assertNull(tree.statFollowing(b("none")));
    }

    @Test
    void overwritesInPlace() throws IOException {
        Host.shell(base, "echo long long content > f; ln f g; ln -s f l; mkfifo p; ln -s none dangling");
        try (TargetFile file = tree.overwriteFile(b("f"), false)) {
            finish(file, "short", metadata(EntryType.FILE, 0600), ALL);
        }
        assertEquals("short", Host.shell(base, "cat g"));
        assertEquals("Too many levels of symbolic links", reasonOf(() -> tree.overwriteFile(b("l"), false)));
        try (TargetFile file = tree.overwriteFile(b("l"), true)) {
            finish(file, "through", metadata(EntryType.FILE, 0600), ALL);
        }
        assertEquals("through", Host.shell(base, "cat g"));
        assertThrows(NoSuchFileException.class, () -> tree.overwriteFile(b("dangling"), true));
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThrows(FileSystemException.class, () -> tree.overwriteFile(b("p"), false)));
    }

    @Test
    void readsBackWhatAnOrdinaryUserMayNot() throws IOException {
        write("f", "secret", metadata(EntryType.FILE, 0200));
        try (SourceFile file = tree.openFile(b("f"));
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(10);
            assertEquals(6, file.read(memory, 0));
            assertEquals('s', memory.get(ValueLayout.JAVA_BYTE, 0));
        }
        assertEquals("200", stat("%a", "f"));
    }

    // ---- what it refuses

    @Test
    void neverLeavesTheBase() throws IOException {
        Host.shell(base, "mkdir d; ln -s ../../victim d/out; ln -s " + victim + " absolute; ln -s . here;"
                + " ln -s .. d/up; ln -s / root; ln -s ../victim/precious file; ln -s d/up/.. chain;"
                + " ln -s /proc/self/cwd magic; ln -s /proc/self/root/ magic2");
        String toVictim = victim.toString().substring(1);
        List<String> ways = List.of(
                "../victim", "d/out", "absolute", "d/../../victim", "here/here/d/out", "here/../../victim",
                "root/" + toVictim, "d/up/../victim", "chain/victim", victim.toString(), "/" + victim,
                "magic2/" + toVictim, "d/up/up/../../victim");
        for (String way : ways) {
            Bytes inside = b(way + "/evil");
            Bytes precious = b(way + "/precious");
            assertThrows(FileSystemException.class, () -> tree.createFile(inside), way);
            assertThrows(FileSystemException.class, () -> tree.makeFolder(inside), way);
            assertThrows(FileSystemException.class, () -> tree.makeSymlink(inside, b("x")), way);
            assertThrows(FileSystemException.class, () -> tree.makeNode(inside, metadata(EntryType.FIFO, 0)), way);
            assertThrows(FileSystemException.class, () -> tree.overwriteFile(precious, false), way);
            assertThrows(FileSystemException.class, () -> tree.overwriteFile(precious, true), way);
            assertThrows(FileSystemException.class, () -> tree.removeFile(precious), way);
            assertThrows(FileSystemException.class, () -> tree.removeFolder(b(way)), way);
            assertThrows(FileSystemException.class, () -> tree.openFile(precious), way);
            assertThrows(FileSystemException.class, () -> tree.makeHardLink(b("stolen"), precious), way);
            assertThrows(FileSystemException.class, () -> tree.rename(precious, b("stolen")), way);
            assertThrows(FileSystemException.class, () -> tree.names(b(way)), way);
            assertThrows(
                    FileSystemException.class,
                    () -> tree.setMetadata(precious, metadata(EntryType.FILE, 0777), ALL, this::report), way);
            assertThrows(
                    FileSystemException.class,
                    () -> tree.setMetadata(b(way), metadata(EntryType.FOLDER, 0777), ALL, this::report), way);
            assertThrows(FileSystemException.class, () -> tree.stat(precious), way);
            assertThrows(FileSystemException.class, () -> tree.statFollowing(precious), way);
        }
        assertEquals("Invalid cross-device link", reasonOf(() -> tree.createFile(b("d/out/evil"))));
        assertEquals("Invalid cross-device link", reasonOf(() -> tree.overwriteFile(b("file"), true)));
        assertEquals("Invalid cross-device link", reasonOf(() -> tree.statFollowing(b("file"))));
        assertThrows(FileSystemException.class, () -> tree.overwriteFile(b("file"), false));
        assertThrows(FileAlreadyExistsException.class, () -> tree.createFile(b("file")));
        assertEquals(List.of(), problems);
    }

    @Test
    void neverSetsMetadataThroughALink() throws IOException {
        Host.shell(base, "ln -s ../victim d; ln -s ../victim/precious f");
        for (EntryType type : List.of(EntryType.FOLDER, EntryType.FILE)) {
            Bytes name = b(type == EntryType.FOLDER ? "d" : "f");
            assertThrows(
                    FileSystemException.class,
                    () -> tree.setMetadata(name, metadata(type, 0777), ALL, this::report));
        }
        assertEquals("755 644", Host.shell(victim, "echo $(stat -c %a . precious)"));
        // A hard link to the link, not to what it names.
        tree.makeHardLink(b("g"), b("f"));
        assertEquals("symbolic link", stat("%F", "g"));
    }

    @Test
    void followsLinksThatStayBeneath() throws IOException {
        Host.shell(base, "mkdir -p a/b; ln -s a link; ln -s ../a a/self; ln -s self/b a/two");
        tree.createFile(b("link/b/f")).close();
        tree.createFile(b("a/self/self/g")).close();
        tree.createFile(b("a/two/h")).close();
        assertEquals("f h", Host.shell(base, "echo $(ls a/b)"));
        assertEquals(EntryType.FOLDER, tree.statFollowing(b("a/two")).metadata().type());
        assertEquals(EntryType.SYMLINK, tree.stat(b("a/two")).metadata().type());
        assertEquals(b("self/b"), tree.stat(b("a/two")).metadata().linkTarget());
    }

    @Test
    void refusesLoops() {
        Host.shell(base, "ln -s b a; ln -s a b");
        assertEquals("Too many levels of symbolic links", reasonOf(() -> tree.createFile(b("a/x"))));
        assertEquals("Too many levels of symbolic links", reasonOf(() -> tree.statFollowing(b("a"))));
    }

    /// The kept descriptor of a folder must not outlive the folder's name.
    @Test
    void noticesFoldersThatItReplacedItself() throws IOException {
        tree.makeFolder(b("d"));
        tree.createFile(b("d/f")).close();
        tree.rename(b("d"), b("e"));
        assertThrows(NoSuchFileException.class, () -> tree.createFile(b("d/g")));
        tree.makeFolder(b("d"));
        tree.createFile(b("d/g")).close();
        tree.removeFile(b("d/g"));
        tree.removeFolder(b("d"));
        tree.makeSymlink(b("d"), b("../victim"));
        assertEquals("Invalid cross-device link", reasonOf(() -> tree.createFile(b("d/g"))));
        tree.removeFile(b("d"));
        tree.makeSymlink(b("d"), b("e"));
        tree.createFile(b("d/h")).close();
        tree.removeFile(b("d"));
        tree.makeFolder(b("d"));
        tree.createFile(b("d/only")).close();
        assertEquals("only", Host.shell(base, "ls d"));
    }

    @Test
    void staysInsideWhileAnEnemySwapsFoldersForLinks() throws Exception {
        Host.shell(base, "mkdir -p real/deep; ln -s ../../victim evil; ln -s ../victim evil2");
        try (ExecutorService enemy = Executors.newSingleThreadExecutor()) {
            Path d = base.resolve("d");
            Future<?> swapping = enemy.submit(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    Files.deleteIfExists(d);
                    Files.createSymbolicLink(d, Path.of("../victim"));
                    Files.deleteIfExists(d);
                    Files.createSymbolicLink(d, Path.of("real"));
                }
                return null;
            });
            int made = 0;
            for (int i = 0; i < 1000; i++) {
                // A fresh tree has nothing kept open.
                try (TargetTree fresh = open(false)) {
                    fresh.createFile(b("d/f" + i)).close();
                    made++;
                } catch (FileSystemException expectedOften) {
                    assertFalse(expectedOften.getReason().isEmpty());
                }
            }
            swapping.cancel(true);
            assertEquals(made, Integer.parseInt(Host.shell(base, "ls real | grep -c f || :")));
        }
    }

    @Test
    void liftsAllThatWithAbsoluteNames() throws IOException {
        Host.shell(base, "ln -s ../victim out");
        try (TargetTree free = open(true)) {
            free.createFile(b("out/one")).close();
            free.createFile(b("../victim/two")).close();
            free.createFile(b(victim + "/three")).close();
            free.createFile(b("/" + victim + "//./four")).close();
            assertEquals("four one precious three two", Host.shell(victim, "echo $(ls)"));
            for (String name : List.of("one", "two", "three", "four")) {
                free.removeFile(b(victim + "/" + name));
            }
        }
    }

    // ---- resources

    @Test
    void writesFromSeveralThreads() throws Exception {
        for (int i = 0; i < 200; i++) {
            tree.makeFolder(b("d" + i));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                String mine = "t" + t;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        String folder = "d" + i * 7 % 200;
                        try (TargetFile file = tree.createFile(b(folder + "/" + mine + "-" + i))) {
                            finish(file, "content " + i, metadata(EntryType.FILE, 0600), ALL);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertEquals("2000", Host.shell(base, "find . -type f -size +0 | wc -l"));
        assertEquals(List.of(), problems);
    }

    @Test
    void hasAnyNumberOfFilesBegun() throws IOException {
        int before = PosixSourceTreeTest.openDescriptors();
        List<TargetFile> files = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 2000; i++) {
                files.add(tree.createFile(b("f" + i)));
                files.get(i).write(arena.allocate(1).fill((byte) 'a'), 0);
            }
            assertTrue(PosixSourceTreeTest.openDescriptors() < before + 600);
            Host.shell(base, "rm f0; echo mine > f0");
            assertThrows(NoSuchFileException.class, () -> files.get(0).write(arena.allocate(1), 1));
            for (int i = 1; i < 2000; i++) {
                files.get(i).write(arena.allocate(1).fill((byte) 'b'), 1);
            }
            for (int i = 1; i < 2000; i++) {
                files.get(i).finish(2, metadata(EntryType.FILE, 0444), ALL, this::report);
                files.get(i).close();
            }
            files.get(0).close();
        }
        assertEquals("1999", Host.shell(base, "ls -l | grep -c ^-r--r--r--"));
        assertEquals("mine", Host.shell(base, "cat f0; rm f0"));
        assertEquals("ab".repeat(1999), Host.shell(base, "cat f*"));
        assertTrue(PosixSourceTreeTest.openDescriptors() <= before + 5);
    }

    @Test
    void leavesNoDescriptorOpen() throws IOException {
        tree.createFile(b("warm")).close();
        int before = PosixSourceTreeTest.openDescriptors();
        try (TargetTree other = open(false)) {
            for (int i = 0; i < 200; i++) {
                other.makeFolder(b("d" + i));
                other.createFile(b("d" + i + "/f")).close();
                other.setMetadata(b("d" + i), metadata(EntryType.FOLDER, 0700), ALL, this::report);
                assertThrows(FileSystemException.class, () -> other.createFile(b("warm/f")));
                assertThrows(FileSystemException.class, () -> other.createFile(b("warm")));
                assertThrows(FileSystemException.class, () -> other.openFile(b("d0")));
            }
            assertTrue(PosixSourceTreeTest.openDescriptors() < before + 80, "too many kept");
        }
        assertTrue(PosixSourceTreeTest.openDescriptors() <= before, "descriptors leaked");
    }

    private interface Action {
        void run() throws Exception;
    }

    private static String reasonOf(Action action) {
        return assertThrows(FileSystemException.class, action::run).getReason();
    }

    @Test
    void tellsFoundOfWhatIsThere() throws IOException {
        Host.shell(base, "echo x > f; ln f g");
        Found found = tree.stat(b("f"));
        assertEquals(2, found.links());
        assertEquals(found.inode(), tree.stat(b("g")).inode());
    }
}
