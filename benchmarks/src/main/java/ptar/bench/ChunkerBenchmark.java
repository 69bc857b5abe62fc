package ptar.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import ptar.chunk.Chunker;
import ptar.chunk.GearTable;

/// FastCDC over a MiB of random bytes in direct memory, some 14 chunks.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
@State(Scope.Thread)
public class ChunkerBenchmark {
    private static final int LENGTH = 1 << 20;

    private Arena arena;
    private MemorySegment data;
    private Chunker chunker;

    @Setup
    public void setUp() {
        Random random = new Random(1);
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        arena = Arena.ofShared();
        data = arena.allocate(LENGTH);
        data.copyFrom(MemorySegment.ofArray(bytes));
        byte[] gear = new byte[GearTable.SIZE * Long.BYTES];
        random.nextBytes(gear);
        chunker = new Chunker(Chunker.Limits.DEFAULT, new GearTable(gear));
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
    public int cut(Counter counter) {
        int chunks = 0;
        for (int position = 0; position < LENGTH; chunks++) {
            position += chunker.cut(data, position, LENGTH - position, true);
        }
        counter.megabytes += LENGTH / 1e6;
        return chunks;
    }
}
