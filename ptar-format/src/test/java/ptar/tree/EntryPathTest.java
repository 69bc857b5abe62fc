package ptar.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/../b", "a\0", "\0"})
    void refusesWhatIsNotComponentsJoinedBySlashes(String path) {
        assertThrows(IllegalArgumentException.class, () -> EntryPath.of(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "...", ".a", "a.", "..a/b..", "a b\n", "-x", "\u00fc/\ud83d\ude00"})
    void acceptsEveryOtherName(String path) {
        assertEquals(Bytes.of(path), EntryPath.of(path).bytes());
    }

    @Test
    void isAtMost65535BytesLong() {
        assertEquals(65_535, EntryPath.of("a".repeat(65_535)).bytes().length());
        assertThrows(IllegalArgumentException.class, () -> EntryPath.of("a".repeat(65_536)));
    }

    @Test
    void aSubtreeStaysTogetherBehindItsFolder() {
        String[] ordered = {"", "a", "a/b", "a/b/c", "a/b.c", "a/bb", "a\u0001", "a b", "a-b", "a.b", "a0", "aa", "b"};
        for (int i = 0; i < ordered.length; i++) {
            for (int j = 0; j < ordered.length; j++) {
                int compared = EntryPath.of(ordered[i]).compareTo(EntryPath.of(ordered[j]));
                assertEquals(Integer.compare(i, j), Integer.signum(compared), ordered[i] + " and " + ordered[j]);
            }
        }
    }

    @Test
    void bytesAreUnsigned() {
        EntryPath high = new EntryPath(Bytes.wrap(new byte[] {(byte) 0x80}));
        assertTrue(high.compareTo(EntryPath.of("\u007f")) > 0);
        assertTrue(high.compareTo(new EntryPath(Bytes.wrap(new byte[] {(byte) 0xff}))) < 0);
    }

    /// The order said in another way: component by component, a prefix first.
    @Test
    void isTheOrderOfComponents() {
        long seed = new Random().nextLong();
        System.out.println("EntryPathTest.isTheOrderOfComponents: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            String a = randomPath(random);
            String b = randomPath(random);
            int expected = Integer.signum(Arrays.compare(a.split("/"), b.split("/")));
            int found = Integer.signum(EntryPath.of(a).compareTo(EntryPath.of(b)));
            assertEquals(expected, found, "'" + a + "' and '" + b + "'");
        }
    }

    private static String randomPath(Random random) {
        StringBuilder path = new StringBuilder();
        int components = 1 + random.nextInt(4);
        for (int i = 0; i < components; i++) {
            path.append(i == 0 ? "" : "/").append(random.nextBoolean() ? "a" : "b");
            for (int n = random.nextInt(3); n > 0; n--) {
                path.append("!.0a".charAt(random.nextInt(4)));
            }
        }
        return path.toString();
    }

    @Test
    void knowsItsPlaceInTheTree() {
        EntryPath path = EntryPath.of("a/b/c");
        assertEquals(Bytes.of("c"), path.name());
        assertEquals(EntryPath.of("a/b"), path.parent());
        assertEquals(EntryPath.ROOT, EntryPath.of("a").parent());
        assertEquals(EntryPath.ROOT, EntryPath.ROOT.parent());
        assertEquals(EntryPath.of("a/b/c/d"), path.child(Bytes.of("d")));
        assertEquals(EntryPath.of("d"), EntryPath.ROOT.child(Bytes.of("d")));
        assertTrue(path.isAtOrBelow(EntryPath.of("a/b")));
        assertTrue(path.isAtOrBelow(path));
        assertTrue(path.isAtOrBelow(EntryPath.ROOT));
        assertFalse(path.isAtOrBelow(EntryPath.of("a/b/c/d")));
        assertFalse(EntryPath.of("a/bc").isAtOrBelow(EntryPath.of("a/b")));
        assertFalse(EntryPath.ROOT.isAtOrBelow(path));
    }
}
