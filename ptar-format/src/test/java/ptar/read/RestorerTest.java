package ptar.read;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ptar.Trees;
import ptar.read.RestoreOptions.Backup;
import ptar.read.RestoreOptions.Existing;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.TargetTree;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;
import ptar.tree.posix.Host;

@EnabledOnOs(OS.LINUX)
class RestorerTest {
    private static final Timestamp TIME = new Timestamp(1_000_000_000, 0);

    private static final RestoreOptions EXACT = new RestoreOptions(
            Existing.REPLACE, false, false, false, Backup.NONE, b("~"),
            new TargetTree.Restore(Host.IS_ROOT, false, true, true, false, true, false), _ -> true);

    @TempDir
    Path parent;

    private Path base;
    private Path victim;
    private TargetTree target;
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private final RestoreListener listener = new RestoreListener() {
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
            heard.add(name + ": kept: " + why);
        }

        @Override
        public void backedUp(Bytes name, Bytes backup) {
            heard.add(name + ": now " + backup);
        }
    };

    @BeforeEach
    void open() throws IOException {
        base = Files.createDirectory(parent.resolve("base"));
        victim = Files.createDirectory(parent.resolve("victim"));
        Files.writeString(victim.resolve("precious"), "precious");
        target = Trees.target(Host.bytes(base), false);
    }

    @AfterEach
    void close() throws IOException {
        target.close();
        assertEquals("precious", Files.readString(victim.resolve("precious")));
        assertEquals("precious", Host.shell(victim, "ls -A"), "the victim was touched");
        assertEquals("", Host.shell(base, "find . -name '.ptar-*'"), "temporary files are left");
    }

    // ---- a little language for what an archive holds

    private static RestoreOptions options(Existing existing) {
        return options(existing, Backup.NONE);
    }

    private static RestoreOptions options(Existing existing, Backup backup) {
        return new RestoreOptions(existing, false, false, false, backup, b("~"), EXACT.what(), EXACT.xattrs());
    }

    private static Bytes b(String name) {
        return Bytes.of(name);
    }

    private static Metadata metadata(EntryType type, int mode) {
        return Metadata.of(type, mode, new Owner(0, 0, "", ""), TIME);
    }

    private static Metadata folder() {
        return metadata(EntryType.FOLDER, 0755);
    }

    private static Metadata link(String to) {
        return metadata(EntryType.SYMLINK, 0777).withLinkTarget(b(to));
    }

    private static Metadata file(String content) {
        return metadata(EntryType.FILE, 0644).withSize(content.length());
    }

    private static void write(Restorer.Output output, String content) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(content.length() + 1);
            memory.copyFrom(MemorySegment.ofArray(content.getBytes(StandardCharsets.UTF_8)));
            output.write(memory.asSlice(0, content.length()), 0);
        }
    }

    /// Restores a whole file if the restorer wants its content.
    private static boolean restore(Restorer restorer, String name, String content, Metadata metadata)
            throws IOException {
        Restorer.Output output = restorer.begin(b(name), metadata.withSize(content.length()));
        if (output == null) {
            return false;
        }
        write(output, content);
        output.finish();
        return true;
    }

    /// What the extraction of this archive leaves of what a script has put there: `d/`, `d/f` with a line `new`.
    private void extract(RestoreOptions options, String before) throws IOException {
        Host.shell(base, before);
        try (TargetTree fresh = Trees.target(Host.bytes(base), false);
                Restorer restorer = new Restorer(fresh, options, listener)) {
            restorer.begin(b("d"), folder());
            restore(restorer, "d/f", "new\n", file("new\n"));
        }
    }

    private interface Event {
        void happen() throws IOException;
    }

    /// The target, but that something happens before one of its methods.
    private TargetTree targetWhere(String method, Event event) {
        return (TargetTree) Proxy.newProxyInstance(
                TargetTree.class.getClassLoader(), new Class<?>[] {TargetTree.class}, (_, called, arguments) -> {
                    if (called.getName().equals(method)) {
                        event.happen();
                    }
                    try {
                        return called.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private String sh(String script) {
        return Host.shell(base, script);
    }

    // ---- into nothing

    @Test
    void restoresATreeInPathOrder() throws IOException {
        Host.assumeRoot();
        try (Restorer restorer = new Restorer(target, EXACT, listener)) {
            restorer.begin(Bytes.EMPTY, metadata(EntryType.FOLDER, 0711));
            restorer.begin(b("d"), metadata(EntryType.FOLDER, 0555));
            restore(restorer, "d/f", "content", metadata(EntryType.FILE, 0400));
            restorer.begin(b("d/l"), link("f"));
            restorer.begin(b("d/p"), metadata(EntryType.FIFO, 0600));
            restorer.begin(b("d/s"), metadata(EntryType.SOCKET, 0600));
            restorer.begin(b("d/c"), metadata(EntryType.CHARACTER_DEVICE, 0600).withDevice(1, 3));
            restorer.begin(b("e"), metadata(EntryType.FOLDER, 0700));
        }
        assertEquals(List.of(), heard);
        assertEquals(
                """
                711 1000000000 d 0 .
                555 1000000000 d 0 d
                600 1000000000 c 0 d/c
                400 1000000000 f 7 d/f
                777 1000000000 l 1 d/l
                600 1000000000 p 0 d/p
                600 1000000000 s 0 d/s
                700 1000000000 d 0 e""",
                sh("find . -type d -printf '%m %Ts %y 0 %P\\n' -o -printf '%m %Ts %y %s %P\\n'"
                        + " | sed 's/ $/ ./' | sort -k5"));
    }

    @Test
    void makesParentsAndGivesThemTheirMetadataWhenItComes() throws IOException {
        Host.shell(base, "umask > umask");
        int umask = Integer.parseInt(sh("cat umask; rm umask"), 8);
        try (Restorer restorer = new Restorer(target, options(Existing.SKIP), listener)) {
            restore(restorer, "a/b/c/f", "x", file("x"));
            restorer.begin(b("a/b"), metadata(EntryType.FOLDER, 0500));
            restore(restorer, "a/b/g", "x", file("x"));
        }
        assertEquals(List.of(), heard);
        String implied = Integer.toOctalString(0777 & ~umask);
        assertEquals(implied + " 500 " + implied, sh("echo $(stat -c %a a a/b a/b/c)"));
        assertEquals("1000000000", sh("stat -c %Y a/b"));
    }

    @Test
    void settlesWhatLiesBehind() throws IOException {
        try (Restorer restorer = new Restorer(target, EXACT, listener)) {
            restorer.begin(b("a"), metadata(EntryType.FOLDER, 0500));
            restorer.begin(b("a/b"), metadata(EntryType.FOLDER, 0500));
            restorer.begin(b("a/b/l"), link("x"));
            restorer.begin(b("a-b"), metadata(EntryType.FOLDER, 0500));
            restorer.settle(b("a/b/m"));
            assertEquals("700 700 500", sh("echo $(stat -c %a a a/b a-b)"));
            assertEquals("l", sh("ls a/b"));
            restorer.settle(b("a/c"));
            assertEquals("700 500", sh("echo $(stat -c %a a a/b)"));
        }
        assertEquals("500 500 1000000000", sh("echo $(stat -c %a a a/b) $(stat -c %Y a/b)"));
    }

    @Test
    void keepsHoles() throws IOException {
        try (Restorer restorer = new Restorer(target, EXACT, listener);
                Arena arena = Arena.ofConfined()) {
            Restorer.Output output = restorer.begin(b("f"), metadata(EntryType.FILE, 0600).withSize(10L << 30));
            output.write(arena.allocate(4096), 5L << 30);
            output.finish();
        }
        assertEquals("10737418240 8", sh("stat -c '%s %b' f"));
    }

    // ---- over what is there (the black-box cases' numbers are tar-semantics.md's)

    @Test
    void replacesByDefault() throws IOException {
        extract(options(Existing.REPLACE), "mkdir -m 700 d; echo old > d/f; ln d/f other; touch d/more");
        assertEquals(List.of(), heard);
        assertEquals("new old 755 f more", sh("echo $(cat d/f other; stat -c %a d; ls d)"));
    }

    @Test
    void neverWritesThroughALinkByDefault() throws IOException {
        extract(options(Existing.REPLACE), "mkdir d; ln -s ../../victim/precious d/f"); // 24
        assertEquals(List.of(), heard);
        assertEquals("new", sh("cat d/f; test ! -L d/f"));
    }

    @Test
    void removesEmptyFoldersOnly() throws IOException {
        extract(options(Existing.REPLACE), "mkdir -p d/f");
        assertEquals(List.of(), heard);
        assertEquals("new", sh("cat d/f"));
        extract(options(Existing.REPLACE), "rm d/f; mkdir -p d/f/x");
        assertEquals(List.of("d/f: Cannot open: File exists"), heard);
    }

    @Test
    void makesAFolderInPlaceOfAFile() throws IOException {
        extract(options(Existing.REPLACE), "echo > d");
        assertEquals(List.of(), heard);
        assertEquals("new", sh("cat d/f"));
    }

    @Test
    void failsBelowAFile() throws IOException {
        sh("echo > d");
        try (Restorer restorer = new Restorer(target, options(Existing.REPLACE), listener)) {
            restore(restorer, "d/f", "new", file("new"));
        }
        assertEquals(List.of("d/f: Cannot open: Not a directory"), heard);
    }

    @Test
    void keepsOldFiles() throws IOException {
        extract(options(Existing.KEEP), "mkdir -m 700 d; echo old > d/f"); // 25
        assertEquals(List.of("d/f: Cannot open: File exists"), heard);
        assertEquals("old 700", sh("echo $(cat d/f; stat -c %a d)"));
    }

    @Test
    void skipsOldFiles() throws IOException {
        extract(options(Existing.SKIP), "mkdir -m 700 d; echo old > d/f"); // 25
        assertEquals(List.of("d: kept: EXISTING", "d/f: kept: EXISTING"), heard);
        assertEquals("old 700", sh("echo $(cat d/f; stat -c %a d)"));
    }

    @Test
    void keepsNewerFiles() throws IOException {
        extract(options(Existing.KEEP_NEWER), "mkdir d; echo old > d/f; touch -d @1000000000 d/f");
        assertEquals(List.of("d/f: kept: NEWER"), heard);
        assertEquals("old", sh("cat d/f"));
        extract(options(Existing.KEEP_NEWER), "touch -d @999999999 d/f");
        assertEquals("new", sh("cat d/f"));
    }

    @Test
    void overwritesInPlace() throws IOException {
        extract(options(Existing.OVERWRITE), "mkdir d; echo much older > d/f; ln d/f other");
        assertEquals(List.of(), heard);
        assertEquals("new", sh("cat other"));
    }

    @Test
    void overwritesThroughLinksOnlyWhenTold() throws IOException {
        extract(options(Existing.OVERWRITE), "mkdir d; echo older > d/g; ln -s g d/f"); // 24
        assertEquals("new older", sh("test ! -L d/f; echo $(cat d/f d/g)"));
        RestoreOptions plain = options(Existing.OVERWRITE);
        RestoreOptions following = new RestoreOptions(
                Existing.OVERWRITE, false, false, true, Backup.NONE, b("~"), plain.what(), plain.xattrs());
        extract(following, "ln -sf g d/f");
        assertEquals("new", sh("test -L d/f; cat d/g"));
        extract(following, "ln -sf ../../victim/precious d/f");
        assertEquals(List.of("d/f: Cannot open: Invalid cross-device link"), heard);
    }

    @Test
    void unlinksFirst() throws IOException {
        extract(options(Existing.UNLINK_FIRST), "mkdir d; echo old > d/f; touch d/more");
        assertEquals(List.of("d: Cannot unlink: Directory not empty"), heard);
        assertEquals("new more", sh("echo $(cat d/f; ls d | grep more)"));
    }

    @Test
    void unlinksWholeTreesWhenTold() throws IOException {
        RestoreOptions plain = options(Existing.UNLINK_FIRST);
        RestoreOptions recursive = new RestoreOptions(
                Existing.UNLINK_FIRST, true, false, false, Backup.NONE, b("~"), plain.what(), plain.xattrs());
        extract(recursive, "mkdir -p d/x/y/z; echo old > d/f; ln -s ../../victim d/x/v; ln -s ../victim d/x/y/v");
        assertEquals(List.of(), heard);
        assertEquals("d d/f", sh("echo $(find d)"));
    }

    @Test
    void keepsOrReplacesLinksToFolders() throws IOException {
        extract(options(Existing.REPLACE), "mkdir real; ln -s real d"); // 26
        assertEquals("", sh("test ! -L d; ls real"));
        RestoreOptions plain = options(Existing.REPLACE);
        RestoreOptions keeping = new RestoreOptions(
                Existing.REPLACE, false, true, false, Backup.NONE, b("~"), plain.what(), plain.xattrs());
        extract(keeping, "rm -r d; ln -s real d");
        assertEquals("f", sh("test -L d; ls real"));
        assertEquals(List.of(), heard);
        extract(keeping, "rm d; ln -s ../victim d");
        assertEquals(
                List.of("d: Cannot mkdir: Invalid cross-device link", "d/f: Cannot open: Invalid cross-device link"),
                heard);
    }

    @Test
    void keepsMetadataOfFoldersWhenTold() throws IOException {
        extract(options(Existing.REPLACE_BUT_FOLDERS), "mkdir -m 500 d; touch -d @5 d");
        assertEquals(List.of(), heard);
        assertEquals("new 500 5", sh("echo $(cat d/f; stat -c '%a %Y' d)"));
    }

    @Test
    void backsUp() throws IOException {
        extract(options(Existing.REPLACE, Backup.SIMPLE), "mkdir d; echo old > d/f");
        assertEquals("new old", sh("echo $(cat d/f d/f~)"));
        extract(options(Existing.KEEP, Backup.NUMBERED), "touch d/f.~9~x d/f.~x~ d/f.~08~");
        extract(options(Existing.REPLACE, Backup.NUMBERED), "echo old > d/f.~9~");
        extract(options(Existing.REPLACE, Backup.NUMBERED_IF_THERE_ARE), "rm d/f~");
        assertEquals(
                List.of("d/f: now d/f~", "d/f: now d/f.~1~", "d/f: now d/f.~10~", "d/f: now d/f.~11~"), heard);
        assertEquals("new old new", sh("echo $(cat d/f.~1~ d/f.~9~ d/f)"));
    }

    /// A folder without numbered backups is not looked through for each of its files.
    @Test
    void backsUpByNumberWhereThereAreNumbers() throws IOException {
        sh("mkdir d e; for f in d/a d/b d/c e/a e/b; do echo old > $f; done; touch e/b.~7~");
        try (Restorer restorer =
                new Restorer(target, options(Existing.REPLACE, Backup.NUMBERED_IF_THERE_ARE), listener)) {
            for (String name : new String[] {"d/a", "e/a", "e/b", "d/b", "d/c.~1~", "d/c"}) {
                restore(restorer, name, "new\n", file("new\n"));
            }
        }
        assertEquals(
                List.of("d/a: now d/a~", "e/a: now e/a~", "e/b: now e/b.~8~", "d/b: now d/b~", "d/c: now d/c.~2~"),
                heard);
    }

    @Test
    void losesNothingWhenContentProvesDamaged() throws IOException {
        sh("echo old > f");
        try (Restorer restorer = new Restorer(target, options(Existing.REPLACE, Backup.SIMPLE), listener)) {
            for (String name : List.of("f", "g")) {
                Restorer.Output output = restorer.begin(b(name), file("damaged"));
                write(output, "dama");
                output.abandon();
                output.abandon();
                assertThrows(IOException.class, output::finish);
            }
        }
        assertEquals(List.of(), heard);
        assertEquals("f old", sh("ls; cat f").replace('\n', ' '));
    }

    @ParameterizedTest
    @EnumSource(Existing.class)
    void doesWithLinksAndNodesWhatItDoesWithFiles(Existing existing) throws IOException {
        sh("echo old > l; echo old > p; touch -d @1 l; touch -d @2000000000 p");
        try (Restorer restorer = new Restorer(target, options(existing), listener)) {
            restorer.begin(b("l"), link("to"));
            restorer.begin(b("p"), metadata(EntryType.FIFO, 0600));
        }
        switch (existing) {
            case KEEP -> assertEquals(
                    List.of("p: Cannot mkfifo: File exists", "l: Cannot create symlink to 'to': File exists"), heard);
            case SKIP -> assertEquals(List.of("p: kept: EXISTING", "l: kept: EXISTING"), heard);
            case KEEP_NEWER -> assertEquals(List.of("p: kept: NEWER"), heard);
            default -> assertEquals(List.of(), heard);
        }
        String kinds = switch (existing) {
            case KEEP, SKIP -> "f f";
            case KEEP_NEWER -> "l f";
            default -> "l p";
        };
        assertEquals(kinds, sh("echo $(find l p -printf '%y ')"));
    }

    // ---- attacks

    @Test
    void makesLinksLast() throws IOException {
        try (Restorer restorer = new Restorer(target, EXACT, listener)) {
            restorer.begin(b("symlink"), link(victim.toString())); // 30
            restore(restorer, "symlink/evil", "evil", file("evil"));
            restorer.begin(b("current"), link(".")); // 31
            restorer.begin(b("current/parent"), link(".."));
            restore(restorer, "current/parent/victim/evil", "evil", file("evil"));
            restore(restorer, "../victim/evil", "evil", file("evil")); // 34
            restore(restorer, victim + "/evil", "evil", file("evil"));
        }
        assertEquals("evil", sh("cat symlink/evil"));
        assertEquals(5, heard.size(), heard::toString);
        assertTrue(heard.contains("../victim/evil: Cannot open: Invalid cross-device link"));
        assertTrue(heard.contains("symlink: Cannot create symlink to '" + victim + "': File exists"));
    }

    @Test
    void refusesLinksThatWerePlantedBefore() throws IOException {
        sh("ln -s ../victim sym; ln -s nowhere dangling; ln -s ../victim/evil file");
        try (Restorer restorer = new Restorer(target, EXACT, listener)) {
            restore(restorer, "sym/file1", "evil", file("evil")); // 29
            restore(restorer, "dangling/f", "evil", file("evil")); // 27
            restore(restorer, "dangling/d/f", "evil", file("evil"));
            restorer.begin(b("sym/d"), folder());
            restorer.begin(b("sym/p"), metadata(EntryType.FIFO, 0600));
            restorer.begin(b("sym/l"), link("x"));
            restore(restorer, "file", "fine", file("fine"));
        }
        assertEquals(
                List.of(
                        "sym/file1: Cannot open: Invalid cross-device link",
                        "dangling/f: Cannot open: No such file or directory",
                        "dangling/d/f: Cannot open: No such file or directory",
                        "sym/d: Cannot mkdir: Invalid cross-device link",
                        "sym/p: Cannot mkfifo: Invalid cross-device link",
                        "sym/l: Cannot create symlink to 'x': Invalid cross-device link"),
                heard);
        assertEquals("fine", sh("test ! -L file; cat file"));
    }

    // ---- hard links

    private static Metadata inGroup(long group, Metadata metadata) {
        return metadata.withHardLinkGroup(group);
    }

    @Test
    void linksNamesOfAGroup() throws IOException {
        try (Restorer restorer = new Restorer(target, EXACT, listener)) {
            assertTrue(restore(restorer, "a", "content", inGroup(7, file("content"))));
            assertNull(restorer.begin(b("d/b"), inGroup(7, file("content"))));
            Restorer.Output second = restorer.begin(b("c"), inGroup(8, file("other")));
            assertNull(restorer.begin(b("e"), inGroup(8, file("other"))), "linked when c is complete");
            write(second, "other");
            second.finish();
            restorer.begin(b("l"), inGroup(9, link("to")));
            restorer.begin(b("m"), inGroup(9, link("to")));
            restorer.begin(b("p"), inGroup(10, metadata(EntryType.FIFO, 0600)));
            restorer.begin(b("q"), inGroup(10, metadata(EntryType.FIFO, 0600)));
        }
        assertEquals(List.of(), heard);
        assertEquals("", sh("for f in a c l p; do test $(stat -c %h $f) = 2; done; test a -ef d/b; test c -ef e;"
                + " test l -ef m || test $(stat -c %i l) = $(stat -c %i m); test p -ef q"));
    }

    @Test
    void linksOverWhatIsThere() throws IOException {
        for (int again = 0; again < 2; again++) {
            try (Restorer restorer = new Restorer(target, EXACT, listener)) {
                sh("test -e b || echo old > b");
                restore(restorer, "a", "content", inGroup(7, file("content")));
                restorer.begin(b("b"), inGroup(7, file("content")));
                restorer.begin(b("b"), inGroup(7, file("content")));
            }
        }
        assertEquals(List.of(), heard);
        assertEquals("content 2", sh("test a -ef b; echo $(cat b) $(stat -c %h b)"));
    }

    @Test
    void restoresAnyOneNameOfAGroup() throws IOException {
        sh("echo old > a");
        try (Restorer restorer = new Restorer(target, options(Existing.KEEP), listener)) {
            assertNull(restorer.begin(b("a"), inGroup(7, file("new"))));
            assertTrue(restore(restorer, "b", "new", inGroup(7, file("new"))), "the first to be restored is written");
            assertNull(restorer.begin(b("c"), inGroup(7, file("new"))));
        }
        assertEquals(List.of("a: Cannot open: File exists"), heard);
        assertEquals("new", sh("test b -ef c; cat b"));
    }

    @Test
    void doesNotLinkToWhatHasTakenTheFirstName() throws IOException {
        try (Restorer restorer = new Restorer(target, EXACT, listener)) {
            restore(restorer, "x", "of the group", inGroup(7, file("")));
            restore(restorer, "x", "stripped to the same name", file(""));
            assertTrue(restore(restorer, "y", "of the group", inGroup(7, file(""))));
            assertNull(restorer.begin(b("z"), inGroup(7, file("of the group"))));
        }
        assertEquals("of the group", sh("test y -ef z; cat y"));
        assertEquals("stripped to the same name", sh("cat x"));
    }

    @Test
    void namesAllOfAGroupWhoseContentIsDamaged() throws IOException {
        try (Restorer restorer = new Restorer(target, EXACT, listener)) {
            Restorer.Output output = restorer.begin(b("a"), inGroup(7, file("content")));
            assertNull(restorer.begin(b("b"), inGroup(7, file("content"))));
            output.abandon();
            restorer.begin(b("c"), inGroup(7, file("content"))).abandon();
        }
        assertEquals(List.of("b: Cannot hard link to 'a': its content was not restored"), heard);
        assertEquals("", sh("ls"));
    }

    @Test
    void copiesWhereLinkingIsImpossible() throws IOException {
        Host.assumeRoot();
        Path other = Files.createTempDirectory(Path.of("/dev/shm"), "ptar");
        try (TargetTree free = Trees.target(Host.bytes(base), true);
                Restorer restorer = new Restorer(free, EXACT, listener);
                Arena arena = Arena.ofConfined()) {
            Metadata metadata = inGroup(7, metadata(EntryType.FILE, 0640).withSize(5 << 20));
            Restorer.Output output = restorer.begin(b("a"), metadata);
            assertNull(restorer.begin(b(other + "/b"), metadata));
            output.write(arena.allocate(4096).fill((byte) 7), 3 << 20);
            output.finish();
            restorer.begin(b(other + "/c"), metadata).abandon(); // up to the engine
        } finally {
            assertEquals("", Host.shell(base, "cmp a " + other + "/b; test $(stat -c %b " + other + "/b) -lt 100"));
            assertEquals("640 1000000000", Host.shell(other, "stat -c '%a %Y' b; rm b"));
            Files.delete(other);
        }
        assertEquals(List.of(), heard);
    }

    @Test
    void leavesNoLinkThatCannotHaveItsName() throws IOException {
        TargetTree renamesNothing = targetWhere("rename", () -> {
            throw new IOException("not permitted");
        });
        sh("for f in b d f; do echo old > $f; done");
        try (Restorer restorer = new Restorer(renamesNothing, EXACT, listener)) {
            restore(restorer, "a", "content", inGroup(7, file("content")));
            restorer.begin(b("b"), inGroup(7, file("content"))).abandon(); // up to the engine
            restorer.begin(b("c"), inGroup(8, metadata(EntryType.FIFO, 0600)));
            restorer.begin(b("d"), inGroup(8, metadata(EntryType.FIFO, 0600)));
            Restorer.Output first = restorer.begin(b("e"), inGroup(9, file("content")));
            assertNull(restorer.begin(b("f"), inGroup(9, file("content"))), "linked or copied when e is complete");
            write(first, "content");
            first.finish();
        }
        assertEquals(List.of("d: Cannot mkfifo: not permitted", "f: Cannot rename: not permitted"), heard);
        assertEquals("a b c d e f old old old", sh("ls -A; cat b d f").replace('\n', ' '));
    }

    // ---- the end

    @Test
    void setsImmutableFlagsWhenNothingIsLeftToDo() throws IOException {
        Host.assumeRoot();
        RestoreOptions plain = options(Existing.REPLACE);
        TargetTree.Restore what = new TargetTree.Restore(true, false, true, true, false, true, true);
        RestoreOptions withFlags = new RestoreOptions(
                Existing.REPLACE, false, false, false, Backup.NONE, b("~"), what, plain.xattrs());
        sh("echo old > replaced");
        try (Restorer restorer = new Restorer(target, withFlags, listener)) {
            for (String name : List.of("new", "replaced")) {
                restore(restorer, name, "x", file("").withInodeFlags(0x10));
            }
            restore(restorer, "a", "x", inGroup(7, file("")).withInodeFlags(0x20));
            restorer.begin(b("b"), inGroup(7, file("x")).withInodeFlags(0x20));
            restorer.begin(b("d"), folder().withInodeFlags(0x10));
            restore(restorer, "d/f", "x", file(""));
            restorer.begin(b("d/l"), link("f"));
        }
        String flags = sh("lsattr -d new replaced a b d | cut -d' ' -f1 | tr -d 'e-' | tr '\\n' ' '; chattr -ia new"
                + " replaced a d; test a -ef b; ls d");
        assertEquals("i i a a i f\nl", flags);
        assertEquals(List.of(), heard);
        assertEquals("1000000000", sh("stat -c %Y d"));
    }

    @Test
    void leavesUnwantedXattrsOut() throws IOException {
        RestoreOptions plain = options(Existing.REPLACE);
        RestoreOptions some = new RestoreOptions(
                Existing.REPLACE, false, false, false, Backup.NONE, b("~"), plain.what(),
                name -> !name.equals(b("user.no")));
        try (Restorer restorer = new Restorer(target, some, listener)) {
            restore(restorer, "f", "", file("").withXattrs(
                    List.of(new Xattr(b("user.no"), b("1")), new Xattr(b("user.yes"), b("2")))));
        }
        assertEquals("user.yes=\"2\"", sh("getfattr -d f | grep ="));
    }

    @Test
    void removesWhatIsNotFinished() throws IOException {
        sh("echo old > f");
        Restorer restorer = new Restorer(target, EXACT, listener);
        Restorer.Output replacing = restorer.begin(b("f"), file("new"));
        Restorer.Output fresh = restorer.begin(b("g"), file("new"));
        write(replacing, "new");
        restorer.stop();
        assertEquals("f", sh("ls -A"));
        assertThrows(IOException.class, replacing::finish);
        assertThrows(IOException.class, fresh::finish);
        assertNull(restorer.begin(b("h"), file("new")));
        restorer.close();
        assertEquals("f old", sh("ls -A; cat f").replace('\n', ' '));
    }

    /// The stop comes when the name has been looked at already and the file is not there yet.
    @Test
    void removesWhatIsBeingCreated() throws Exception {
        Restorer[] restorer = new Restorer[1];
        Thread stopper = new Thread(() -> restorer[0].stop());
        TargetTree stopsWhenItCreates = targetWhere("createFile", () -> {
            stopper.start();
            while (stopper.isAlive() && stopper.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
        });
        restorer[0] = new Restorer(stopsWhenItCreates, EXACT, listener);

        restorer[0].begin(b("f"), file("new"));

        stopper.join();
        assertEquals("", sh("ls -A"));
        assertEquals(List.of(), heard);
    }

    /// A listener that prints waits for whoever reads what it prints.
    @Test
    void stopsThoughAListenerIsStuck() throws Exception {
        sh("echo old > f");
        CountDownLatch isStuck = new CountDownLatch(1);
        CountDownLatch isRead = new CountDownLatch(1);
        RestoreListener stuck = (RestoreListener) Proxy.newProxyInstance(
                RestoreListener.class.getClassLoader(), new Class<?>[] {RestoreListener.class}, (_, _, _) -> {
                    isStuck.countDown();
                    isRead.await();
                    return null;
                });
        Restorer restorer = new Restorer(target, options(Existing.REPLACE, Backup.SIMPLE), stuck);
        restorer.begin(b("g"), file("new"));
        Thread finisher = new Thread(() -> assertDoesNotThrow(() -> restore(restorer, "f", "new", file("new"))));
        finisher.start();
        isStuck.await();

        restorer.stop();

        assertEquals("f f~ new", sh("ls; cat f").replace('\n', ' '));
        isRead.countDown();
        finisher.join();
    }

    @Test
    void closingAbandonsWhatIsNotFinished() throws IOException {
        try (Restorer restorer = new Restorer(target, EXACT, listener)) {
            restorer.begin(b("d"), folder());
            write(restorer.begin(b("d/f"), file("new")), "n");
        }
        assertEquals("1000000000", sh("ls d; stat -c %Y d"));
    }
}
