package ptar.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.digests.Blake3Digest;
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
import ptar.hash.Blake3;

/// BLAKE3 over one input after another. ptar's reads direct memory, as it does when it writes an archive; the others
/// only take arrays. The options of the JVM are the launcher's that matter here.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {
    "-XX:+UseSerialGC", "-XX:ObjectAlignmentInBytes=32", "-XX:LoopPercentProfileLimit=70",
    "-XX:+UnlockDiagnosticVMOptions", "-XX:SuperWordAutomaticAlignment=0",
    "-XX:CompileCommand=dontinline,ptar.hash.Blake3Lanes::*"})
@State(Scope.Thread)
public class Blake3Benchmark {
    @Param
    private Contender contender;

    @Param({"100", "2048", "20480", "65536", "71680", "1048576"})
    private int length;

    private final byte[] out = new byte[Blake3.HASH_SIZE];
    private Arena arena;
    private Hashing hashing;

    public enum Contender { PTAR, BOUNCY_CASTLE, COMMONS_CODEC }

    private interface Hashing {
        void hash();
    }

    @Setup
    public void setUp() {
        byte[] in = new byte[length];
        new Random(1).nextBytes(in);
        arena = Arena.ofShared();
        hashing = switch (contender) {
            case PTAR -> {
                MemorySegment direct = arena.allocate(length);
                direct.copyFrom(MemorySegment.ofArray(in));
                Blake3 hasher = Blake3.hasher();
                yield () -> hasher.update(direct, 0, length).finish(out, 0);
            }
            case BOUNCY_CASTLE -> {
                Blake3Digest digest = new Blake3Digest();
                yield () -> {
                    digest.update(in, 0, length);
                    digest.doFinal(out, 0);
                };
            }
            case COMMONS_CODEC -> {
                var hasher = org.apache.commons.codec.digest.Blake3.initHash();
                yield () -> hasher.reset().update(in).doFinalize(out);
            }
        };
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    /// Counts, so that a table of results needs no arithmetic.
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Counter {
        public double megabytes;
    }

    @Benchmark
    public byte[] hash(Counter counter) {
        hashing.hash();
        counter.megabytes += length / 1e6;
        return out;
    }
}
