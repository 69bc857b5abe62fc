package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ptar.layout.ClosingMark;
import ptar.layout.Run;
import ptar.layout.SegmentHead;

/// What the command makes of encrypted archives that somebody has changed, from a file and from a pipe: exit code 2, an
/// error, and of the plaintext just what spec §13.1 says. Of a file nothing, if its headers, its end or its root are
/// not authentic; else the files that the change did not touch. Of a pipe the files that are whole.
/// `ptar.read.TamperTest` tries every place.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TamperIT {
    private static final int SEGMENT = SegmentHead.STORED_SIZE;
    /// Does not compress, and leaves no room in a block of 1 MiB for a chunk of the next file.
    private static final int FILE_SIZE = 1_040_000;
    private static final String NOTHING = "";
    private static final String ALL = "one two word";
    private static final String NO_KEY = "ptar: %s: no key fits, or the header is damaged ("
            + "'ptar key ls' shows what opens it)\n"
            + "ptar: Error is not recoverable: exiting now\n";

    @TempDir
    private static Path folder;

    private static byte[] archive;
    private static byte[] other;
    private static byte[] changedKeys;
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
        Shell.prepare(folder, """
                ptar key new k; ptar key new k2; echo right > pw; echo wrong > wrong
                ptar --encrypt --key-file=k --block-size=1M -cf a.ptar tree
                ptar --encrypt --key-file=k --block-size=1M -cf b.ptar tree
                ptar --encrypt --password-file=pw -cf p.ptar tree
                cp a.ptar changed.ptar
                ptar key add changed.ptar --key-file=k --new-key-file=k2
                """);
        archive = Files.readAllBytes(folder.resolve("a.ptar"));
        other = Files.readAllBytes(folder.resolve("b.ptar"));
        changedKeys = Files.readAllBytes(folder.resolve("changed.ptar"));
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

    /// @param fromFile the files that come out when it is read as a file
    /// @param fromPipe the same of a pipe
    private static void read(String what, byte[] tampered, String key, String fromFile, String fromPipe)
            throws Exception {
        Files.write(folder.resolve("t.ptar"), tampered);
        String options = " " + key;
        assertTold(what + ", file", "t.ptar", fromFile, "ptar -xf t.ptar -C out" + options,
                "ptar -xOf t.ptar" + options);
        assertTold(what + ", pipe", "standard input", fromPipe, "cat t.ptar | ptar -x -C out" + options,
                "cat t.ptar | ptar -xO" + options);
        Ptar.Outcome listed = Ptar.in(folder).run("-tf", "t.ptar", key);
        assertEquals(fromFile.equals(NOTHING), listed.out().isEmpty(), what + ", listed: " + listed.out());
    }

    private static void assertTold(String what, String name, String expected, String extract, String print)
            throws Exception {
        Ptar.Outcome outcome = Shell.run(folder, "rm -rf out; mkdir out; " + extract);
        Ptar.Outcome printed = Shell.run(folder, print);
        for (Ptar.Outcome each : new Ptar.Outcome[] {outcome, printed}) {
            String said = what + ": " + each.err();
            assertEquals(2, each.exitCode(), said);
            assertTrue(each.err().lines().allMatch(Shell::isMessage), said);
            if (what.startsWith("no key: ")) {
                assertEquals(NO_KEY.formatted(name), each.err(), what);
            } else {
                assertTrue(each.err().startsWith("ptar: ") && each.err().contains(name + ": "), said);
            }
            if (expected.equals(NOTHING) && name.equals("t.ptar")) {
                assertEquals(2, each.err().lines().count(), "one error, and tar's last line: " + said);
            }
        }
        String said = what + ": " + outcome.err();
        assertEquals(expected, Shell.run(folder, "cd out; find . -type f -printf '%f\\n' | sort | xargs").out().strip(),
                said);
        assertEquals("", Shell.run(folder, "cd out; find . -type f -exec cmp {} ../{} ';'").out(), said);
        byte[] content = Shell.run(folder, "cd tree; [ -z \"$1\" ] || cat $1", expected).outBytes();
        assertArrayEquals(content, printed.outBytes(), said);
    }

    @Test
    void aChangedHeaderOpensNothing() throws Exception {
        byte[] p = Files.readAllBytes(folder.resolve("p.ptar"));
        read("no key: wrong password", p, "--password-file=wrong", NOTHING, NOTHING);
        Map<String, byte[]> tampered = new LinkedHashMap<>();
        tampered.put("commitment", withHeader(all -> all.put(70, (byte) ~all.get(70))));
        tampered.put("slot", withHeader(all -> all.put(96 + 50, (byte) ~all.get(96 + 50))));
        tampered.put("MAC", withHeader(all -> all.put(header - 1, (byte) ~all.get(header - 1))));
        tampered.put("65 slots", withHeader(all -> all.putShort(58, (short) 65)));
        tampered.put("a terabyte for Argon2", withHeader(all -> all.put(96, (byte) 1).putInt(96 + 24, 1 << 30)
                .putInt(96 + 28, 4).putInt(96 + 32, 1)));
        for (Map.Entry<String, byte[]> each : tampered.entrySet()) {
            read("no key: " + each.getKey(), each.getValue(), "--key-file=k", NOTHING, NOTHING);
        }
        for (int at : new int[] {96 + 40, p.length - ClosingMark.SIZE - header + 96 + 40}) {
            p[at] ^= 1;
        }
        read("no key: damaged slot of a password", p, "--password-file=pw", NOTHING, NOTHING);
    }

    /// A pipe brings it behind all content, which is the archive's own.
    @Test
    void anOlderHeaderPutBackOpensNothing() throws Exception {
        for (int place : new int[] {0, closing}) {
            byte[] tampered = with(changedKeys, all -> System.arraycopy(archive, 0, all, place, header));
            read("older header at " + place, tampered, "--key-file=k", NOTHING, ALL);
            assertEquals(NO_KEY.formatted("t.ptar"), Ptar.in(folder).run("-tf", "t.ptar", "--key-file=k").err());
        }
    }

    /// In the content of `one`, which is the first block: the other files lie in the second.
    @Test
    void aFileWithASegmentThatIsNotItsOwnDoesNotComeOut() throws Exception {
        Map<String, byte[]> tampered = new LinkedHashMap<>();
        tampered.put("a byte", with(archive, all -> all[first + SEGMENT + 999] ^= 1));
        tampered.put("swapped", with(archive, all -> {
            put(archive, 1, all, 2);
            put(archive, 2, all, 1);
        }));
        tampered.put("repeated", with(archive, all -> put(archive, 0, all, 1)));
        tampered.put("from another archive", with(archive, all -> put(other, 1, all, 1)));
        for (Map.Entry<String, byte[]> each : tampered.entrySet()) {
            read(each.getKey(), each.getValue(), "--key-file=k", "two word", "two word");
        }
    }

    @Test
    void nothingComesOutOfAFileWhoseEndOrLengthIsNotItsOwn() throws Exception {
        int inTwo = first + 20 * SEGMENT;
        read("dropped", without(inTwo, inTwo + SEGMENT), "--key-file=k", NOTHING, "one");
        read("run of another", with(archive, all -> System.arraycopy(
                other, header, all, header, closing - header)), "--key-file=k", NOTHING, NOTHING);
        read("cut at a border", Arrays.copyOf(archive, inTwo), "--key-file=k", NOTHING, "one");
        read("cut before a border", Arrays.copyOf(archive, inTwo - 1), "--key-file=k", NOTHING, "one");
        read("cut behind a border", Arrays.copyOf(archive, inTwo + 1), "--key-file=k", NOTHING, "one");
        read("root", with(archive, all -> all[closing - SegmentHead.TAG_SIZE - 100] ^= 1), "--key-file=k", NOTHING,
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
            read(each.getKey(), each.getValue(), "--key-file=k", NOTHING, ALL);
        }
    }

    /// From a file: what lies before the change has been written when it is met. The exit code tells.
    @Test
    void whatIsPrintedOfAFileEndsBeforeTheBlockThatIsNotItsOwn() throws Exception {
        Shell.prepare(folder, """
                mkdir long; cat tree/one tree/two tree/one > long/file
                ptar --key-file=k --block-size=1M -cf l.ptar long
                """);
        byte[] changed = Files.readAllBytes(folder.resolve("l.ptar"));
        changed[first + 20 * SEGMENT] ^= 1;
        Files.write(folder.resolve("l.ptar"), changed);

        Ptar.Outcome printed = Ptar.in(folder).run("-xOf", "l.ptar", "--key-file=k");
        assertEquals(2, printed.exitCode());
        assertEquals(1, printed.err().lines().filter(line -> line.contains(" is damaged")).count(), printed.err());
        byte[] one = Files.readAllBytes(folder.resolve("tree/one"));
        assertTrue(printed.outBytes().length < one.length + SEGMENT * 4, "nothing of the block that was changed");
        byte[] content = Files.readAllBytes(folder.resolve("long/file"));
        assertArrayEquals(Arrays.copyOf(content, printed.outBytes().length), printed.outBytes());
        Shell.run(folder, "mkdir longs");
        assertEquals(2, Ptar.in(folder).run("-xf", "l.ptar", "--key-file=k", "-C", "longs").exitCode());
        assertEquals("", Shell.run(folder, "find longs -type f").out());
    }
}
