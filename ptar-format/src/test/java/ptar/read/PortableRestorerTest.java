package ptar.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.TargetTree;
import ptar.tree.Timestamp;
import ptar.tree.portable.PortableTargetTree;

/// The same restorer over file systems that know less.
@ParameterizedClass
@ValueSource(strings = {"unix", "mac", "windows"})
class PortableRestorerTest {
    @Parameter
    String platform;

    private FileSystem memory;
    private Path base;
    private TargetTree target;
    private Restorer restorer;
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open() throws IOException {
        memory = Jimfs.newFileSystem(
                switch (platform) {
                    case "unix" -> Configuration.unix().toBuilder().setAttributeViews("basic", "posix", "unix").build();
                    case "mac" -> Configuration.osX().toBuilder().setAttributeViews("basic", "posix", "unix").build();
                    default -> Configuration.windows().toBuilder().setAttributeViews("basic", "dos").build();
                });
        base = Files.createDirectory(memory.getPath("base").toAbsolutePath());
        target = new PortableTargetTree(base, false);
        restorer = new Restorer(target, RestoreOptions.defaults(false), new RestoreListener() {
            @Override
            public void failed(Bytes name, String message, IOException cause) {
                heard.add(name + ": " + message);
            }

            @Override
            public void notRestored(Bytes name, String kind, IOException cause) {
                heard.add(name + ": not restored: " + kind);
            }

            @Override
            public void kept(Bytes name, Kept why) {
                heard.add(name + ": kept");
            }

            @Override
            public void backedUp(Bytes name, Bytes backup) {
                heard.add(name + ": now " + backup);
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        restorer.close();
        target.close();
        memory.close();
    }

    private static Metadata metadata(EntryType type, int mode) {
        return Metadata.of(type, mode, new Owner(0, 0, "", ""), new Timestamp(1_000_000_000, 0));
    }

    private boolean restore(String name, String content, long group) throws IOException {
        Metadata metadata = metadata(EntryType.FILE, 0644).withSize(content.length()).withHardLinkGroup(group);
        Restorer.Output output = restorer.begin(Bytes.of(name), metadata);
        if (output == null) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(content.length() + 1);
            memory.copyFrom(MemorySegment.ofArray(content.getBytes(StandardCharsets.UTF_8)));
            output.write(memory.asSlice(0, content.length()), 0);
        }
        output.finish();
        return true;
    }

    @Test
    void restoresATree() throws IOException {
        restorer.begin(Bytes.of("d"), metadata(EntryType.FOLDER, 0555));
        restorer.begin(Bytes.of("d/l"), metadata(EntryType.SYMLINK, 0777).withLinkTarget(Bytes.of("f")));
        assertTrue(restore("d/f", "content", 1));
        restore("d/g", "content", 1);
        restorer.begin(Bytes.of("d/p"), metadata(EntryType.FIFO, 0600));
        restorer.close();
        heard.removeIf(message -> message.startsWith("d/l: not restored"));
        assertEquals(List.of("d/p: Cannot mkfifo: Operation not supported"), heard);
        assertEquals("content", Files.readString(base.resolve("d/l")));
        assertEquals("content", Files.readString(base.resolve("d/g")));
        assertEquals(1_000_000_000_000L, Files.getLastModifiedTime(base.resolve("d")).toMillis());
        assertEquals(1_000_000_000_000L, Files.getLastModifiedTime(base.resolve("d/f")).toMillis());
    }

    @Test
    void replacesWhenTheNewOneIsComplete() throws IOException {
        Files.writeString(base.resolve("f"), "old");
        restorer.begin(Bytes.of("f"), metadata(EntryType.FILE, 0644).withSize(3)).abandon();
        assertEquals("old", Files.readString(base.resolve("f")));
        assertTrue(restore("f", "new", -1));
        assertEquals("new", Files.readString(base.resolve("f")));
        Files.createDirectory(base.resolve("g"));
        assertTrue(restore("g", "in place of an empty folder", -1));
        Files.createDirectories(base.resolve("h/full"));
        assertFalse(restore("h", "not this one", -1));
        assertEquals(List.of("h: Cannot open: File exists"), heard);
    }

    @Test
    void neverReplacesAnEntryByOneThatTheFileSystemTakesForIt() throws IOException {
        boolean folds = !platform.equals("unix");
        assertTrue(restore("Readme", "first", -1));
        assertEquals(!folds, restore("README", "second", -1));
        restorer.begin(Bytes.of("A"), metadata(EntryType.SYMLINK, 0777).withLinkTarget(Bytes.of("Readme")));
        restore("a/x", "content", -1); // 36
        restorer.close();
        assertEquals("first", Files.readString(base.resolve("Readme")));
        heard.removeIf(message -> message.contains("not restored"));
        assertEquals(
                folds
                        ? List.of(
                                "README: Cannot open: File exists under another spelling: 'Readme'",
                                "A: Cannot create symlink to 'Readme': File exists under another spelling: 'a'")
                        : List.of(),
                heard);
    }

    @Test
    void makesParentsFromSeveralThreads() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String name = "a/b" + i / 10 + "/c" + i / 3 + "/f" + i;
                all.add(threads.submit(() -> restore(name, "content", -1)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertEquals(List.of(), heard);
        try (var found = Files.walk(base)) {
            assertEquals(200, found.filter(Files::isRegularFile).count());
        }
    }
}
