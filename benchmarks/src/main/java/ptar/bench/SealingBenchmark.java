package ptar.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import ptar.crypto.CryptoProvider;
import ptar.crypto.MasterKey;
import ptar.crypto.SegmentCipher;
import ptar.layout.Suite;

/// Sealing and opening of whole segments, 65,504 bytes of payload, by suite and provider.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
@State(Scope.Thread)
public class SealingBenchmark {
    private static final int PAYLOAD = 65_504;
    private static final int INDEX_OFFSET = 8;

    @Param
    private Contender contender;

    private long index;
    private Arena arena;
    private SegmentCipher cipher;
    private MemorySegment work;
    private MemorySegment sealed;

    public enum Contender {
        PLAIN(Suite.PLAIN, "bc"),
        CONSCRYPT(Suite.AES_256_GCM_SIV, "conscrypt"),
        BOUNCY_CASTLE(Suite.AES_256_GCM_SIV, "bc");

        private final Suite suite;
        private final String provider;

        Contender(Suite suite, String provider) {
            this.suite = suite;
            this.provider = provider;
        }
    }

    @Setup
    public void setUp() {
        System.setProperty(CryptoProvider.PROPERTY, contender.provider);
        try (MasterKey key = MasterKey.random(new SecureRandom())) {
            cipher = SegmentCipher.forRun(contender.suite, key, new byte[MasterKey.SALT_SIZE], 0);
        }
        arena = Arena.ofShared();
        work = arena.allocate(1 << 16);
        sealed = arena.allocate(1 << 16);
        cipher.seal(sealed, PAYLOAD);
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        cipher.close();
        arena.close();
    }

    /// Counts, so that a table of results needs no arithmetic.
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Counter {
        /// Million bytes of payload.
        public double megabytes;
    }

    @Benchmark
    public void seal(Counter counter) {
        work.set(ValueLayout.JAVA_LONG, INDEX_OFFSET, index++);
        cipher.seal(work, PAYLOAD);
        counter.megabytes += PAYLOAD / 1e6;
    }

    /// With the copy that brings the sealed bytes back, which costs some 3 µs.
    @Benchmark
    public boolean open(Counter counter) {
        work.copyFrom(sealed);
        counter.megabytes += PAYLOAD / 1e6;
        return cipher.open(work, PAYLOAD);
    }
}
