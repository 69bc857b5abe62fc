package ptar.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.junit.jupiter.api.Test;

class Argon2idTest {
    @Test
    void givesTheAnswerOfRfc9106() {
        assertEquals("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659", rfcTag());
    }

    @Test
    void givesTheKnownAnswerOfTheReferenceProgram() throws Exception {
        Path kat = Vectors.file("argon2id-kat.txt");
        String tagLine = Files.readAllLines(kat).stream().filter(line -> line.startsWith("Tag:")).toList().getLast();
        assertEquals(tagLine.substring(4).replace(" ", "").strip(), rfcTag());
    }

    private static String rfcTag() {
        byte[] tag = Argon2id.hash(repeat(1, 32), repeat(2, 16), repeat(3, 8), repeat(4, 12), 32, 3, 4, 32);
        return HexFormat.of().formatHex(tag);
    }

    /// Agreed by the reference C program and BouncyCastle, at the cost that writers use.
    @Test
    void givesTheAgreedAnswerAt256MebibytesAnd4Passes() {
        byte[] key = Argon2id.hash("correct horse battery staple".getBytes(StandardCharsets.US_ASCII),
                "ptarsalt16bytes!".getBytes(StandardCharsets.US_ASCII), 262_144, 4, 1, 32);
        assertEquals("b8bfe9df9d1f34dd17434b50281c9b2e6453823b17ccfd21573b50b2421b0999",
                HexFormat.of().formatHex(key));
    }

    @Test
    void agreesWithBouncyCastleOnRandomParameters() {
        Random random = new Random(20261122);
        for (int i = 0; i < 300; i++) {
            int lanes = 1 + random.nextInt(i % 3 == 0 ? 16 : 3);
            int memory = 8 * lanes + random.nextInt(i % 10 == 0 ? 3000 : 200);
            int passes = 1 + random.nextInt(4);
            int length = 4 + random.nextInt(300);
            byte[] password = bytes(random, random.nextInt(200));
            byte[] salt = bytes(random, 8 + random.nextInt(150));
            byte[] secret = bytes(random, random.nextInt(40));
            byte[] data = bytes(random, random.nextInt(40));
            String parameters = "m=%d t=%d p=%d length=%d, trial %d".formatted(memory, passes, lanes, length, i);
            assertEquals(
                    HexFormat.of().formatHex(
                            bouncyCastle(password, salt, secret, data, memory, passes, lanes, length)),
                    HexFormat.of().formatHex(
                            Argon2id.hash(password, salt, secret, data, memory, passes, lanes, length)),
                    parameters);
        }
    }

    @Test
    void refusesLessThanEightBlocksALane() {
        assertThrows(IllegalArgumentException.class, () -> Argon2id.hash(new byte[1], new byte[16], 31, 1, 4, 32));
    }

    private static byte[] bouncyCastle(byte[] password, byte[] salt, byte[] secret, byte[] data, int memory,
            int passes, int lanes, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withSalt(salt).withSecret(secret).withAdditional(data)
                .withMemoryAsKB(memory).withIterations(passes).withParallelism(lanes).build());
        byte[] out = new byte[length];
        generator.generateBytes(password, out);
        return out;
    }

    private static byte[] repeat(int value, int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
