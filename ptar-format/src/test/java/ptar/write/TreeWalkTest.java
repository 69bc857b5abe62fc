package ptar.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;

class TreeWalkTest {
    private final List<String> told = new ArrayList<>();
    private final WalkListener listener = new WalkListener() {
        @Override
        public void cannotStat(Bytes name, IOException cause, boolean isOperand) {
            told.add("stat " + name + (isOperand ? " operand" : ""));
        }

        @Override
        public void cannotOpenFolder(Bytes name, IOException cause) {
            told.add("open " + name);
        }

        @Override
        public void cannotStore(Bytes name, String reason) {
            told.add("store " + name);
        }
    };

    private List<String> walk(List<WalkOperand> operands) throws IOException {
        List<String> paths = new ArrayList<>();
        EntryPath last = null;
        try (TreeWalk walk = new TreeWalk(operands, UnaryOperator.identity(), listener)) {
            for (var item = walk.next(); item != null; item = walk.next()) {
                assertTrue(last == null || last.compareTo(item.path()) < 0, () -> "not increasing: " + paths);
                last = item.path();
                paths.add(item.path().toString());
            }
        }
        return paths;
    }

    private List<String> walk(FakeTree tree, String... names) throws IOException {
        List<String> paths = walk(Arrays.stream(names).map(n -> WalkOperand.of(tree, Bytes.of(n))).toList());
        assertEquals(0, tree.openFolders, "folders left open");
        return paths;
    }

    @Test
    void keepsASubtreeBehindItsFolder() throws IOException {
        FakeTree tree = FakeTree.of("a/x", "a.b", "a-", "a/", "b/c/d");
        assertEquals(List.of(".", "a", "a/x", "a-", "a.b", "b", "b/c", "b/c/d"), walk(tree, "."));
    }

    @Test
    void deliversNestedAndRepeatedOperandsOnce() throws IOException {
        FakeTree tree = FakeTree.of("a/b/c", "a/d", "f");
        assertEquals(List.of("a", "a/b", "a/b/c", "a/d", "f"), walk(tree, "f", "a/b", "a", "f", "./a/b/c"));
        assertEquals(List.of(), told);
    }

    @Test
    void takesEqualPathsFromTheLastOperand() throws IOException {
        FakeTree first = FakeTree.of("d/one", "d/both", "e/x");
        FakeTree second = FakeTree.of("d/two", "d/both", "e");
        var operands = List.of(
                WalkOperand.of(first, Bytes.of("d")), WalkOperand.of(first, Bytes.of("e")),
                WalkOperand.of(second, Bytes.of("d")), WalkOperand.of(second, Bytes.of("e")));
        assertEquals(List.of("d", "d/both", "d/one", "d/two", "e"), walk(operands));
        try (TreeWalk walk = new TreeWalk(operands)) {
            assertEquals(second, walk.next().tree());
            assertEquals(second, walk.next().tree());
            assertEquals(first, walk.next().tree());
        }
    }

    @Test
    void leavesOutWhatLiesBelowAFile() throws IOException {
        FakeTree first = FakeTree.of("d/x");
        FakeTree second = FakeTree.of("d");
        var operands = List.of(WalkOperand.of(first, Bytes.of("d/x")), WalkOperand.of(second, Bytes.of("d")));
        assertEquals(List.of("d"), walk(operands));
        assertEquals(List.of("store d/x"), told);
    }

    @Test
    void tellsOfWhatItCouldNotReadAndGoesOn() throws IOException {
        FakeTree tree = FakeTree.of("a/locked/x", "a/z", "b");
        tree.lock("a/locked");
        assertEquals(List.of("a", "a/locked", "a/z", "b"), walk(tree, "a", "missing", "b"));
        assertEquals(List.of("open a/locked", "stat missing operand"), told);
    }

    @Test
    void asksTheFilterAboutNamesAsTyped() throws IOException {
        FakeTree tree = FakeTree.of("a/x/y", "a/z/q");
        List<String> asked = new ArrayList<>();
        WalkFilter filter = new WalkFilter() {
            @Override
            public boolean acceptsName(Bytes name) {
                asked.add(name.toString());
                return !name.equals(Bytes.of("./a/x"));
            }

            @Override
            public Below below(OpenedFolder folder, ptar.tree.SourceTree.Found parent) {
                boolean keep = !folder.name().equals(Bytes.of("./a/z"));
                return new Below(keep, folder.names(), this);
            }
        };
        Bytes name = Bytes.of("./a");
        assertEquals(List.of("a", "a/z/q"), walk(List.of(new WalkOperand(
                tree, name, name, EntryPath.of("a"), false, true, false, false, filter))));
        assertEquals(List.of("./a", "./a/x", "./a/z", "./a/z/q"), asked);
    }

    @Test
    void walksTreesDeeperThanItKeepsFoldersOpen() throws IOException {
        FakeTree tree = FakeTree.of("d/".repeat(300) + "f", "d/".repeat(150) + "z");
        assertEquals(303, walk(tree, ".").size());
    }

    @Test
    void agreesWithASetOnRandomTreesAndOperands() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            FakeTree tree = new FakeTree();
            TreeSet<EntryPath> all = new TreeSet<>();
            for (int i = 0; i < 30; i++) {
                StringBuilder path = new StringBuilder();
                for (int depth = random.nextInt(4); depth >= 0; depth--) {
                    path.append("ab.-".charAt(random.nextInt(4))).append("x/");
                }
                tree.add(path.toString());
                for (EntryPath p = MemberName.of(Bytes.of(path.toString())).path(); !p.isRoot(); p = p.parent()) {
                    all.add(p);
                }
            }
            List<EntryPath> inOrder = new ArrayList<>(all);
            List<String> operands = new ArrayList<>();
            TreeSet<EntryPath> expected = new TreeSet<>();
            for (int i = 0; i < 5; i++) {
                EntryPath operand = inOrder.get(random.nextInt(inOrder.size()));
                operands.add(operand.toString());
                all.stream().filter(p -> p.isAtOrBelow(operand)).forEach(expected::add);
            }
            assertEquals(
                    expected.stream().map(EntryPath::toString).toList(),
                    walk(tree, operands.toArray(String[]::new)), "seed " + seed);
        }
    }
}
