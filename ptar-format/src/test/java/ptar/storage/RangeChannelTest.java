package ptar.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeChannelTest {
    /// Bytes in memory that are as slow as a network.
    private static final class SlowSource implements RangeSource {
        private final byte[] content;
        private final AtomicInteger inFlight = new AtomicInteger();
        private final AtomicInteger mostInFlight = new AtomicInteger();
        private final long failsAt;

        SlowSource(byte[] content, long failsAt) {
            this.content = content;
            this.failsAt = failsAt;
        }

        @Override
        public String name() {
            return "slow";
        }

        @Override
        public int parallelReads() {
            return 4;
        }

        @Override
        public Suffix readSuffix(int atMost) {
            return new Suffix(content.length, ByteBuffer.allocate(0));
        }

        @Override
        public void read(MemorySegment target, long offset) throws IOException {
            mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            try {
                Thread.sleep(40);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            inFlight.decrementAndGet();
            if (offset <= failsAt && failsAt < offset + target.byteSize()) {
                throw new IOException("broken at " + failsAt);
            }
            MemorySegment.copy(MemorySegment.ofArray(content), offset, target, 0, target.byteSize());
        }

        @Override
        public void close() {
        }
    }

    private static byte[] content(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4 << 20, (4 << 20) + 1, 41_000_003})
    void readsEverythingInOrderAndAhead(int length) throws Exception {
        byte[] content = content(length);
        SlowSource source = new SlowSource(content, -1);
        try (InputStream in = Channels.newInputStream(new RangeChannel(source))) {
            assertArrayEquals(content, in.readAllBytes());
            assertEquals(-1, in.read());
        }
        assertTrue(length < 20 << 20 || source.mostInFlight.get() >= 3, () -> "at once: " + source.mostInFlight);
    }

    @Test
    void failsWhereTheSourceDoes() throws Exception {
        try (RangeChannel channel = new RangeChannel(new SlowSource(content(10 << 20), 9 << 20))) {
            ByteBuffer into = ByteBuffer.allocate(10 << 20);
            IOException failure = assertThrows(IOException.class, () -> {
                while (channel.read(into) >= 0) {
                    // Until it fails.
                }
            });
            assertEquals("broken at " + (9 << 20), failure.getMessage());
            assertEquals(8 << 20, into.position());
        }
    }

    @Test
    void canBeClosedInTheMiddle() throws Exception {
        RangeChannel channel = new RangeChannel(new SlowSource(content(30 << 20), -1));
        channel.read(ByteBuffer.allocate(10));
        channel.close();
        channel.close();
    }

    @Test
    void handsAnErrorToTheReader() throws IOException {
        RangeSource source = new RangeSource() {
            @Override
            public String name() {
                return "too large";
            }

            @Override
            public Suffix readSuffix(int atMost) {
                return new Suffix(100, ByteBuffer.allocate(0));
            }

            @Override
            public void read(MemorySegment target, long offset) {
                throw new OutOfMemoryError("as if");
            }

            @Override
            public void close() {}
        };
        try (RangeChannel channel = new RangeChannel(source)) {
            assertTimeoutPreemptively(Duration.ofSeconds(30), () ->
                    assertThrows(OutOfMemoryError.class, () -> channel.read(ByteBuffer.allocate(10))));
        }
    }
}
