package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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

/// What the command makes of encrypted archives that somebody has changed: from a file and from a pipe there is exit
/// code 2, an error, and no byte that is not the archive's own. `ptar.read.TamperTest` tries every place.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TamperIT {
    private static final int SEGMENT = SegmentHead.STORED_SIZE;
    private static final String NO_KEY = "ptar: %s: no key fits, or the header is damaged\n"
            + "ptar: Error is not recoverable: exiting now\n";

    @TempDir
    private static Path folder;

    private static byte[] archive;
    private static byte[] other;
    private static byte[] changedKeys;
    private static int header;
    private static int first;
    private static int closing;
    private static String content;

    @BeforeAll
    static void writeArchives() throws Exception {
        byte[] noise = new byte[3 * SEGMENT]; // does not compress: four segments at least
        new Random(1).nextBytes(noise);
        content = new String(noise, StandardCharsets.ISO_8859_1);
        Files.write(Files.createDirectory(folder.resolve("tree")).resolve("noise"), noise);
        Shell.prepare(folder, """
                ptar key new k; ptar key new k2; echo right > pw; echo wrong > wrong
                ptar --encrypt --key-file=k -cf a.ptar tree
                ptar --encrypt --key-file=k -cf b.ptar tree
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
        assertTrue(closing - first > 3 * SEGMENT);
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

    private static void read(String what, String file, String key) throws Exception {
        assertTold(what + ", file", Ptar.in(folder).run("-xOf", file, key, "tree/noise"), file);
        assertTold(what + ", pipe", Shell.run(folder, "cat " + file + " | ptar -xO " + key + " tree/noise"),
                "standard input");
    }

    private static void assertTold(String what, Ptar.Outcome outcome, String name) {
        String said = what + ": " + outcome.err();
        assertEquals(2, outcome.exitCode(), said);
        assertTrue(outcome.err().lines().allMatch(Shell::isMessage), said);
        assertTrue(content.startsWith(new String(outcome.outBytes(), StandardCharsets.ISO_8859_1)), said);
        if (what.startsWith("no key: ")) {
            assertEquals(NO_KEY.formatted(name), outcome.err(), what);
            assertEquals(0, outcome.outBytes().length, what);
        } else {
            assertTrue(outcome.err().startsWith("ptar: ") && outcome.err().contains(name + ": "), said);
        }
    }

    @Test
    void aChangedHeaderOpensNothing() throws Exception {
        read("no key: wrong password", "p.ptar", "--password-file=wrong");
        Map<String, byte[]> tampered = new LinkedHashMap<>();
        tampered.put("commitment", withHeader(all -> all.put(70, (byte) ~all.get(70))));
        tampered.put("slot", withHeader(all -> all.put(96 + 50, (byte) ~all.get(96 + 50))));
        tampered.put("MAC", withHeader(all -> all.put(header - 1, (byte) ~all.get(header - 1))));
        tampered.put("65 slots", withHeader(all -> all.putShort(58, (short) 65)));
        tampered.put("a terabyte for Argon2", withHeader(all -> all.put(96, (byte) 1).putInt(96 + 24, 1 << 30)
                .putInt(96 + 28, 4).putInt(96 + 32, 1)));
        tampered.put("older header in front", with(changedKeys, all -> System.arraycopy(archive, 0, all, 0, header)));
        for (Map.Entry<String, byte[]> each : tampered.entrySet()) {
            Files.write(folder.resolve("t.ptar"), each.getValue());
            if (each.getKey().startsWith("older")) {
                // From a pipe it is met behind all content, which is the archive's own.
                assertTold("no key: " + each.getKey(), Ptar.in(folder).run("-xOf", "t.ptar", "--key-file=k"), "t.ptar");
                read(each.getKey(), "t.ptar", "--key-file=k");
            } else {
                read("no key: " + each.getKey(), "t.ptar", "--key-file=k");
            }
        }
        byte[] p = Files.readAllBytes(folder.resolve("p.ptar"));
        for (int at : new int[] {96 + 40, p.length - ClosingMark.SIZE - header + 96 + 40}) {
            p[at] ^= 1;
        }
        Files.write(folder.resolve("t.ptar"), p);
        read("no key: damaged slot of a password", "t.ptar", "--password-file=pw");
    }

    @Test
    void whatIsNotInItsPlaceIsNotRead() throws Exception {
        Map<String, byte[]> tampered = new LinkedHashMap<>();
        tampered.put("a byte", with(archive, all -> all[first + SEGMENT + 999] ^= 1));
        tampered.put("swapped", with(archive, all -> {
            put(archive, 1, all, 2);
            put(archive, 2, all, 1);
        }));
        tampered.put("repeated", with(archive, all -> put(archive, 0, all, 1)));
        tampered.put("dropped", without(first + SEGMENT, first + 2 * SEGMENT));
        tampered.put("from another archive", with(archive, all -> put(other, 1, all, 1)));
        tampered.put("run of another", with(archive, all -> System.arraycopy(
                other, header, all, header, closing - header)));
        tampered.put("closing mark of another", with(archive, all -> System.arraycopy(
                other, all.length - 128, all, all.length - 128, 128)));
        tampered.put("cut at a border", Arrays.copyOf(archive, first + 2 * SEGMENT));
        tampered.put("cut before a border", Arrays.copyOf(archive, first + 2 * SEGMENT - 1));
        tampered.put("cut behind a border", Arrays.copyOf(archive, first + 2 * SEGMENT + 1));
        tampered.put("without its closing", Arrays.copyOf(archive, closing));
        tampered.put("without its last byte", Arrays.copyOf(archive, archive.length - 1));
        tampered.put("a byte more", Arrays.copyOf(archive, archive.length + 1));
        tampered.put("older header at the end", with(changedKeys, all -> System.arraycopy(
                archive, 0, all, closing, header)));
        for (Map.Entry<String, byte[]> each : tampered.entrySet()) {
            Files.write(folder.resolve("t.ptar"), each.getValue());
            read(each.getKey(), "t.ptar", "--key-file=k");
        }
    }
}
