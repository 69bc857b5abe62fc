package ptar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.error.CorruptArchiveException;
import ptar.error.WrongKeyException;
import ptar.layout.ClosingMark;
import ptar.layout.Header;
import ptar.layout.Run;
import ptar.tree.Bytes;

class HeaderRewriteTest {
    private static final String NAME = "a.ptar";
    private static final int H = 4096;
    private static final int RUN = 8192;

    @TempDir
    private Path folder;

    private final MasterKey key = MasterKey.random(new SecureRandom());
    private final KeyFile first = KeyFile.random();
    private final KeyFile second = KeyFile.random();
    private final Header old = KeySlots.sealedHeader(key, List.of(first));
    private Header changed;
    private byte[] before;
    private byte[] after;

    /// Two creates or appends, the first of two runs: closings behind the second run and the third.
    private final List<Run> runs = List.of(run(0, 0), run(1, RUN), run(2, 2 * RUN + H + ClosingMark.SIZE));

    private void prepare() throws IOException {
        changed = KeySlots.replace(old, key, 0, second, NAME);
        before = archive(old);
        after = archive(changed);
    }

    @Test
    void everyCopyIsReplacedAndNothingElse() throws IOException {
        prepare();
        Path file = Files.write(folder.resolve(NAME), before);
        try (FileChannel channel = open(file)) {
            HeaderRewrite.rewrite(channel, NAME, old, changed, runs);
        }
        assertArrayEquals(after, Files.readAllBytes(file));
    }

    /// The bytes in the order in which they reach the disk: stopped behind any of them, the ends agree or the repair
    /// brings them to agree, on the old header or the new one and never on a third, and some secret opens it.
    @Test
    void stoppedAnywhereTheArchiveIsRepaired() throws IOException {
        prepare();
        List<Integer> places = List.of(2 * RUN + H, 3 * RUN + 2 * H + ClosingMark.SIZE, 0);
        for (int written = 0; written <= 3 * H; written += written % H < 224 || written % H > H - 40 ? 8 : 512) {
            byte[] stopped = before.clone();
            for (int i = 0; i < places.size(); i++) {
                int bytes = Math.clamp(written - i * H, 0, H);
                System.arraycopy(after, places.get(i), stopped, places.get(i), bytes);
            }
            Path file = Files.write(folder.resolve(NAME), stopped);
            try (FileChannel channel = open(file)) {
                Header repaired = HeaderRewrite.repair(channel, NAME, List.of(first, second)).header();
                boolean lastIsWhole = Arrays.equals(changed.toBytes(), at(stopped, places.get(1)));
                assertEquals(lastIsWhole ? changed : old, repaired, "after " + written + " bytes");
                byte[] now = Files.readAllBytes(file);
                assertArrayEquals(repaired.toBytes(), at(now, 0));
                assertArrayEquals(repaired.toBytes(), at(now, places.get(1)));
                HeaderRewrite.rewrite(channel, NAME, repaired, changed, runs);
            }
            assertArrayEquals(after, Files.readAllBytes(file));
        }
    }

    @Test
    void anOlderHeaderAtEitherEndLosesToTheNewer() throws IOException {
        prepare();
        for (int place : new int[] {0, 3 * RUN + 2 * H + ClosingMark.SIZE}) {
            byte[] tampered = after.clone();
            System.arraycopy(old.toBytes(), 0, tampered, place, H);
            Path file = Files.write(folder.resolve(NAME), tampered);
            try (FileChannel channel = open(file)) {
                // The old secret finds the master key, and the newer header is still the one that stays.
                assertEquals(changed, HeaderRewrite.repair(channel, NAME, List.of(first)).header());
            }
            assertArrayEquals(after, Files.readAllBytes(file));
        }
    }

    @Test
    void repairNeedsAKeyAndAWholeHeader() throws IOException {
        prepare();
        byte[] damaged = after.clone();
        damaged[200] ^= 1;
        damaged[3 * RUN + 2 * H + ClosingMark.SIZE + 300] ^= 1;
        Path file = Files.write(folder.resolve(NAME), damaged);
        try (FileChannel channel = open(file); KeyFile stranger = KeyFile.random()) {
            assertThrows(WrongKeyException.class, () -> HeaderRewrite.repair(channel, NAME, List.of(second)));
            channel.write(ByteBuffer.wrap(changed.toBytes()), 0);
            assertThrows(WrongKeyException.class, () -> HeaderRewrite.repair(channel, NAME, List.of(stranger)));
            assertEquals(changed, HeaderRewrite.repair(channel, NAME, List.of(second)).header());
        }
        assertArrayEquals(after, Files.readAllBytes(file));
        Files.write(file, new byte[] {0}, StandardOpenOption.APPEND);
        try (FileChannel channel = open(file)) {
            assertThrows(CorruptArchiveException.class, () -> HeaderRewrite.repair(channel, NAME, List.of(second)));
        }
    }

    @Test
    void refusesToOverwriteWhatItHasNotRead() throws IOException {
        prepare();
        Path file = Files.write(folder.resolve(NAME), after);
        try (FileChannel channel = open(file)) {
            IOException e = assertThrows(IOException.class,
                    () -> HeaderRewrite.rewrite(channel, NAME, old, changed, runs));
            assertTrue(e.getMessage().contains("in the meantime"), e.getMessage());
            List<Run> wrong = List.of(run(0, 0), run(1, RUN + 64), runs.get(2));
            assertThrows(IOException.class, () -> HeaderRewrite.rewrite(channel, NAME, changed, old, wrong));
        }
        assertArrayEquals(after, Files.readAllBytes(file));
    }

    @Test
    void oneProgramAtATime() throws IOException {
        prepare();
        Path file = Files.write(folder.resolve(NAME), before);
        try (FileChannel channel = open(file); FileChannel other = open(file); var lock = other.lock()) {
            assertTrue(lock.isValid());
            assertThrows(IOException.class, () -> HeaderRewrite.rewrite(channel, NAME, old, changed, runs));
        }
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    private static byte[] at(byte[] archive, int place) {
        return Arrays.copyOfRange(archive, place, place + H);
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static Run run(int index, int offset) {
        return new Run(index, offset, RUN, Bytes.wrap(new byte[32]));
    }

    /// Runs of no meaning; headers and closing marks that are right.
    private byte[] archive(Header header) {
        int length = 3 * RUN + 3 * H + 2 * ClosingMark.SIZE;
        ByteBuffer out = ByteBuffer.allocate(length);
        header.writeTo(out);
        out.put(filled(RUN, 1)).put(filled(RUN, 2));
        header.writeTo(out);
        mark(2 * RUN + 2 * H + ClosingMark.SIZE, runs.get(1)).writeTo(out);
        out.put(filled(RUN, 3));
        header.writeTo(out);
        mark(length, runs.get(2)).writeTo(out);
        return out.array();
    }

    private ClosingMark mark(int length, Run last) {
        ClosingMark unsigned = new ClosingMark(length, H, last, Bytes.EMPTY);
        return new ClosingMark(length, H, last, Bytes.wrap(key.closingMac(ByteBuffer.wrap(unsigned.macInput()))));
    }

    private static byte[] filled(int length, int with) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) with);
        return bytes;
    }
}
