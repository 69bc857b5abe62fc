package ptar.tree.posix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.tree.SourceTree.Found;
import ptar.tree.SourceTree.Wanted;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

@EnabledOnOs(OS.LINUX)
class PosixSourceTreeTest {
    @TempDir
    Path folder;

    private SourceTree tree;

    @BeforeEach
    void open() throws IOException {
        tree = new PosixSourceTree(Host.bytes(folder), new Wanted(true, true, true, true, true));
    }

    @AfterEach
    void close() throws IOException {
        tree.close();
        Host.removeAll(folder);
    }

    private Metadata look(String name) throws IOException {
        return tree.stat(Bytes.of(name), false).metadata();
    }

    @Test
    void tellsWhatStatTells() throws IOException {
        Host.shell(folder, "echo hello > f; chmod 4751 f; ln f g; touch -d '1921-03-04 05:06:07.123456789 UTC' f;"
                + " mkdir d; ln -s 'to nowhere' l; mkfifo p");
        Found found = tree.stat(Bytes.of("f"), false);
        String[] expected = Host.shell(folder, "stat -c '%d %i %h %s %a %u %g %U %G %X %Y %W %Z %b' f").split(" ");
        Metadata metadata = found.metadata();
        assertEquals(EntryType.FILE, metadata.type());
        assertEquals(Long.parseLong(expected[0]), found.device() >>> 32 << 8 | found.device() & 0xff);
        assertEquals(Long.parseLong(expected[1]), found.inode());
        assertEquals(2, found.links());
        assertEquals(6, metadata.size());
        assertEquals(04751, metadata.mode());
        assertEquals(Long.parseLong(expected[5]), metadata.owner().uid());
        assertEquals(Long.parseLong(expected[6]), metadata.owner().gid());
        assertEquals(expected[7], metadata.owner().user());
        assertEquals(expected[8], metadata.owner().group());
        assertEquals(Long.parseLong(expected[9]), metadata.accessTime().seconds());
        assertEquals(new Timestamp(Long.parseLong(expected[10]), 123_456_789), metadata.modificationTime());
        assertTrue(metadata.modificationTime().seconds() < 0);
        assertEquals(Long.parseLong(expected[11]), metadata.birthTime().seconds());
        assertEquals(Long.parseLong(expected[12]), found.changeTime().seconds());
        assertEquals(Long.parseLong(expected[13]) * 512, found.storedBytes());

        assertEquals(EntryType.FOLDER, look("d").type());
        assertEquals(EntryType.SYMLINK, look("l").type());
        assertEquals(Bytes.of("to nowhere"), look("l").linkTarget());
        assertEquals(0, look("l").size());
        assertEquals(EntryType.FIFO, look("p").type());
        assertEquals(EntryType.FOLDER, look("").type());
        assertEquals(EntryType.FOLDER, look(".").type());
        assertEquals(EntryType.FOLDER, look("d/..//.").type());
    }

    @Test
    void tellsDeviceNumbers() throws IOException {
        Host.assumeRoot();
        Host.shell(folder, "mknod c c 4095 1048575; mknod b b 7 300");
        Metadata c = look("c");
        Metadata b = look("b");
        assertEquals(List.of(4095, 1048575), List.of(c.major(), c.minor()));
        assertEquals(EntryType.CHARACTER_DEVICE, c.type());
        assertEquals(List.of(7, 300), List.of(b.major(), b.minor()));
        assertEquals(EntryType.BLOCK_DEVICE, b.type());
    }

    @Test
    void readsXattrsOfEveryKind() throws IOException {
        Host.assumeRoot();
        Host.shell(folder, "touch f; mkdir d; ln -s f l; mkfifo p;"
                + " setfattr -n user.b -v 2 f; setfattr -n user.a -v 0x00ff f; setfattr -n user.empty f;"
                + " setfattr -n trusted.t -v f f; setfattr -h -n trusted.t -v l l; setfattr -n trusted.t -v p p;"
                + " setfacl -m d:u:1:rwx d; setcap cap_net_raw+ep f");
        List<String> names = look("f").xattrs().stream().map(x -> x.name().toString()).toList();
        assertEquals(List.of("security.capability", "trusted.t", "user.a", "user.b", "user.empty"), names);
        assertEquals(new Xattr(Bytes.of("user.a"), Bytes.wrap(new byte[] {0, -1})), look("f").xattrs().get(2));
        assertEquals(List.of(new Xattr(Bytes.of("trusted.t"), Bytes.of("l"))), look("l").xattrs());
        assertEquals(List.of(new Xattr(Bytes.of("trusted.t"), Bytes.of("p"))), look("p").xattrs());
        assertEquals(Bytes.of("system.posix_acl_default"), look("d").xattrs().getFirst().name());
        assertEquals(5, tree.stat(Bytes.of("l"), true).metadata().xattrs().size());
    }

    @Test
    void readsXattrsThatAreManyOrLong() throws IOException {
        Host.shell(folder, "touch f; for i in $(seq 100 199); do setfattr -n user.many$i -v x f; done;"
                + " touch g; setfattr -n user.long -v $(printf %03000d 7) g");
        assertEquals(100, look("f").xattrs().size());
        assertEquals(3000, look("g").xattrs().getFirst().value().length());
    }

    @Test
    void readsInodeFlags() throws IOException {
        Host.assumeRoot();
        Host.shell(folder, "touch f; chattr +d f; mkfifo p");
        assumeTrue(Host.shell(folder, "lsattr f").contains("d"), "no inode flags here");
        assertEquals(0x40, look("f").inodeFlags() & 0x40);
        assertEquals(-1, look("p").inodeFlags());
    }

    @Test
    void listsNamesAsBytesInOrder() throws IOException {
        byte[] high = {'x', (byte) 0xff, (byte) 0xfe};
        Host.shell(folder, "touch \"$(printf 'x\\377\\376')\" \"$(printf 'a\\nb')\" -- -rf 'ä' B;"
                + " touch $(printf '%0255d' 7); mkdir sub; touch sub/s");
        try (SourceTree.Folder open = tree.openFolder(Bytes.EMPTY, false)) {
            List<Bytes> names = open.names();
            List<Bytes> expected = List.of(
                    Bytes.of("-rf"), Bytes.of("0".repeat(254) + "7"), Bytes.of("B"), Bytes.of("a\nb"),
                    Bytes.of("sub"), Bytes.wrap(high), Bytes.of("ä"));
            assertEquals(expected, names);
            assertEquals(names, open.names(), "a second time");
            for (Bytes name : names) {
                open.stat(name, false);
            }
            try (SourceTree.Folder sub = open.openFolder(Bytes.of("sub"), false)) {
                assertEquals(List.of(Bytes.of("s")), sub.names());
                NoSuchFileException gone =
                        assertThrows(NoSuchFileException.class, () -> sub.stat(Bytes.of("t"), false));
                assertEquals("sub/t", gone.getFile());
                assertEquals("No such file or directory", gone.getReason());
            }
        }
    }

    @Test
    void listsAFolderOfManyNames() throws IOException {
        Host.shell(folder, "seq -f 'a-name-that-takes-some-room-%06.0f' 20000 | xargs touch");
        try (SourceTree.Folder open = tree.openFolder(Bytes.of("."), false)) {
            List<Bytes> names = open.names();
            assertEquals(20_000, names.size());
            assertEquals(Bytes.of("a-name-that-takes-some-room-020000"), names.getLast());
        }
    }

    @Test
    void reachesPathsLongerThanTheKernelTakes() throws IOException {
        String name = "n".repeat(250);
        for (int depth : new int[] {16, 37}) {
            Host.shell(folder, "i=0; while [ $i -lt " + depth + " ]; do mkdir -p " + name + "; cd -P " + name
                    + "; i=$((i+1)); done; echo deep > f; ln -sf f l");
            String path = (name + "/").repeat(depth);
            assertEquals(5, look(path + "f").size());
            assertEquals(5, look(folder + "/" + path + "//.//f").size());
            assertEquals(Bytes.of("f"), look(path + "l").linkTarget());
            assertEquals(EntryType.FOLDER, look(path + "/".repeat(5000)).type());
            try (SourceTree.Folder open = tree.openFolder(Bytes.of(path), false)) {
                assertTrue(open.names().contains(Bytes.of("l")));
            }
            assertArrayEquals("deep\n".getBytes(StandardCharsets.US_ASCII), read(path + "f"));
        }
        assertEquals("File name too long", reasonOf(() -> look("n".repeat(9000))));
        assertEquals("File name too long", reasonOf(() -> look("n".repeat(256))));
    }

    @Test
    void readsByOffset() throws IOException {
        Files.writeString(folder.resolve("f"), "0123456789");
        try (SourceFile file = tree.openFile(Bytes.of("f"), false);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(4);
            assertEquals(4, file.read(memory, 3));
            assertEquals('3', memory.get(ValueLayout.JAVA_BYTE, 0));
            assertEquals(2, file.read(memory, 8));
            assertEquals(0, file.read(memory, 10));
            assertEquals(10, file.stat().metadata().size());
            assertThrows(
                    IllegalArgumentException.class, () -> file.read(MemorySegment.ofArray(new byte[4]), 0));
        }
    }

    @Test
    void findsHoles() throws IOException {
        Host.shell(folder, "printf x | dd of=f bs=1 seek=1M 2>&1; truncate -s 3M f; truncate -s 1M empty");
        try (SourceFile file = tree.openFile(Bytes.of("f"), false)) {
            SourceFile.Stretch data = file.nextData(0, 3 << 20);
            assertEquals(new SourceFile.Stretch(1 << 20, (1 << 20) + 4096), data);
            assertEquals(new SourceFile.Stretch(3 << 20, 3 << 20), file.nextData(data.end(), 3 << 20));
        }
        try (SourceFile file = tree.openFile(Bytes.of("empty"), false)) {
            assertEquals(new SourceFile.Stretch(1 << 20, 1 << 20), file.nextData(0, 1 << 20));
        }
    }

    @Test
    void neverWaitsForAFifoAndOpensFilesOnly() {
        Host.shell(folder, "mkfifo p; mkdir d; ln -s p l");
        for (String name : List.of("p", "d")) {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(5),
                    () -> assertEquals("Not a regular file", reasonOf(() -> tree.openFile(Bytes.of(name), false))));
        }
        assertEquals("Not a regular file", reasonOf(() -> tree.openFile(Bytes.of("l"), true)));
        assertEquals("Too many levels of symbolic links", reasonOf(() -> tree.openFile(Bytes.of("l"), false)));
    }

    @Test
    void leavesNoDescriptorOpen() throws IOException {
        Host.shell(folder, "mkfifo p; mkdir d; touch f; ln -s f l");
        int before = openDescriptors();
        for (int i = 0; i < 50; i++) {
            look("f");
            look("d");
            tree.openFile(Bytes.of("f"), false).close();
            tree.openFolder(Bytes.of("d"), false).close();
            for (String name : List.of("p", "d", "l", "none")) {
                assertThrows(FileSystemException.class, () -> tree.openFile(Bytes.of(name), false));
            }
        }
        assertTrue(openDescriptors() <= before + 2, "descriptors leaked");
    }

    @Test
    void keepsTheAccessTime() throws IOException {
        Host.shell(folder, "echo x > f; touch -a -d '2001-01-01 UTC' f; touch -m -d '2002-01-01 UTC' f");
        read("f");
        assertEquals(978_307_200, look("f").accessTime().seconds());
    }

    @Test
    void refusesANulInAName() {
        assertEquals("Invalid argument", reasonOf(() -> look("f\0g")));
    }

    @Test
    void tellsWhatIsForbidden() throws IOException {
        // As root nothing is: /proc has what even root may not read.
        Path forbidden = Path.of("/proc/self/mem");
        assumeTrue(Files.exists(forbidden));
        try (SourceTree proc = new PosixSourceTree(Bytes.of("/proc/self"), Wanted.DEFAULT);
                SourceFile file = proc.openFile(Bytes.of("mem"), false);
                Arena arena = Arena.ofConfined()) {
            assertEquals("Input/output error", reasonOf(() -> file.read(arena.allocate(1), 0)));
        }
        assertEquals("Permission denied", Errno.exception(Errno.EACCES, Bytes.of("x")).getReason());
        assertInstanceOf(AccessDeniedException.class, Errno.exception(Errno.EACCES, Bytes.of("x")));
    }

    private byte[] read(String path) throws IOException {
        try (SourceFile file = tree.openFile(Bytes.of(path), false);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(1 << 16);
            long n = file.read(memory, 0);
            return memory.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    static int openDescriptors() throws IOException {
        try (var list = Files.list(Path.of("/proc/self/fd"))) {
            return new ArrayList<>(list.toList()).size();
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private static String reasonOf(Action action) {
        return assertThrows(FileSystemException.class, action::run).getReason();
    }
}
