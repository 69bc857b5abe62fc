package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.layout.Extent;
import ptar.layout.FrameHead;
import ptar.layout.Pointer;
import ptar.layout.SegmentHead;
import ptar.read.ArchiveReader;
import ptar.read.KeyFinder;
import ptar.storage.FileSource;
import ptar.tree.EntryPath;

/// Archives that are cut short, damaged or something else, from files and from pipes: one line says what is wrong, exit
/// code 2, every file that is whole comes out, the others are named.
final class BadInputIT {
    private static final long SEED = Long.getLong("ptar.seed", System.nanoTime());
    private static final int HEADER_SIZE = 256;
    private static final int CLOSING_SIZE = HEADER_SIZE + 128;

    /// Some 3.5 MB in blocks of 1 MiB: files that repeat others, links, small ones, an empty one.
    @TempDir
    private static Path folder;
    private static byte[] archive;
    private static List<String> files;

    private record Extracted(TreeSet<String> whole, TreeSet<String> missing, Ptar.Outcome outcome) {
        /// Every message is one line, damaged files are named, nothing else is there.
        void check(String what) {
            String err = outcome.err();
            assertAll(
                    what, () -> assertEquals(Console.FAILED, outcome.exitCode(), err),
                    () -> assertTrue(err.lines().allMatch(Shell::isMessage), err));
        }
    }

    @BeforeAll
    static void makesAnArchive() throws Exception {
        System.out.println("BadInputIT: seed " + SEED + " (-Dptar.seed)");
        Shell.prepare(folder, """
                mkdir -p t/sub/deep t/empty
                head -c 1500000 /dev/urandom > t/big; ln t/big t/hard; ln -s big t/link; : > t/zero
                head -c 400000 /dev/urandom > t/sub/mid; cp t/sub/mid t/copy; head -c 900000 /dev/urandom > t/last
                for i in $(seq 100); do echo "file $i" > t/sub/deep/f$i; done
                ptar cf a.ptar --block-size 1M t
                mkdir other; cp t/sub/mid other; tar cf x.tar other; gzip -k x.tar
                python3 -c 'import zipfile; zipfile.ZipFile("x.zip", "w").writestr("a", "b")'
                : > empty; head -c 100000 /dev/urandom > garbage; printf 'PK' > short
                """);
        archive = Files.readAllBytes(folder.resolve("a.ptar"));
        files = Shell.prepare(folder, "cd t && find . -type f -o -type l | cut -c3-").lines().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "garbage", "short", "x.tar", "x.tar.gz", "x.zip", "t", "missing"})
    void saysWhatIsNotAnArchive(String name) throws Exception {
        for (String command : new String[] {"ptar tf $1", "ptar xf $1 -C /", "cat $1 | ptar t"}) {
            if (command.startsWith("cat") && !Files.isRegularFile(folder.resolve(name))) {
                continue;
            }
            Ptar.Outcome outcome = Shell.run(folder, command, name);

            List<String> lines = outcome.err().lines().toList();
            String shown = command.startsWith("cat") ? "standard input" : name;
            assertEquals(2, lines.size(), outcome.err());
            assertTrue(lines.getFirst().startsWith("ptar: " + shown + ": "), outcome.err());
            assertEquals("ptar: Error is not recoverable: exiting now", lines.getLast());
            assertEquals(Console.FAILED, outcome.exitCode(), outcome.err());
        }
    }

    @Test
    void saysThatItMayNotRead() throws Exception {
        String asNobody = "root".equals(System.getProperty("user.name"))
                ? "setpriv --reuid 65534 --regid 65534 --clear-groups " : "";
        Path secret = Files.copy(folder.resolve("a.ptar"), folder.resolve("secret.ptar"));
        Shell.prepare(folder, "chmod 000 secret.ptar; chmod 755 .");

        Ptar.Outcome outcome = Shell.run(folder, asNobody + "$PTAR tf secret.ptar");

        Files.delete(secret);
        assertTrue(outcome.err().startsWith("ptar: secret.ptar: Cannot open: Permission denied\n"), outcome.err());
        assertEquals(Console.FAILED, outcome.exitCode());
    }

    @Test
    void givesBackWhatCameBeforeTheEndOfAnArchiveThatIsCutShort() throws Exception {
        Random random = new Random(SEED);
        int[] lengths = random.ints(8, 0, archive.length).sorted().toArray();
        lengths[7] = archive.length - 1 - random.nextInt(CLOSING_SIZE);
        int before = 0;
        for (int i = 0; i < lengths.length; i++) {
            Extracted result = extract(Arrays.copyOf(archive, lengths[i]), i % 2 == 0);

            result.check("cut to " + lengths[i]);
            String end = "at offset " + lengths[i];
            assertTrue(lengths[i] < HEADER_SIZE || result.outcome.err().contains(end), result.outcome.err());
            assertTrue(result.whole.size() >= before, lengths[i] + " bytes bring less than fewer: " + result.whole);
            before = result.whole.size();
        }
        assertEquals(files.size(), before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void saysOnceWhereAPipeEnds(boolean listing) throws Exception {
        Ptar.Outcome outcome = Shell.run(
                folder, "mkdir -p once; head -c 300000 a.ptar | ptar " + (listing ? "t" : "x -C once"));

        assertEquals("""
                ptar: standard input: ends at offset 300000, before the archive does (cut short)
                ptar: Exiting with failure status due to previous errors
                """, outcome.err());
        assertEquals(Console.FAILED, outcome.exitCode());
    }

    /// Where in the archive a file's content lies.
    private static Map<String, Set<Integer>> segmentsOfFiles() throws IOException {
        Map<String, Set<Integer>> segments = new TreeMap<>();
        try (FileSource source = new FileSource(folder.resolve("a.ptar"));
                ArchiveReader reader = ArchiveReader.open(source, KeyFinder.PLAIN)) {
            EntryCursor entries = reader.entries(EntryPath.of("t"), EntryCursor.Damage.FATAL);
            for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
                String name = entry.path().toString().replaceFirst("t/?", "");
                Set<Integer> its = segments.computeIfAbsent(name, _ -> new TreeSet<>());
                for (Extent extent : entry.extents()) {
                    Pointer block = ((Extent.Data) extent).block().pointer();
                    long end = block.offset() + FrameHead.SIZE + block.storedLength();
                    int last = (int) ((end - 1) / SegmentHead.PAYLOAD_SIZE);
                    for (int at = (int) (block.offset() / SegmentHead.PAYLOAD_SIZE); at <= last; at++) {
                        its.add(at);
                    }
                }
            }
        }
        return segments;
    }

    /// Segments but the last: in it lie the leaves, without which nobody knows the names.
    @Test
    void namesEveryFileThatADamagedSegmentTakesWithItAndBringsAllOthers() throws Exception {
        Map<String, Set<Integer>> segmentsOfFiles = segmentsOfFiles();
        Random random = new Random(SEED);
        int segments = (archive.length - HEADER_SIZE - CLOSING_SIZE - 64) >> 16;
        for (int i = 0; i < 10; i++) {
            int segment = i == 0 ? 0 : random.nextInt(segments);
            int at = HEADER_SIZE + 64 + (segment << 16) + random.nextInt(1 << 16);
            Extracted result = extract(flipped(at, random), i % 2 == 0);

            result.check("flipped at " + at);
            TreeSet<String> lie = new TreeSet<>(files);
            lie.removeIf(file -> !segmentsOfFiles.get(file).contains(segment));
            assertEquals(lie, result.missing, "flipped at " + at + "\n" + result.outcome.err());
            for (String lost : result.missing) {
                assertTrue(result.outcome.err().contains("ptar: t/" + lost + ": "), lost + "\n" + result.outcome.err());
            }
        }
    }

    /// Header, preamble and closing hold nothing of the files.
    @ParameterizedTest
    @ValueSource(ints = {3, 13, 24, 60, 70, 230, HEADER_SIZE + 2, HEADER_SIZE + 8, HEADER_SIZE + 20, HEADER_SIZE + 61,
        -1, -20, -100, -120, -127, -200, -300, -380})
    void bringsEveryFileWhereAByteAroundThemIsDamaged(int place) throws Exception {
        int at = place < 0 ? archive.length + place : place;
        for (boolean pipe : new boolean[] {false, true}) {
            Extracted result = extract(flipped(at, new Random(SEED)), pipe);

            if (pipe || place < HEADER_SIZE) { // a preamble is not read where there is an index
                result.check("flipped at " + at);
            }
            assertEquals(new TreeSet<>(), result.missing, result.outcome.err());
        }
    }

    @Test
    void keepsToTheLastSegmentWhatIsLostWithIt() throws Exception {
        int at = archive.length - CLOSING_SIZE - 100;
        Extracted result = extract(flipped(at, new Random(SEED)), true);

        result.check("flipped at " + at);
        assertFalse(result.outcome.err().contains("cut short"), result.outcome.err());
        assertTrue(result.whole.contains("big"), result.outcome.err());
    }

    @Test
    void saysHowNamesOfADamagedPageOfTheIndexAreFound() throws Exception {
        Path many = Files.createDirectories(folder.resolve("pages/many"));
        Random random = new Random(1);
        for (int i = 0; i < 6000; i++) {
            byte[] name = new byte[30]; // does not compress: pages of 190 KB, a segment of them without anything else
            random.nextBytes(name);
            Files.writeString(many.resolve(HexFormat.of().formatHex(name)), "" + i);
        }
        Shell.prepare(folder, "ptar cf pages.ptar -C pages many");
        byte[] pages = Files.readAllBytes(folder.resolve("pages.ptar"));
        pages[pages.length - CLOSING_SIZE - 70_000] ^= 1;
        Files.write(folder.resolve("pages.ptar"), pages);

        Ptar.Outcome byIndex = Shell.run(folder, "mkdir some; ptar xf pages.ptar -C some");
        Ptar.Outcome piped = Shell.run(folder, "mkdir all; cat pages.ptar | ptar x -C all");

        assertEquals(2, byIndex.exitCode());
        assertTrue(byIndex.err().contains(
                " may be missing; a pipe brings them all the same: 'cat ARCHIVE | ptar x'\n"), byIndex.err());
        assertTrue(byIndex.err().lines().allMatch(Shell::isMessage), byIndex.err());
        assertEquals("", Shell.run(folder, "cd some; find . -type f -exec cmp {} ../pages/{} ';'").out());
        assertEquals(2, piped.exitCode());
        assertEquals("", Shell.differences(folder, "pages/many", "all/many"));
    }

    @Test
    void saysThatBytesFollowTheEnd() throws Exception {
        byte[] longer = Arrays.copyOf(archive, archive.length + 3);
        for (boolean pipe : new boolean[] {false, true}) {
            Extracted result = extract(longer, pipe);

            result.check("longer");
            assertTrue(result.outcome.err().contains("bytes follow its end at offset " + archive.length));
            assertEquals(new TreeSet<>(), result.missing);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ptar tf a.ptar", "ptar tvf a.ptar", "ptar xOf a.ptar", "ptar c t", "ptar --help"})
    void saysThatItsOutputIsFull(String command) throws Exception {
        Ptar.Outcome outcome = Shell.run(folder, command + " > /dev/full");

        assertEquals("""
                ptar: standard output: Cannot write: No space left on device
                ptar: Error is not recoverable: exiting now
                """, outcome.err());
        assertEquals(Console.FAILED, outcome.exitCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "ptar tf a.ptar | head -1", "cat a.ptar | ptar tv | head -1", "ptar xOf a.ptar t/big | head -c 1",
        "ptar c t | head -c 1"
    })
    void saysNothingWhenItsReaderLeaves(String command) throws Exception {
        assertEquals("", Shell.run(folder, command + " > /dev/null").err());
    }

    @Test
    void keepsTheOldArchiveAndLeavesNothingWhenTheDiskIsFull() throws Exception {
        Ptar.Outcome outcome = onSmallDisk(2, "echo old > disk/a.ptar; ptar cf disk/a.ptar t; echo $?; ls -A disk;"
                + " cat disk/a.ptar");

        assertEquals("2\na.ptar\nold\n", outcome.out());
        assertEquals("""
                ptar: disk/a.ptar: Cannot write: No space left on device
                ptar: Error is not recoverable: exiting now
                """, outcome.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ptar xf a.ptar", "cat a.ptar | ptar x"})
    void namesWhatAFullDiskHasNoRoomFor(String command) throws Exception {
        Ptar.Outcome outcome = onSmallDisk(2, command + " -C disk; echo $?; cd disk/t; find . -type f -exec sh -c"
                + " 'cmp \"$1\" \"../../t/$1\" || rm \"$1\"' _ {} ';'; find . -type f | cut -c3-");

        List<String> lines = new ArrayList<>(outcome.out().lines().toList());
        assertEquals("2", lines.removeFirst(), outcome.out());
        for (String file : files) {
            assertTrue(
                    file.equals("link") || lines.contains(file) || outcome.err().contains("ptar: t/" + file + ": "),
                    file + " is neither there nor named\n" + outcome.err());
        }
        assertTrue(outcome.err().lines().allMatch(Shell::isMessage), outcome.err());
    }

    @Test
    void leavesItselfOut() throws Exception {
        Ptar.Outcome outcome = Shell.run(folder, """
                mkdir self && cd self && echo a > a
                ptar cf self.ptar . && ptar cf self.ptar . && ptar c . > out.ptar
                ptar tf self.ptar && ptar tf out.ptar
                """);

        assertEquals("""
                ptar: ./self.ptar: file is the archive; not dumped
                ptar: ./self.ptar: file is the archive; not dumped
                ptar: ./out.ptar: file is the archive; not dumped
                """, outcome.err());
        assertEquals("./\n./a\n./\n./a\n./self.ptar\n", outcome.out());
        assertEquals(0, outcome.exitCode());
    }

    private static Ptar.Outcome onSmallDisk(int megabytes, String script) throws Exception {
        String mounted = "mkdir -p disk && mount -t tmpfs -o size=" + megabytes + "m ptar-it disk";
        assumeTrue(
                Shell.run(folder, "unshare -rm bash -c '" + mounted + "'").exitCode() == 0,
                "may not mount a file system");
        Path file = Files.writeString(
                folder.resolve("script"), mounted + "\nptar() { \"$PTAR\" \"$@\"; }\n" + script + "\n");
        return Shell.run(folder, "unshare -rm bash " + file);
    }

    private static byte[] flipped(int at, Random random) {
        byte[] damaged = archive.clone();
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        return damaged;
    }

    private static Extracted extract(byte[] damaged, boolean pipe) throws IOException, InterruptedException {
        Files.write(folder.resolve("damaged.ptar"), damaged);
        Shell.prepare(folder, "rm -rf out; mkdir out");
        Ptar.Outcome outcome = Shell.run(
                folder, pipe ? "cat damaged.ptar | ptar x -C out" : "ptar xf damaged.ptar -C out");
        TreeSet<String> whole = new TreeSet<>(Shell.run(folder, """
                test -d out/t || exit 0
                cd out/t; find . -type f -exec sh -c 'cmp -s "$1" "../../t/$1" && echo "$1" || echo "BAD $1"' _ {} ';' \
                    -o -type l -print | cut -c3-
                """).out().lines().toList());
        TreeSet<String> missing = new TreeSet<>(files);
        missing.removeAll(whole);
        assertTrue(files.containsAll(whole), () -> "damaged or foreign files were left: " + whole);
        return new Extracted(whole, missing, outcome);
    }
}
