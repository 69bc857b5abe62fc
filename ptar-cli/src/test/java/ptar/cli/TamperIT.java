package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ptar.Forge;
import ptar.cli.remote.WebServer;
import ptar.crypto.KeyFile;
import ptar.crypto.KeySlots;
import ptar.crypto.MasterKey;
import ptar.layout.ByteWriter;
import ptar.layout.ClosingMark;
import ptar.layout.FrameType;
import ptar.layout.Header;
import ptar.layout.Leaf;
import ptar.layout.Root;
import ptar.layout.Run;
import ptar.layout.SegmentHead;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.Timestamp;

/// What the command makes of encrypted archives that somebody has changed: of a file that it needs any part of which
/// was changed one line, exit code 2 and nothing else; of a pipe the files that are whole, as spec §13.1 says.
/// `ptar.read.TamperTest` tries every place.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TamperIT {
    private static final int SEGMENT = SegmentHead.STORED_SIZE;
    /// Does not compress, and leaves no room in a block of 1 MiB for a chunk of the next file.
    private static final int FILE_SIZE = 1_040_000;
    private static final String NOTHING = "";
    private static final String ALL = "one two word";
    private static final String KEY = "--key-file=k";
    private static final String NO_KEY =
            ": no key fits, or the header is damaged ('ptar key ls' shows what opens it)\n";

    @TempDir
    private static Path folder;

    private static byte[] archive;
    private static byte[] other;
    private static byte[] changedKeys;
    private static byte[] listing;
    private static int header;
    private static int first;
    private static int closing;

    @BeforeAll
    static void writeArchives() throws Exception {
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Random random = new Random(1);
        for (String name : new String[] {"one", "two"}) {
            byte[] noise = new byte[FILE_SIZE];
            random.nextBytes(noise);
            Files.write(tree.resolve(name), noise);
        }
        Files.writeString(tree.resolve("word"), "a word to the wise");
        Path names = Files.createDirectory(folder.resolve("names"));
        for (int i = 0; i < 12_000; i++) { // an index of several segments
            Files.createDirectory(names.resolve(i + "-" + Long.toHexString(random.nextLong())
                    + Long.toHexString(random.nextLong())));
        }
        Shell.prepare(folder, """
                ptar key new k; ptar key new k2; echo right > pw; echo wrong > wrong
                ptar --encrypt --key-file=k --block-size=1M -cf a.ptar tree
                ptar --encrypt --key-file=k --block-size=1M -cf b.ptar tree
                ptar --encrypt --key-file=k -cf names.ptar names
                ptar --encrypt --key-file=k -cf small.ptar tree/word
                ptar --encrypt --password-file=pw -cf p.ptar tree
                ptar --encrypt --password-file=pw -cf q.ptar tree
                cp a.ptar changed.ptar
                ptar key add changed.ptar --key-file=k --new-key-file=k2
                """);
        archive = Files.readAllBytes(folder.resolve("a.ptar"));
        other = Files.readAllBytes(folder.resolve("b.ptar"));
        changedKeys = Files.readAllBytes(folder.resolve("changed.ptar"));
        listing = run("-tf", folder.resolve("a.ptar").toString(), keyOf(KEY)).out;
        header = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
        first = header + Run.PREAMBLE_SIZE;
        closing = archive.length - ClosingMark.SIZE - header;
        assertTrue(closing - first > 2 * FILE_SIZE);
    }

    private static byte[] with(byte[] sound, Consumer<byte[]> change) {
        byte[] changed = sound.clone();
        change.accept(changed);
        return changed;
    }

    /// Both copies, so that they agree.
    private static byte[] withHeader(Consumer<ByteBuffer> change) {
        return with(archive, all -> {
            change.accept(ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN));
            System.arraycopy(all, 0, all, closing, header);
        });
    }

    private static byte[] without(int from, int to) {
        byte[] rest = Arrays.copyOf(archive, archive.length - (to - from));
        System.arraycopy(archive, to, rest, from, archive.length - to);
        return rest;
    }

    /// Under a right checksum.
    private static void put(byte[] source, int from, byte[] target, int to) {
        System.arraycopy(source, first + from * SEGMENT + 16, target, first + to * SEGMENT + 16, SEGMENT - 16);
        SegmentHead.setCrc(MemorySegment.ofArray(target).asSlice(first + to * SEGMENT, SEGMENT));
    }

    // ---- by the program as it is installed, a file and a pipe

    /// @param fromPipe the files that come out of a pipe; of a file none do
    private static void read(String what, byte[] tampered, String key, String fromPipe) throws Exception {
        Files.write(folder.resolve("t.ptar"), tampered);
        String options = " " + key;
        assertRefused(what, Shell.run(folder, "rm -rf out; mkdir out; ptar -xf t.ptar -C out" + options));
        assertEquals("", Shell.run(folder, "find out -mindepth 1").out(), what);
        assertRefused(what, Ptar.in(folder).run("-xOf", "t.ptar", key));
        String pipe = what + ", pipe";
        Ptar.Outcome outcome = Shell.run(folder, "cat t.ptar | ptar -x -C out" + options);
        Ptar.Outcome printed = Shell.run(folder, "cat t.ptar | ptar -xO" + options);
        for (Ptar.Outcome each : new Ptar.Outcome[] {outcome, printed}) {
            String said = pipe + ": " + each.err();
            assertEquals(2, each.exitCode(), said);
            assertTrue(each.err().lines().allMatch(Shell::isMessage), said);
            assertTrue(each.err().startsWith("ptar: standard input: "), said);
            assertTrue(!what.startsWith("no key: ") || each.err().equals("ptar: standard input" + NO_KEY), said);
        }
        String said = pipe + ": " + outcome.err();
        assertEquals(fromPipe, Shell.run(folder, "cd out; find . -type f -printf '%f\\n' | sort | xargs").out().strip(),
                said);
        assertEquals("", Shell.run(folder, "cd out; find . -type f -exec cmp {} ../{} ';'").out(), said);
        byte[] content = Shell.run(folder, "cd tree; [ -z \"$1\" ] || cat $1", fromPipe).outBytes();
        assertArrayEquals(content, printed.outBytes(), said);
    }

    private static void assertRefused(String what, Ptar.Outcome outcome) {
        String said = what + ": " + outcome.err();
        assertEquals(2, outcome.exitCode(), said);
        assertEquals(0, outcome.outBytes().length, said);
        assertEquals(1, outcome.err().lines().count(), said);
        assertTrue(Shell.isMessage(outcome.err()) && outcome.err().contains("t.ptar: "), said);
        assertTrue(!what.startsWith("no key: ") || outcome.err().equals("ptar: t.ptar" + NO_KEY), said);
    }

    @Test
    @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Argon2, many times
    void aChangedHeaderOpensNothing() throws Exception {
        byte[] p = Files.readAllBytes(folder.resolve("p.ptar"));
        read("no key: wrong password", p, "--password-file=wrong", NOTHING);
        Map<String, byte[]> tampered = new LinkedHashMap<>();
        tampered.put("commitment", withHeader(all -> all.put(70, (byte) ~all.get(70))));
        tampered.put("slot", withHeader(all -> all.put(96 + 50, (byte) ~all.get(96 + 50))));
        tampered.put("MAC", withHeader(all -> all.put(header - 1, (byte) ~all.get(header - 1))));
        tampered.put("65 slots", withHeader(all -> all.putShort(58, (short) 65)));
        tampered.put("a terabyte for Argon2", withHeader(all -> all.put(96, (byte) 1).putInt(96 + 24, 1 << 30)
                .putInt(96 + 28, 4).putInt(96 + 32, 1)));
        for (Map.Entry<String, byte[]> each : tampered.entrySet()) {
            read("no key: " + each.getKey(), each.getValue(), KEY, NOTHING);
        }
        for (int at : new int[] {96 + 40, p.length - ClosingMark.SIZE - header + 96 + 40}) {
            p[at] ^= 1;
        }
        read("no key: damaged slot of a password", p, "--password-file=pw", NOTHING);
    }

    /// A pipe brings it behind all content, which is the archive's own.
    @Test
    void anOlderHeaderPutBackOpensNothing() throws Exception {
        for (int place : new int[] {0, closing}) {
            byte[] tampered = with(changedKeys, all -> System.arraycopy(archive, 0, all, place, header));
            read("older header at " + place, tampered, KEY, ALL);
            assertEquals("ptar: t.ptar" + NO_KEY, Ptar.in(folder).run("-tf", "t.ptar", KEY).err());
        }
    }

    /// In the content of `one`, which is the first block: the other files lie in the second.
    @Test
    void nothingComesOutOfAFileWithASegmentThatIsNotItsOwn() throws Exception {
        Map<String, byte[]> tampered = new LinkedHashMap<>();
        tampered.put("a byte", with(archive, all -> all[first + SEGMENT + 999] ^= 1));
        tampered.put("swapped", with(archive, all -> {
            put(archive, 1, all, 2);
            put(archive, 2, all, 1);
        }));
        tampered.put("repeated", with(archive, all -> put(archive, 0, all, 1)));
        tampered.put("from another archive", with(archive, all -> put(other, 1, all, 1)));
        for (Map.Entry<String, byte[]> each : tampered.entrySet()) {
            read(each.getKey(), each.getValue(), KEY, "two word");
        }
    }

    @Test
    void nothingComesOutOfAFileWhoseEndOrLengthIsNotItsOwn() throws Exception {
        int inTwo = first + 20 * SEGMENT;
        read("dropped", without(inTwo, inTwo + SEGMENT), KEY, "one");
        read("run of another", with(archive, all -> System.arraycopy(
                other, header, all, header, closing - header)), KEY, NOTHING);
        read("cut at a border", Arrays.copyOf(archive, inTwo), KEY, "one");
        read("cut before a border", Arrays.copyOf(archive, inTwo - 1), KEY, "one");
        read("cut behind a border", Arrays.copyOf(archive, inTwo + 1), KEY, "one");
        read("root", with(archive, all -> all[closing - SegmentHead.TAG_SIZE - 100] ^= 1), KEY,
                "one"); // the second block ends in the same segment
        Map<String, byte[]> tampered = new LinkedHashMap<>();
        tampered.put("closing mark of another", with(archive, all -> System.arraycopy(
                other, all.length - 128, all, all.length - 128, 128)));
        tampered.put("without its closing", Arrays.copyOf(archive, closing));
        tampered.put("without its last byte", Arrays.copyOf(archive, archive.length - 1));
        tampered.put("a byte more", Arrays.copyOf(archive, archive.length + 1));
        tampered.put("itself behind", Arrays.copyOf(archive, 2 * archive.length));
        System.arraycopy(archive, 0, tampered.get("itself behind"), archive.length, archive.length);
        for (Map.Entry<String, byte[]> each : tampered.entrySet()) {
            read(each.getKey(), each.getValue(), KEY, ALL);
        }
    }

    @Test
    void whatIsThereStaysAndNoCommandIsRun() throws Exception {
        Files.write(folder.resolve("t.ptar"), with(archive, all -> all[first + 20 * SEGMENT] ^= 1));
        Shell.prepare(folder, "rm -rf out; mkdir -p out/tree; echo mine > out/tree/word; touch -d @9 out/tree/word");

        assertRefused("extracted", Shell.run(folder, "ptar -xf t.ptar -C out --key-file=k"));
        assertRefused("given away", Shell.run(folder, "ptar -xf t.ptar --key-file=k --to-command='touch out/ran'"));

        assertEquals("tree mine 9", Shell.run(
                folder, "cd out; echo $(ls) $(cat tree/word) $(stat -c %Y tree/word)").out().strip());
    }

    /// Only what is needed is looked at, so that one file of a huge archive comes out as soon as ever.
    @Test
    void whatLiesElsewhereInTheArchiveDoesNotMatter() throws Exception {
        Files.write(folder.resolve("t.ptar"), with(archive, all -> all[first + SEGMENT] ^= 1));
        for (String[] command : new String[][] {
            {"-xOf", "t.ptar", KEY, "tree/word"}, {"-xOf", "t.ptar", KEY, "--wildcards", "*d"},
            {"-xOf", "t.ptar", KEY, "--exclude=one", "--exclude=two"}}) {
            Ptar.Outcome word = Ptar.in(folder).run(command);
            assertEquals("", word.err());
            assertEquals("a word to the wise", word.out());
        }
        assertRefused("one", Ptar.in(folder).run("-xOf", "t.ptar", KEY, "tree/one", "tree/word"));
    }

    /// It would be transferred twice: what comes before the first damage is given out, and nothing behind it.
    @Test
    void fromFarTheFirstDamageEndsIt() throws Exception {
        byte[] inTwo = with(archive, all -> all[first + 20 * SEGMENT] ^= 1);
        byte[] names = Files.readAllBytes(folder.resolve("names.ptar"));
        int nearTheRoot = (names.length - ClosingMark.SIZE - header - first) / SEGMENT - 1;
        names[first + nearTheRoot * SEGMENT + 999] ^= 1;
        try (WebServer web = new WebServer()) {
            web.put("/t.ptar", inTwo);
            web.put("/names/t.ptar", names);
            String url = web.uri("/t.ptar").toString();
            Shell.prepare(folder, "rm -rf out; mkdir out");
            Ptar.Outcome extracted = Ptar.in(folder).run("-xf", url, KEY, "-C", "out", "--threads=1");
            Ptar.Outcome printed = Ptar.in(folder).run("-xOf", url, KEY);
            Ptar.Outcome listed = Ptar.in(folder).run("-tf", web.uri("/names/t.ptar").toString(), KEY);

            for (Ptar.Outcome each : new Ptar.Outcome[] {extracted, printed, listed}) {
                assertEquals(2, each.exitCode(), each.err());
                assertEquals(1, each.err().lines().count(), each.err());
                assertTrue(each.err().contains("/t.ptar: segment "), each.err());
            }
            // Both blocks are asked for at once: usually the sound one comes first.
            String whole = Shell.run(folder, "cd out; find . -type f -printf '%f\n' -exec cmp {} ../{} ';'").out();
            assertTrue(whole.isEmpty() || whole.equals("one\n"), whole);
            assertArrayEquals(Files.readAllBytes(folder.resolve("tree/one")), printed.outBytes());
            assertTrue(Ptar.in(folder).run("-tf", "names.ptar", KEY).out().startsWith(listed.out()));
        }
    }

    // ---- all that can be done, by the program within this Java

    private record Told(int exitCode, String err, byte[] out) {}

    private static Told run(String... command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = Main.run(new Console("ptar", true, out, err, false), command);
        return new Told(exitCode, err.toString(StandardCharsets.UTF_8), out.toByteArray());
    }

    private static String keyOf(String option) {
        return option.replace("=", "=" + folder + "/");
    }

    /// `x`, `t` and `xO` of `t.ptar`.
    ///
    /// @param listing what `t` gives out because it needs nothing of what was changed; null if it must refuse too
    /// @return the message
    private static String assertNothing(String what, String key, byte[] listing) throws IOException {
        String name = folder.resolve("t.ptar").toString();
        Path target = Files.createDirectories(folder.resolve("target"));
        Told extracted = run("-xf", name, keyOf(key), "-C", target.toString());
        assertRefused(what + ", x", name, extracted);
        try (Stream<Path> made = Files.list(target)) {
            assertEquals(List.of(), made.toList(), what);
        }
        Told printed = run("-xOf", name, keyOf(key));
        assertRefused(what + ", xO", name, printed);
        assertEquals(extracted.err, printed.err, what);
        Told listed = run("-tf", name, keyOf(key));
        if (listing == null || listed.exitCode != 0) {
            assertRefused(what + ", t", name, listed);
        } else {
            assertEquals("", listed.err, what);
            assertArrayEquals(listing, listed.out, what);
        }
        return extracted.err;
    }

    private static void assertRefused(String what, String name, Told told) {
        String said = what + ": " + told.err;
        assertEquals(2, told.exitCode, said);
        assertEquals(0, told.out.length, said);
        assertEquals(1, told.err.lines().count(), said);
        assertTrue(Shell.isMessage(told.err) && told.err.startsWith("ptar: " + name + ": "), said);
    }

    private static void assertNothing(String what, byte[] tampered) throws IOException {
        Files.write(folder.resolve("t.ptar"), tampered);
        assertNothing(what, KEY, null);
    }

    /// Of a change that leaves headers, index and end as they are.
    private static void assertNoContent(String what, byte[] tampered) throws IOException {
        Files.write(folder.resolve("t.ptar"), tampered);
        assertNothing(what, KEY, listing);
    }

    private static String noKey() {
        return "ptar: " + folder.resolve("t.ptar") + NO_KEY;
    }

    /// At the front, in the copy at the end, and in both, as one does who knows the format.
    @Test
    @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyByteOfTheHeader() throws IOException {
        byte[] small = Files.readAllBytes(folder.resolve("small.ptar"));
        int end = small.length - ClosingMark.SIZE - header;
        for (int at = 0; at < header; at++) {
            byte flip = (byte) (1 << at % 8);
            byte[] tampered = small.clone();
            tampered[at] ^= flip;
            Files.write(folder.resolve("t.ptar"), tampered);
            assertEquals(noKey(), assertNothing("front, byte " + at, KEY, null));
            tampered[end + at] ^= flip;
            boolean isReadBeforeThereIsAKey = at < 10 || at >= 12 && at < 24 || at == 56;
            if (!isReadBeforeThereIsAKey) {
                Files.write(folder.resolve("t.ptar"), tampered);
                assertEquals(noKey(), assertNothing("both, byte " + at, KEY, null));
            }
            tampered[at] ^= flip;
            assertNothing("end, byte " + at, tampered);
        }
    }

    @Test
    void everyByteOfThePreambleAndOfTheClosingMark() throws IOException {
        byte[] small = Files.readAllBytes(folder.resolve("small.ptar"));
        for (int at = 0; at < Run.PREAMBLE_SIZE; at++) {
            int place = header + at;
            assertNothing("preamble, byte " + at, with(small, all -> all[place] ^= 1));
        }
        for (int at = 1; at <= ClosingMark.SIZE; at++) {
            int place = small.length - at;
            assertNothing("closing mark, byte -" + at, with(small, all -> all[place] ^= 1));
        }
    }

    /// A byte of its head, of its payload and of its tag, under a checksum that is wrong and one that is right.
    @Test
    void aByteOfEverySegment() throws IOException {
        for (int segment = 0; segment < segments(); segment++) {
            int start = first + segment * SEGMENT;
            int length = Math.min(SEGMENT, closing - start);
            for (int in : new int[] {2, 6, 13, SegmentHead.SIZE, length / 2, length - 1}) {
                byte[] tampered = with(archive, all -> all[start + in] ^= 4);
                assertNoContent("segment " + segment + ", byte " + in, tampered);
                SegmentHead.setCrc(MemorySegment.ofArray(tampered).asSlice(start, length));
                if (in > 2) {
                    assertNoContent("segment " + segment + ", byte " + in + " and checksum", tampered);
                }
            }
        }
    }

    private static int segments() {
        return (closing - first + SEGMENT - 1) / SEGMENT;
    }

    /// Nothing is listed of an archive of whose index one leaf was changed.
    @Test
    void aByteOfAnyPartOfTheIndex() throws IOException {
        byte[] names = Files.readAllBytes(folder.resolve("names.ptar"));
        byte[] sound = run("-tf", folder.resolve("names.ptar").toString(), keyOf(KEY)).out;
        int refused = 0;
        for (int at = first + 999; at < names.length - ClosingMark.SIZE - header; at += SEGMENT) {
            names[at] ^= 1;
            Files.write(folder.resolve("t.ptar"), names);
            assertNothing("byte " + at, KEY, sound);
            refused += run("-tf", folder.resolve("t.ptar").toString(), keyOf(KEY)).exitCode == 0 ? 0 : 1;
            names[at] ^= 1;
        }
        assertTrue(refused > 2, "leaves in several segments: " + refused);
    }

    @Test
    void segmentsSwappedRepeatedAndOfAnotherArchive() throws IOException {
        for (int segment = 0; segment + 2 < segments(); segment++) {
            int at = segment;
            assertNoContent("swapped " + at, with(archive, all -> {
                put(archive, at, all, at + 1);
                put(archive, at + 1, all, at);
            }));
            assertNoContent("repeated " + at, with(archive, all -> put(archive, at, all, at + 1)));
            assertNoContent("of another " + at, with(archive, all -> put(other, at, all, at)));
        }
    }

    @Test
    void segmentsOfAnotherArchiveWithTheSamePassword() throws IOException {
        byte[] q = Files.readAllBytes(folder.resolve("q.ptar"));
        byte[] tampered = Files.readAllBytes(folder.resolve("p.ptar"));
        put(q, 3, tampered, 3);
        Files.write(folder.resolve("t.ptar"), tampered);
        byte[] sound = run("-tf", folder.resolve("p.ptar").toString(), keyOf("--password-file=pw")).out;
        assertNothing("same password", "--password-file=pw", sound);
    }

    /// Two runs, three segments each: padding, and the index in the last. No command appends yet.
    @Test
    void segmentsOfAnotherRun() throws IOException {
        try (MasterKey key = MasterKey.random(new SecureRandom())) {
            Header own = KeySlots.sealedHeader(
                    key, List.of(KeyFile.parse(Files.readAllBytes(folder.resolve("k")))));
            Forge forge = new Forge(own, key);
            appendRun(forge, "f");
            forge.close();
            appendRun(forge, "g");
            byte[] twoRuns = forge.close();
            Path file = folder.resolve("t.ptar");
            Files.write(file, twoRuns);
            Told sound = run("-tf", file.toString(), keyOf(KEY));
            assertEquals("g/\n", new String(sound.out, StandardCharsets.UTF_8), sound.err);
            int[] starts = forge.runs().stream().mapToInt(run -> own.length() + (int) run.offset()).toArray();
            int length = (int) forge.runs().getFirst().storedLength();
            for (int at = Run.PREAMBLE_SIZE; at < length; at += SEGMENT) {
                for (boolean back : new boolean[] {false, true}) {
                    byte[] moved = twoRuns.clone();
                    int from = starts[back ? 1 : 0] + at;
                    int to = starts[back ? 0 : 1] + at;
                    System.arraycopy(twoRuns, from, moved, to, Math.min(SEGMENT, length - at));
                    Files.write(file, moved);
                    assertNothing("segment at " + at + (back ? " back" : ""), KEY, sound.out);
                }
            }
            byte[] swapped = twoRuns.clone();
            System.arraycopy(twoRuns, starts[0], swapped, starts[1], length);
            System.arraycopy(twoRuns, starts[1], swapped, starts[0], length);
            assertNothing("runs swapped", swapped);
        }
    }

    /// A snapshot of one folder, behind two segments of padding.
    private static void appendRun(Forge forge, String name) throws IOException {
        List<Run> runs = forge.runs();
        Forge.ForgedRun run = forge.newRun();
        run.stored(FrameType.PADDING, new byte[2 * SegmentHead.PAYLOAD_SIZE]);
        Leaf.Builder builder = new Leaf.Builder(number -> null);
        builder.add(EntryPath.of(name), Metadata.of(
                EntryType.FOLDER, 0755, new Owner(0, 0, "", ""), new Timestamp(0, 0)), null);
        ByteWriter leaf = new ByteWriter(64);
        builder.writeTo(leaf);
        ByteWriter root = new ByteWriter(64);
        new Root(runs.size(), runs, 1, 0, 1, run.stored(FrameType.LEAF, leaf.toArray()), null).writeTo(root);
        run.end(run.stored(FrameType.ROOT, root.toArray()));
    }

    @Test
    void cutAtEveryBorderAndSegmentsDropped() throws IOException {
        for (int segment = 0; segment <= segments(); segment++) {
            int border = Math.min(closing, first + segment * SEGMENT);
            for (int length = border - 1; length <= border + 1; length++) {
                assertNothing("cut to " + length, Arrays.copyOf(archive, length));
            }
            if (segment < segments()) {
                assertNothing("dropped " + segment, without(border, Math.min(closing, border + SEGMENT)));
            }
        }
        for (int length : new int[] {header - 1, header, header + 1, closing + header, archive.length - 1}) {
            assertNothing("cut to " + length, Arrays.copyOf(archive, length));
        }
    }

    @Test
    void bytesBehindTheEnd() throws IOException {
        for (int more : new int[] {1, 64, ClosingMark.SIZE, SEGMENT}) {
            assertNothing(more + " more", Arrays.copyOf(archive, archive.length + more));
        }
    }
}
