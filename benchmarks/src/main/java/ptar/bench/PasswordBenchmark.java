package ptar.bench;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ptar.crypto.Argon2Cost;
import ptar.crypto.MasterKey;
import ptar.crypto.Password;

/// One password into a key-encryption key at the cost that writers use: 256 MiB, 4 passes, 1 lane. A command does it
/// once, so the first time in a JVM is what counts. To compare with the reference program:
/// `echo -n x | argon2 ptarsalt16bytes! -id -t 4 -k 262144 -p 1 -l 32`, which prints its seconds.
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(value = 5, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx600m"})
@State(Scope.Benchmark)
public class PasswordBenchmark {
    private static final int KEK_SIZE = 32;

    @Param
    private Contender contender;

    public enum Contender { PTAR, BOUNCY_CASTLE }

    @Benchmark
    public Object derive() {
        byte[] password = "correct horse battery staple".getBytes(StandardCharsets.US_ASCII);
        return switch (contender) {
            case PTAR -> {
                try (MasterKey key = MasterKey.plain(); Password ours = Password.wrap(password)) {
                    yield ours.wrap(key);
                }
            }
            case BOUNCY_CASTLE -> {
                byte[] salt = new byte[16];
                new SecureRandom().nextBytes(salt);
                Argon2Cost cost = Argon2Cost.DEFAULT;
                Argon2BytesGenerator generator = new Argon2BytesGenerator();
                generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id).withSalt(salt)
                        .withMemoryAsKB(cost.memoryKib()).withIterations(cost.passes()).withParallelism(cost.lanes())
                        .build());
                byte[] kek = new byte[KEK_SIZE];
                generator.generateBytes(password, kek);
                yield kek;
            }
        };
    }
}
