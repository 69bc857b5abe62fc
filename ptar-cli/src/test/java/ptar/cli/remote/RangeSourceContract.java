package ptar.cli.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import ptar.storage.RangeSource;
import ptar.storage.RangeSource.Range;
import ptar.storage.RangeSource.Suffix;

/// What every range source does, wherever the bytes are.
public interface RangeSourceContract {
    /// Puts bytes where the source reads them, and opens it.
    RangeSource open(byte[] content) throws Exception;

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    default void readsTheEndAndTellsTheLength() throws Exception {
        byte[] content = bytes(100_000);
        try (RangeSource source = open(content)) {
            Suffix suffix = source.readSuffix(1000);
            assertEquals(100_000, suffix.length());
            assertEquals(1000, suffix.bytes().remaining());
            assertArrayEquals(Arrays.copyOfRange(content, 99_000, 100_000), toArray(suffix));
        }
    }

    @Test
    default void readsAllOfAShortSourceAsItsEnd() throws Exception {
        byte[] content = bytes(700);
        try (RangeSource source = open(content)) {
            Suffix suffix = source.readSuffix(1 << 20);
            assertEquals(700, suffix.length());
            assertArrayEquals(content, toArray(suffix));
        }
    }

    @Test
    default void readsNothingFromAnEmptySource() throws Exception {
        try (RangeSource source = open(new byte[0])) {
            Suffix suffix = source.readSuffix(1000);
            assertEquals(0, suffix.length());
            assertEquals(0, suffix.bytes().remaining());
            assertThrows(EOFException.class, () -> source.read(MemorySegment.ofArray(new byte[1]), 0));
        }
    }

    @Test
    default void readsRangesUpToTheLastByteAndNotBeyond() throws Exception {
        byte[] content = bytes(100_000);
        try (RangeSource source = open(content); Arena arena = Arena.ofShared()) {
            source.readSuffix(10);
            MemorySegment target = arena.allocate(500);
            source.read(target, 99_500);
            assertArrayEquals(
                    Arrays.copyOfRange(content, 99_500, 100_000), target.toArray(ValueLayout.JAVA_BYTE));
            source.read(target, 0);
            assertArrayEquals(Arrays.copyOf(content, 500), target.toArray(ValueLayout.JAVA_BYTE));
            assertThrows(EOFException.class, () -> source.read(target, 99_501));
            assertThrows(EOFException.class, () -> source.read(target, 1_000_000));
        }
    }

    @Test
    default void readsRangesWithoutAskingForTheEndFirst() throws Exception {
        byte[] content = bytes(10_000);
        try (RangeSource source = open(content)) {
            byte[] target = new byte[10];
            source.read(MemorySegment.ofArray(target), 5);
            assertArrayEquals(Arrays.copyOfRange(content, 5, 15), target);
            assertThrows(EOFException.class, () -> source.read(MemorySegment.ofArray(target), 9_995));
        }
    }

    @Test
    default void handsOverEveryRangeOnceHoweverTheyLie() throws Exception {
        byte[] content = bytes(18 << 20);
        long[][] wanted = {
            {17 << 20, 1 << 20}, {0, 100}, {50, 100}, {100, 0}, {200, 300}, {2 << 20, 9 << 20}, {3 << 20, 10},
            {(12 << 20) + 5, 7}, {12 << 20, 1 << 19}, {0, 100}, {(18 << 20) - 1, 1}
        };
        try (RangeSource source = open(content); Arena arena = Arena.ofShared()) {
            List<Range> ranges = new ArrayList<>();
            for (long[] w : wanted) {
                ranges.add(new Range(w[0], arena.allocate(Math.max(1, w[1])).asSlice(0, w[1])));
            }
            ConcurrentLinkedQueue<Range> arrived = new ConcurrentLinkedQueue<>();
            source.readAll(ranges, range -> {
                int from = (int) range.offset();
                assertArrayEquals(
                        Arrays.copyOfRange(content, from, from + (int) range.target().byteSize()),
                        range.target().toArray(ValueLayout.JAVA_BYTE));
                arrived.add(range);
            });
            assertEquals(ranges.size(), arrived.size());
            assertTrue(arrived.containsAll(ranges));
        }
    }

    @Test
    default void endsWithTheReceiversFailure() throws Exception {
        byte[] content = bytes(3 << 20);
        try (RangeSource source = open(content)) {
            List<Range> ranges = List.of(
                    new Range(0, MemorySegment.ofArray(new byte[10])),
                    new Range(2 << 20, MemorySegment.ofArray(new byte[10])));
            AtomicInteger calls = new AtomicInteger();
            IOException failure = assertThrows(IOException.class, () -> source.readAll(ranges, _ -> {
                if (calls.incrementAndGet() == 1) {
                    throw new IOException("disk full");
                }
            }));
            assertEquals("disk full", failure.getMessage());
        }
    }

    @Test
    default void servesSeveralThreads() throws Exception {
        byte[] content = bytes(1 << 20);
        try (RangeSource source = open(content)) {
            source.readSuffix(1);
            ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int offset = i * 1000;
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        byte[] target = new byte[5000];
                        source.read(MemorySegment.ofArray(target), offset);
                        assertArrayEquals(Arrays.copyOfRange(content, offset, offset + 5000), target);
                    } catch (IOException | AssertionError e) {
                        failures.add(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), List.copyOf(failures));
        }
    }

    @Test
    default void canBeClosedTwice() throws Exception {
        RangeSource source = open(bytes(10));
        source.readSuffix(10);
        source.close();
        source.close();
    }

    private static byte[] toArray(Suffix suffix) {
        byte[] bytes = new byte[suffix.bytes().remaining()];
        suffix.bytes().duplicate().get(bytes);
        return bytes;
    }
}
