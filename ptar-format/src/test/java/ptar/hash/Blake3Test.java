package ptar.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.digests.Blake3Digest;
import org.bouncycastle.crypto.params.Blake3Parameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(booleans = {false, true})
class Blake3Test {
    @Parameter
    private boolean withLanes;

    @BeforeEach
    void chooseLanes() {
        Blake3Lanes.useAfter(withLanes ? 0 : Integer.MAX_VALUE);
    }

    private static final byte[] KEY = "whats the Elvish word for friend".getBytes(StandardCharsets.US_ASCII);
    private static final String CONTEXT = "BLAKE3 2019-12-27 16:29:52 test vectors context";
    private static final HexFormat HEX = HexFormat.of();
    private static final int CHUNK = 1024;

    /// A few of the published vectors, so that there is a check even where their file is not.
    @ParameterizedTest
    @CsvSource({
        "0, af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262,"
            + "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26,"
            + "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d",
        "1, 2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213,"
            + "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b,"
            + "b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c",
        "1024, 42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7,"
            + "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4,"
            + "7356cd7720d5b66b6d0697eb3177d9f8d73a4a5c5e968896eb6a689684302706",
        "1025, d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444,"
            + "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69,"
            + "effaa245f065fbf82ac186839a249707c3bddf6d3fdda22d1b95a3c970379bcb",
        "3073, 7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3,"
            + "68dede9bef00ba89e43f31a6825f4cf433389fedae75c04ee9f0cf16a427c95a,"
            + "72613c9ec9ff7e40f8f5c173784c532ad852e827dba2bf85b2ab4b76f7079081",
        "16384, f875d6646de28985646f34ee13be9a576fd515f76b5b0a26bb324735041ddde4,"
            + "9e9fc4eb7cf081ea7c47d1807790ed211bfec56aa25bb7037784c13c4b707b0d,"
            + "160e18b5878cd0df1c3af85eb25a0db5344d43a6fbd7a8ef4ed98d0714c3f7e1",
        "102400, bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085,"
            + "1c35d1a5811083fd7119f5d5d1ba027b4d01c0c6c49fb6ff2cf75393ea5db4a7,"
            + "4652cff7a3f385a6103b5c260fc1593e13c778dbe608efb092fe7ee69df6e9c6",
    })
    void matchesPublishedVectors(int length, String hash, String keyedHash, String derivedKey) {
        checkVector(length, hash, keyedHash, derivedKey);
    }

    /// All published vectors, extended output included. They lie in `shared/vectors` beside the project or further up,
    /// or where the system property `ptar.vectors` says.
    @Test
    void matchesVectorFile() throws IOException {
        Path file = vectorFile();
        assumeTrue(Files.exists(file), "skipped, no published vectors beside the project: " + file);
        Matcher cases = Pattern.compile("\"input_len\": *(\\d+),\\s*\"hash\": *\"(\\w+)\",\\s*"
            + "\"keyed_hash\": *\"(\\w+)\",\\s*\"derive_key\": *\"(\\w+)\"").matcher(Files.readString(file));
        int count = 0;
        for (; cases.find(); count++) {
            checkVector(Integer.parseInt(cases.group(1)), cases.group(2), cases.group(3), cases.group(4));
        }
        assertEquals(35, count, "vectors found in " + file);
    }

    private static void checkVector(int length, String hash, String keyedHash, String derivedKey) {
        byte[] in = pattern(length);
        assertEquals(hash, finish(Blake3.hasher().update(in, 0, length), hash.length() / 2));
        assertEquals(keyedHash, finish(Blake3.keyedHasher(KEY).update(in, 0, length), keyedHash.length() / 2));
        assertEquals(derivedKey, finish(Blake3.keyDeriver(CONTEXT).update(in, 0, length), derivedKey.length() / 2));

        byte[] out = new byte[Blake3.HASH_SIZE];
        Blake3.hash(in, 0, length, out, 0);
        assertEquals(hash.substring(0, 64), HEX.formatHex(out));
        Blake3.keyedHash(KEY, in, 0, length, out, 0);
        assertEquals(keyedHash.substring(0, 64), HEX.formatHex(out));
        assertEquals(derivedKey, HEX.formatHex(Blake3.deriveKey(CONTEXT, in, derivedKey.length() / 2)));
    }

    @Test
    void agreesWithBouncyCastleOnRandomInputs() {
        long seed = new Random().nextLong();
        System.out.println("Blake3Test.agreesWithBouncyCastleOnRandomInputs: seed " + seed);
        Random random = new Random(seed);
        Blake3 hasher = Blake3.hasher();
        Blake3 keyed = Blake3.keyedHasher(KEY);
        for (int i = 0; i < 400; i++) {
            byte[] in = randomBytes(random, random.nextInt(1 << random.nextInt(1, 20)));
            int outLength = random.nextInt(1, 200);
            String message = "seed " + seed + ", length " + in.length;
            assertEquals(bouncyCastle(null, in, outLength),
                    finish(hasher.update(in, 0, in.length), outLength), message);
            assertEquals(bouncyCastle(KEY, in, outLength),
                    finish(keyed.update(in, 0, in.length), outLength), message);
        }
    }

    /// Every number of chunks that a group can hold, each with the byte before and after the boundary.
    @Test
    void agreesWithBouncyCastleAtEveryChunkBoundary() {
        byte[] in = pattern(200 * CHUNK + 1);
        Blake3 hasher = Blake3.hasher();
        for (int chunks = 1; chunks <= 200; chunks++) {
            for (int length = chunks * CHUNK - 1; length <= chunks * CHUNK + 1; length++) {
                String expected = bouncyCastle(null, Arrays.copyOf(in, length), Blake3.HASH_SIZE);
                assertEquals(expected, finish(hasher.update(in, 0, length), Blake3.HASH_SIZE), "length " + length);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 63, 64, 65, 1000, 1023, 1024, 1025, 4096, 65535, 65536, 65537, 131072})
    void piecesGiveWhatTheWholeGives(int piece) {
        byte[] in = pattern(300_000);
        Blake3 hasher = Blake3.hasher();
        for (int length : boundaryLengths()) {
            String whole = finish(hasher.update(in, 0, length), Blake3.HASH_SIZE);
            for (int done = 0; done < length; done += piece) {
                hasher.update(in, done, Math.min(piece, length - done));
            }
            assertEquals(whole, finish(hasher, Blake3.HASH_SIZE), "length " + length + " by " + piece);
        }
    }

    @Test
    void heapAndNativeSegmentsGiveWhatArraysGive() {
        byte[] in = pattern(300_000);
        Blake3 hasher = Blake3.hasher();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment direct = arena.allocate(in.length + 1).asSlice(1);
            direct.copyFrom(MemorySegment.ofArray(in));
            for (int length : boundaryLengths()) {
                for (int offset : new int[] {0, 1, 7}) {
                    String expected = finish(hasher.update(in, offset, length), Blake3.HASH_SIZE);
                    MemorySegment heap = MemorySegment.ofArray(in);
                    assertEquals(expected, finish(hasher.update(heap, offset, length), Blake3.HASH_SIZE));
                    assertEquals(expected, finish(hasher.update(direct, offset, length), Blake3.HASH_SIZE));
                    byte[] out = new byte[Blake3.HASH_SIZE + 2];
                    Blake3.hash(direct, offset, length, out, 1);
                    assertEquals("00" + expected + "00", HEX.formatHex(out));
                }
            }
        }
    }

    @Test
    void longInputsAgreeWithBouncyCastle() {
        byte[] in = randomBytes(new Random(7), 9 << 20);
        for (int length : new int[] {1 << 20, (1 << 20) + 1, 3 << 20, (8 << 20) + 65537, in.length}) {
            String expected = bouncyCastle(null, Arrays.copyOf(in, length), Blake3.HASH_SIZE);
            assertEquals(expected, finish(Blake3.hasher().update(in, 0, length), Blake3.HASH_SIZE));
        }
    }

    @Test
    void refusesBadArguments() {
        assertThrows(IllegalArgumentException.class, () -> Blake3.keyedHasher(new byte[31]));
        Blake3 hasher = Blake3.hasher();
        byte[] ten = new byte[10];
        assertThrows(IndexOutOfBoundsException.class, () -> hasher.update(ten, 1, 10));
        assertThrows(IndexOutOfBoundsException.class, () -> hasher.update(MemorySegment.ofArray(ten), 1, 10));
        assertThrows(IndexOutOfBoundsException.class, () -> hasher.finish(ten, 0));
    }

    private static List<Integer> boundaryLengths() {
        List<Integer> lengths = new ArrayList<>();
        for (int size : new int[] {0, 4, 64, 128, 1024, 2048, 3072, 6144, 16384, 65536, 131072, 196608, 262144}) {
            for (int delta = -1; delta <= 1; delta++) {
                if (size + delta >= 0) {
                    lengths.add(size + delta);
                }
            }
        }
        return lengths;
    }

    private static String finish(Blake3 hasher, int length) {
        byte[] out = new byte[length];
        hasher.finish(out, 0, length);
        return HEX.formatHex(out);
    }

    private static String bouncyCastle(byte[] key, byte[] in, int outLength) {
        Blake3Digest digest = new Blake3Digest();
        if (key != null) {
            digest.init(Blake3Parameters.key(key));
        }
        digest.update(in, 0, in.length);
        byte[] out = new byte[outLength];
        digest.doFinal(out, 0, outLength);
        return HEX.formatHex(out);
    }

    /// The input that the vectors are made for.
    private static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i % 251);
        }
        return bytes;
    }

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static Path vectorFile() {
        String property = System.getProperty("ptar.vectors");
        if (property != null) {
            return Path.of(property, "blake3.json");
        }
        Path inShared = Path.of("shared", "vectors", "blake3.json");
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve(inShared))) {
            folder = folder.getParent();
        }
        return folder == null ? inShared : folder.resolve(inShared);
    }
}
