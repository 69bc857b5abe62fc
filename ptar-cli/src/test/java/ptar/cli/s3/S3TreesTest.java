package ptar.cli.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.cli.remote.FaultProxy;
import ptar.cli.remote.FaultProxy.Fault;
import ptar.cli.remote.RangeSourceContract;
import ptar.storage.ChangedException;
import ptar.storage.TransferStats;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.tree.TargetTree;
import ptar.tree.TargetTree.TargetFile;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

class S3TreesTest {
    private static final byte[] CONTENT = RangeSourceContract.bytes(20 << 20);
    private static final TargetTree.Restore EVERYTHING =
            new TargetTree.Restore(true, false, true, true, false, true, false);
    private static final Metadata FILE =
            Metadata.of(EntryType.FILE, 0644, new Owner(0, 0, "", ""), new Timestamp(0, 0));

    private S3Server server;
    private String bucket;
    private FaultProxy network;

    @BeforeEach
    void connect() throws Exception {
        server = S3Server.embedded();
        bucket = server.newBucket();
        network = new FaultProxy(server.uri());
    }

    @AfterEach
    void disconnect() throws IOException {
        network.close();
        assertEquals(0, server.unfinishedUploads(bucket));
    }

    private S3SourceTree source(RemoteOptions options) throws IOException {
        return new S3SourceTree(server.connect(options, new TransferStats()), new Location.S3(bucket, "base/", null));
    }

    private S3SourceTree source() throws IOException {
        return source(S3Server.options(network.uri(), b -> b));
    }

    @Test
    void objectsOnTheirWayHoldNoMoreThanTwoMay() {
        for (int parallel : new int[] {1, 3, 16, 100}) {
            RemoteOptions options = RemoteOptions.builder().parallel(parallel).build();
            long most = options.bufferBytes();
            long share = most / parallel;
            for (long size : new long[] {0, 1, 5 << 20, share, share + 1, most, most + 1, 5L << 40}) {
                int taken = S3TargetTree.sendersFor(size, options);
                assertTrue(taken >= 1 && taken <= parallel, size + " bytes take " + taken);
                assertTrue(Math.min(size, most) * parallel <= taken * most, size + " bytes take " + taken);
            }
            assertEquals(1, S3TargetTree.sendersFor(share, options));
            assertEquals(parallel, S3TargetTree.sendersFor(most, options));
        }
    }

    private S3TargetTree target(boolean replaces) throws IOException {
        RemoteOptions options = S3Server.options(network.uri(), b -> b.overwrite(true).metadata(true));
        return new S3TargetTree(
                server.connect(options, new TransferStats()), new Location.S3(bucket, "base/", null), replaces);
    }

    private static Bytes path(String path) {
        return Bytes.of(path);
    }

    private static byte[] read(SourceFile file, int offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        long n = file.read(MemorySegment.ofArray(bytes), offset);
        return Arrays.copyOf(bytes, (int) n);
    }

    private static void write(TargetFile file, int offset, int length) throws IOException {
        file.write(MemorySegment.ofArray(CONTENT).asSlice(offset, length), offset);
    }

    private static void failing(Bytes path, String kind, IOException cause) {
        throw new AssertionError(kind, cause);
    }

    // ---- source

    /// As servers that were written for less than the whole of S3 do.
    @Test
    void needsNoCountOfKeys() throws Exception {
        network.faults(r -> r.is("GET", "list-type=2") ? new FaultProxy.Fault.Answer(200, "",
                "<ListBucketResult><Contents><Key>base/a/x</Key><Size>1</Size></Contents></ListBucketResult>")
                : FaultProxy.Fault.NONE);
        try (S3SourceTree tree = source()) {
            assertEquals(EntryType.FOLDER, tree.stat(path("a"), false).metadata().type());
        }
    }

    @Test
    void showsKeysAsFilesAndFolders() throws Exception {
        for (String key : List.of("base/b", "base/a/x", "base/a/y/z", "base/a.txt", "base/empty/", "other/c")) {
            server.put(bucket, key, new byte[] {1, 2});
        }
        try (S3SourceTree tree = source(); SourceTree.Folder root = tree.openFolder(path("."), false)) {
            assertEquals(List.of(path("a"), path("a.txt"), path("b"), path("empty")), root.names());
            assertEquals(EntryType.FOLDER, root.stat(path("a"), false).metadata().type());
            Metadata file = root.stat(path("b"), false).metadata();
            assertEquals(EntryType.FILE, file.type());
            assertEquals(2, file.size());
            assertTrue(file.modificationTime().seconds() > 1_700_000_000L);
            assertEquals(List.of(path("x"), path("y")), root.openFolder(path("a"), false).names());
            assertEquals(List.of(), root.openFolder(path("empty"), false).names());
            assertEquals(EntryType.FOLDER, tree.stat(path("a/y"), false).metadata().type());
            assertEquals(EntryType.FILE, tree.stat(path("./a/y/z"), false).metadata().type());
            assertThrows(NoSuchFileException.class, () -> tree.stat(path("nothing"), false));
            assertThrows(NoSuchFileException.class, () -> tree.stat(path("../other/c"), false));
            assertThrows(NoSuchFileException.class, () -> root.stat(path("nothing"), false));
        }
    }

    @Test
    void readsAFileThatWasListedWithOneRequest() throws Exception {
        server.put(bucket, "base/f", CONTENT);
        try (S3SourceTree tree = source()) {
            tree.openFolder(Bytes.EMPTY, false).close();
            network.reset();
            try (SourceFile file = tree.openFile(path("f"), false)) {
                assertArrayEquals(Arrays.copyOf(CONTENT, 1000), read(file, 0, 1000));
                assertEquals(1, network.requests().size());
                assertArrayEquals(
                        Arrays.copyOfRange(CONTENT, CONTENT.length - 10, CONTENT.length),
                        read(file, CONTENT.length - 10, 1000));
                assertEquals(0, read(file, CONTENT.length, 10).length);
                assertEquals(CONTENT.length, file.stat().metadata().size());
                assertEquals(new SourceFile.Stretch(5, CONTENT.length), file.nextData(5, CONTENT.length));
            }
            assertThrows(NoSuchFileException.class, () -> tree.openFile(path("nothing"), false));
        }
    }

    @Test
    void readsWhatAnObjectHasBecomeAndNeverBoth() throws Exception {
        server.put(bucket, "base/f", new byte[1000]);
        try (S3SourceTree tree = source()) {
            tree.openFolder(Bytes.EMPTY, false).close();
            server.put(bucket, "base/f", Arrays.copyOf(CONTENT, 2000));
            try (SourceFile file = tree.openFile(path("f"), false)) {
                assertArrayEquals(Arrays.copyOf(CONTENT, 1000), read(file, 0, 1000));
                assertEquals(2000, file.stat().metadata().size(), "the change shows");
                server.put(bucket, "base/f", new byte[2000]);
                assertThrows(ChangedException.class, () -> read(file, 1000, 1000));
            }
        }
    }

    /// S3Proxy keeps files and can't have such keys: the answer is made up.
    @Test
    void tellsOfKeysThatNoFileCanHaveAndShowsTheOthers() throws Exception {
        String file = "<Contents><Key>base/c</Key><Size>1</Size><ETag>1</ETag>"
                + "<LastModified>2026-11-22T12:00:00.000Z</LastModified></Contents>";
        for (String key : List.of("base/c/", "base//", "base/../")) {
            String answer = "<ListBucketResult>" + file + "<CommonPrefixes><Prefix>" + key
                    + "</Prefix></CommonPrefixes></ListBucketResult>";
            network.faults(_ -> new Fault.Answer(200, "Content-Type: application/xml\r\n", answer));
            try (S3SourceTree tree = source()) {
                SourceTree.Folder folder = tree.openFolder(path(""), false);
                Bytes odd = path(key.equals("base/c/") ? "c/" : key.substring(5, key.length() - 1));
                assertTrue(folder.names().containsAll(List.of(odd, path("c"))), folder.names()::toString);
                FileSystemException told =
                        assertThrows(FileSystemException.class, () -> folder.stat(odd, false), key);
                assertTrue(told.getReason().startsWith("s3://" + bucket + "/base/"), told::getReason);
                assertEquals(
                        key.equals("base/c/") ? EntryType.FOLDER : EntryType.FILE,
                        folder.stat(path("c"), false).metadata().type());
            }
        }
    }

    // ---- target

    @Test
    void writesFilesOfAnySizeAndOrder() throws Exception {
        try (S3TargetTree tree = target(true)) {
            tree.makeFolder(path("sub"));
            for (int size : new int[] {0, 100, CONTENT.length}) {
                try (TargetFile file = tree.createFile(path("sub/" + size))) {
                    int half = size / 2;
                    write(file, half, size - half);
                    write(file, 0, half);
                    file.finish(size, FILE.withSize(size), EVERYTHING, S3TreesTest::failing);
                }
            }
            try (SourceFile again = tree.openFile(path("sub/100"))) {
                assertArrayEquals(Arrays.copyOf(CONTENT, 100), read(again, 0, 200));
            }
        }
        for (int size : new int[] {0, 100, CONTENT.length}) {
            assertArrayEquals(Arrays.copyOf(CONTENT, size), server.get(bucket, "base/sub/" + size));
        }
    }

    @Test
    void fillsHolesWithZeros() throws Exception {
        try (S3TargetTree tree = target(true); TargetFile file = tree.createFile(path("f"))) {
            write(file, 5000, 10);
            file.finish(10_000, FILE.withSize(10_000), EVERYTHING, S3TreesTest::failing);
        }
        byte[] expected = new byte[10_000];
        System.arraycopy(CONTENT, 5000, expected, 5000, 10);
        assertArrayEquals(expected, server.get(bucket, "base/f"));
    }

    @Test
    void putsWhatComesFarTooEarlyIntoATemporaryFile() throws Exception {
        try (S3TargetTree tree = target(true); TargetFile file = tree.createFile(path("f"))) {
            MemorySegment all = MemorySegment.ofArray(CONTENT);
            file.write(all, 40 << 20);
            file.write(all, 20 << 20);
            file.write(all, 0);
            file.finish(60 << 20, FILE.withSize(60 << 20), EVERYTHING, S3TreesTest::failing);
        }
        byte[] written = server.get(bucket, "base/f");
        assertEquals(60 << 20, written.length);
        for (int i = 0; i < 3; i++) {
            assertTrue(Arrays.equals(written, i * (20 << 20), (i + 1) * (20 << 20), CONTENT, 0, CONTENT.length));
        }
    }

    @Test
    void keepsMetadataBothWaysOfObjectsOfAnySize() throws Exception {
        List<Xattr> xattrs = List.of(
                new Xattr(path("user.s3.content-type"), path("text/plain")),
                new Xattr(path("user.s3.metadata.colour"), path("blue")));
        Timestamp time = new Timestamp(-5, 250_000_000);
        Metadata metadata = Metadata.of(EntryType.FILE, 0644, new Owner(0, 0, "", ""), time).withXattrs(xattrs);
        for (int size : new int[] {10, CONTENT.length}) {
            try (S3TargetTree tree = target(true); TargetFile file = tree.createFile(path("f" + size))) {
                file.expect(metadata.withSize(size), EVERYTHING);
                write(file, 0, size);
                file.finish(size, metadata.withSize(size), EVERYTHING, S3TreesTest::failing);
            }
        }
        RemoteOptions wanted = S3Server.options(network.uri(), b -> b.metadata(true));
        for (int size : new int[] {10, CONTENT.length}) {
            Bytes name = path("f" + size);
            try (S3SourceTree tree = source(wanted); SourceTree.Folder folder = tree.openFolder(Bytes.EMPTY, false)) {
                Metadata listed = folder.stat(name, false).metadata();
                assertEquals(xattrs, listed.xattrs());
                assertEquals(time, listed.modificationTime());
                assertEquals(listed, tree.stat(name, false).metadata());
                try (SourceFile file = tree.openFile(name, false)) {
                    assertEquals(time, file.stat().metadata().modificationTime(), "as listed: it has not changed");
                }
            }
        }
        var written = server.client().headObject(r -> r.bucket(bucket).key("base/f10"));
        assertEquals("-4.75", written.metadata().get("mtime"));
    }

    @Test
    void readsTimesAsOthersWriteThem() {
        assertEquals(new Timestamp(1354040105, 123_456_789), S3SourceTree.timeOf("1354040105.123456789"));
        assertEquals(new Timestamp(1354040105, 0), S3SourceTree.timeOf("1354040105"));
        assertNull(S3SourceTree.timeOf("Tue, 27 Nov 2012"));
        assertNull(S3SourceTree.timeOf("1e9"));
        assertNull(S3SourceTree.timeOf(null));
        assertEquals("1354040105.1", S3SourceTree.secondsOf(new Timestamp(1354040105, 100_000_000)));
        assertEquals("1700000000", S3SourceTree.secondsOf(new Timestamp(1_700_000_000, 0)));
    }

    /// S3Proxy has no tags: the answer is made up.
    @Test
    void readsTagsAndAsksForManyObjectsAtOnce() throws Exception {
        for (int i = 0; i < 100; i++) {
            server.put(bucket, "base/%02d".formatted(i), new byte[i]);
        }
        String answer = "<Tagging><TagSet><Tag><Key>team</Key><Value>blue</Value></Tag></TagSet></Tagging>";
        network.latencyMillis(20).faults(r -> r.target().contains("tagging")
                ? new Fault.Answer(200, "Content-Type: application/xml\r\n", answer) : Fault.NONE);
        Xattr tag = new Xattr(path("user.s3.tag.team"), path("blue"));
        try (S3SourceTree tree = source(S3Server.options(network.uri(), b -> b.metadata(true)));
                SourceTree.Folder folder = tree.openFolder(Bytes.EMPTY, false)) {
            for (Bytes name : folder.names()) {
                SourceTree.Found found = folder.stat(name, false);
                assertEquals(Integer.parseInt(name.toString()), found.metadata().size());
                assertTrue(found.metadata().xattrs().contains(tag), () -> found.metadata().xattrs().toString());
            }
        }
        assertEquals(201, network.requests().size());
        assertTrue(network.mostInFlight() >= 4, () -> "at most " + network.mostInFlight());
    }

    @Test
    void makesEmptyFoldersOnly() throws Exception {
        try (S3TargetTree tree = target(true)) {
            assertThrows(FileAlreadyExistsException.class, () -> tree.makeFolder(Bytes.EMPTY));
            tree.makeFolder(path("a"));
            tree.makeFolder(path("a/b"));
            assertThrows(FileAlreadyExistsException.class, () -> tree.makeFolder(path("a")));
            assertEquals(EntryType.FOLDER, tree.stat(path("a")).metadata().type());
            Metadata folder = Metadata.of(EntryType.FOLDER, 0755, new Owner(0, 0, "", ""), new Timestamp(0, 0));
            tree.setMetadata(path("a/b"), folder, EVERYTHING, S3TreesTest::failing);
            tree.setMetadata(path("a"), folder, EVERYTHING, S3TreesTest::failing);
            assertThrows(DirectoryNotEmptyException.class, () -> tree.removeFolder(path("a")));
        }
        assertNotNull(server.get(bucket, "base/a/b/"));
        assertNull(server.get(bucket, "base/a/"));
    }

    @Test
    void keepsOldObjectsUntilNewOnesAreThere() throws Exception {
        server.put(bucket, "base/f", new byte[] {1});
        try (S3TargetTree tree = target(true)) {
            TargetFile file = tree.createFile(path("f"));
            write(file, 0, 9 << 20);
            tree.removeFile(path("f"));
            file.close();
        }
        assertArrayEquals(new byte[] {1}, server.get(bucket, "base/f"));
        try (S3TargetTree tree = target(false)) {
            assertThrows(FileAlreadyExistsException.class, () -> tree.createFile(path("f")));
            tree.rename(path("f"), path("g"));
            assertNull(tree.stat(path("f")));
            tree.removeFile(path("g"));
            assertEquals(List.of(), tree.names(Bytes.EMPTY));
        }
    }

    @Test
    void tellsWhatCouldNotBeSent() throws Exception {
        network.faults(r -> r.method().equals("PUT") ? Fault.error(403, "AccessDenied") : Fault.NONE);
        S3TargetTree tree = target(true);
        for (String name : List.of("f", "g")) {
            try (TargetFile file = tree.createFile(path(name))) {
                write(file, 0, 10);
                file.finish(10, FILE.withSize(10), EVERYTHING, S3TreesTest::failing);
            }
        }
        IOException failure = assertThrows(IOException.class, tree::close);
        assertTrue(failure.getMessage().contains("access denied"), failure::getMessage);
        assertTrue(failure.getMessage().endsWith("(and 1 other objects could not be written)"), failure::getMessage);
    }

    @Test
    void refusesWhatS3DoesNotHave() throws Exception {
        try (S3TargetTree tree = target(true)) {
            assertThrows(FileSystemException.class, () -> tree.makeSymlink(path("l"), path("f")));
            assertThrows(FileSystemException.class, () -> tree.makeHardLink(path("l"), path("f")));
            assertThrows(FileSystemException.class, () -> tree.createFile(path("../f")));
        }
    }
}
