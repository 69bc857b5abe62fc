package ptar.hash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Blake3LanesTest {
    private static final int FLAGS = 1 << 4;
    private final Random random = new Random(21);
    private final int[] key = random.ints(Blake3.CV_WORDS).toArray();

    /// With counters past 2^32 chunks: an input of 4 TiB, which no other test has.
    @ParameterizedTest
    @ValueSource(ints = {Blake3Lanes.NARROW, Blake3Lanes.WIDE})
    void chunksGiveWhatTheirBlocksGive(int width) {
        int[] words = random.ints((long) width * Blake3.CHUNK_WORDS).toArray();
        long firstCounter = (1L << 32) - 7;
        Blake3Lanes lanes = new Blake3Lanes();
        for (int count : new int[] {1, width - 1, width}) {
            int[] expected = new int[count * Blake3.CV_WORDS];
            for (int chunk = 0; chunk < count; chunk++) {
                int[] state = startState();
                for (int block = 0; block < 16; block++) {
                    int flags = FLAGS | (block == 0 ? Blake3.CHUNK_START : 0) | (block == 15 ? Blake3.CHUNK_END : 0);
                    Blake3Block.compress(state, words, (chunk * 16 + block) * 16, firstCounter + chunk, 64, flags);
                }
                System.arraycopy(state, 0, expected, chunk * Blake3.CV_WORDS, Blake3.CV_WORDS);
            }
            int[] cvs = new int[count * Blake3.CV_WORDS];
            lanes.hashChunks(width, count, key, words, 0, firstCounter, FLAGS);
            lanes.store(cvs, 0, count);
            assertArrayEquals(expected, cvs);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Blake3Lanes.NARROW, Blake3Lanes.WIDE})
    void parentsGiveWhatTheirBlocksGive(int width) {
        int[] cvs = random.ints(2L * width * Blake3.CV_WORDS).toArray();
        int[] expected = new int[width * Blake3.CV_WORDS];
        for (int pair = 0; pair < width; pair++) {
            int[] state = startState();
            Blake3Block.compress(state, cvs, pair * 16, 0, 64, FLAGS | Blake3.PARENT);
            System.arraycopy(state, 0, expected, pair * Blake3.CV_WORDS, Blake3.CV_WORDS);
        }
        Blake3Lanes lanes = new Blake3Lanes();
        lanes.hashParents(width, width, key, cvs, 0, FLAGS);
        int[] parents = new int[expected.length];
        lanes.store(parents, 0, width);
        assertArrayEquals(expected, parents);
    }

    private int[] startState() {
        int[] state = new int[Blake3.BLOCK_WORDS];
        System.arraycopy(key, 0, state, 0, Blake3.CV_WORDS);
        return state;
    }
}
