package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Trees go in and come out the same, whatever is in them and whichever way they go; other programs compare them.
/// `-Dptar.large=true` adds what takes minutes.
final class RoundTripIT {
    private static final String[] WAYS = {
        "ptar cf a.ptar $1 && ptar xf a.ptar -C out", "ptar c $1 | ptar x -C out", "ptar c $1 | cat | ptar xf - -C out"
    };
    /// Of a file with one block: the end (and with it the front), the leaf, the block.
    private static final int MAX_READS = 3;
    private static final Pattern READS = Pattern.compile("Reads of the archive: ([0-9]+), bytes read: [0-9]+\n");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void makesTrees() throws Exception {
        Shell.prepare(folder, """
                mkdir odd; cd odd; head -c 3000000 /dev/urandom > big
                for name in $'\\xff\\xfe not UTF-8' $'new\\nline' $'tab\\t' $'\\x01\\x7f' $'\\xc3' 'ünï' ' first' \
                    'last ' -rf -- '*' '?[a]' 'back\\slash' "quo'te\\"" "$(printf 'n%.0s' $(seq 255))"; do
                    echo "$name" > ./"$name"
                done
                mkdir d d.x empty locked; echo x > d/x; echo x > d-; : > zero
                for i in $(seq 15); do long=$(printf 'p%.0s' $(seq 250))$i; mkdir "$long"; cd "$long"; done
                echo deep > deep; cd "$OLDPWD"; while [ ! -e big ]; do cd ..; done
                ln -s nowhere dangling; ln -s loop2 loop1; ln -s loop1 loop2; ln -s $'\\xff\\n' target
                ln -s "$(printf 't%.0s' $(seq 4000))" longtarget; ln dangling dangling2; ln big d/hard; ln ./-rf d/hard2
                mkfifo fifo; ln fifo fifo2; touch -h -d '1969-12-31 23:59:58.987654321' dangling
                touch -d '1906-05-04 03:02:01.000000001' d/x; chmod 4711 d/x; chmod 000 d-; chmod 555 d.x
                head -c 5000 /dev/urandom > holeend; truncate -s 20M holeend; truncate -s 12345678 hole
                setfattr -n user.key -v value d/x 2> /dev/null || true
                cd ..; mkdir sparse plain; truncate -s 10G sparse/file; for at in 0 5368709120 10737418237; do
                    printf abc | dd of=sparse/file bs=1 seek=$at conv=notrunc status=none; done
                cp odd/big plain/a; cp plain/a plain/b
                (head -c 1500000 plain/a; head -c 100000 /dev/urandom) > plain/c; cp -r plain z; mv z plain/z
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd", "plain"})
    void bringsBackEverything(String tree) throws Exception {
        for (String way : WAYS) {
            Ptar.Outcome outcome = Shell.run(folder, "rm -rf out; mkdir out; " + way, tree);

            assertEquals("", outcome.err());
            assertEquals(0, outcome.exitCode());
            assertEquals("", Shell.differences(folder, tree, "out/" + tree), way);
        }
    }

    /// GNU tar looks for holes as it reads, and comes by them without reading.
    @Test
    void keepsTenGigabytesOfHoles() throws Exception {
        for (String way : WAYS) {
            Ptar.Outcome outcome = Shell.run(
                    folder, "rm -rf out; mkdir out; " + way + "; du -k -t 10M out/sparse;"
                            + " for at in . out; do tar cS -C $at sparse | sha256sum; done | sort -u | wc -l",
                    "sparse");

            assertEquals("", outcome.err());
            assertEquals("1\n", outcome.out(), way);
        }
    }

    @Test
    void extractsOverWhatIsThere() throws Exception {
        String script = """
                rm -rf out; mkdir out; ptar cf p.ptar plain; ptar xf p.ptar -C out; ln out/plain/a out/other
                echo changed > out/plain/a; rm out/plain/b
                ln -s /nowhere out/plain/b; rm out/plain/c; mkdir out/plain/c
                """;
        for (String way : new String[] {"ptar xf p.ptar -C out", "cat p.ptar | ptar x -C out"}) {
            Ptar.Outcome outcome = Shell.run(folder, script + way);

            assertEquals("", outcome.err());
            assertEquals("", Shell.differences(folder, "plain", "out/plain"));
            assertEquals("changed\n", Files.readString(folder.resolve("out/other")));
        }
        Ptar.Outcome full = Shell.run(folder, script + "touch out/plain/c/full; ptar xf p.ptar -C out");
        assertEquals("""
                ptar: plain/c: Cannot open: File exists
                ptar: Exiting with failure status due to previous errors
                """, full.err());
        assertEquals(Console.FAILED, full.exitCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain/z/c", "plain/c plain/z"})
    void extractsSelectedMembersWhoseContentAPipeBroughtBefore(String members) throws Exception {
        Ptar.Outcome outcome = Shell.run(folder, """
                rm -rf out; mkdir out; ptar c plain | ptar x -C out $1
                (cd out && find . -type f -exec cmp {} ../{} ';' -print) | wc -l
                cmp <(ptar c plain | ptar xO $1) <(ptar c plain > o.ptar; ptar xOf o.ptar $1)
                """.replace("$1", members));

        assertEquals("", outcome.err());
        assertTrue(Integer.parseInt(outcome.out().strip()) >= members.split(" ").length, outcome.out());
        assertEquals(0, outcome.exitCode());
    }

    @Test
    void writesTheSameBytesWithAnyNumberOfThreadsAndInAnyLocale() throws Exception {
        Ptar.Outcome outcome = Shell.run(folder, """
                for tree in odd plain; do
                    for threads in 1 2 8 8; do ptar c --threads $threads $tree | sha256sum; done | sort -u | wc -l
                    for locale in C C.UTF-8; do LC_ALL=$locale ptar c $tree | sha256sum; done | sort -u | wc -l
                done
                for locale in C C.UTF-8; do
                    rm -rf out; mkdir out; ptar c odd | LC_ALL=$locale ptar x -C out
                    (cd out; find . | sort) | sha256sum
                done | sort -u | wc -l
                """);

        assertEquals("", outcome.err());
        assertEquals("1\n".repeat(5), outcome.out());
    }

    @Test
    void storesASecondCopyOfATreeForNextToNothing() throws Exception {
        String[] sizes = Shell.prepare(folder, """
                mkdir once twice; head -c 3000000 /dev/urandom > once/a; for i in $(seq 200); do
                    head -c 10000 /dev/urandom > once/$i; done; cp -r once twice/a; cp -r once twice/b
                ptar c once | wc -c; ptar c twice | wc -c
                """).split("\n");

        long once = Long.parseLong(sizes[0]);
        long twice = Long.parseLong(sizes[1]);
        assertTrue(twice < once * 1.02, once + " bytes once, " + twice + " twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/usr/lib/python3", "/usr/share"})
    void bringsBackRealTrees(String tree) throws Exception {
        assumeTrue(Files.isDirectory(Path.of(tree)), "there is no " + tree);
        assumeTrue(!tree.equals("/usr/share") || Boolean.getBoolean("ptar.large"), "takes a while");
        String[] ways = {"ptar cf a.ptar -C $1 . && ptar xf a.ptar -C out", "ptar c -C $1 . | ptar x -C out"};
        for (String way : ways) {
            Ptar.Outcome outcome = Shell.run(folder, "rm -rf out; mkdir out; " + way, tree);

            assertEquals("", outcome.err());
            assertEquals("", Shell.differences(folder, tree, "out"), way);
            assertEquals("", Shell.run(folder, "tar c -C out . | tar d -C $1", tree).out());
        }
    }

    @Test
    void findsOneFileWithFewReads() throws Exception {
        Shell.prepare(
                folder, "mkdir many; for i in $(seq 3000); do echo $i > many/$i; done; ptar cf m.ptar many plain");

        assertFewReads("m.ptar", "many/1234");
    }

    @Test
    void needsLittleMemoryForRepeatedContentFromAPipe() throws Exception {
        assumeTrue(Shell.run(folder, "python3 -c 'import resource'").exitCode() == 0, "no python3 to measure with");
        String kilobytes = Shell.prepare(folder, """
                mkdir repeats; head -c 20000000 /dev/urandom > repeats/a
                for i in $(seq 30); do cat repeats/a; done > repeats/b; rm -rf out; mkdir out; ptar cf r.ptar repeats
                cat r.ptar | python3 -c "import os, resource, subprocess
                subprocess.check_call([os.environ['PTAR'], 'x', '-C', 'out'])
                print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
                cmp repeats/b out/repeats/b; rm -r repeats out/repeats r.ptar
                """).strip();

        assertTrue(Long.parseLong(kilobytes) < 600_000, kilobytes + " KB");
    }

    @Test
    @EnabledIfSystemProperty(named = "ptar.large", matches = "true")
    void bringsBackAFolderOfManyFiles() throws Exception {
        Shell.prepare(folder, "mkdir crowd; cd crowd; seq 200000 | split -l 1 -a 5 -");
        for (String way : WAYS) {
            assertEquals("", Shell.run(folder, "rm -rf out; mkdir out; " + way, "crowd").err());
            assertEquals("", Shell.differences(folder, "crowd", "out/crowd"), way);
        }
        Shell.prepare(folder, "rm -r crowd out");
    }

    @Test
    @EnabledIfSystemProperty(named = "ptar.large", matches = "true")
    void bringsBackAFileOfFiveGigabytes() throws Exception {
        Shell.prepare(folder, """
                mkdir huge; head -c 700000000 /dev/urandom > huge/file; truncate -s 5G huge/file
                head -c 300000000 huge/file >> huge/file; head -c 300000000 /dev/urandom >> huge/file
                """);
        for (String way : WAYS) {
            assertEquals("", Shell.run(folder, "rm -rf out; mkdir out; " + way, "huge").err());
            assertEquals("", Shell.differences(folder, "huge", "out/huge"), way);
        }
        Shell.prepare(folder, "rm -r huge out a.ptar");
    }

    @Test
    @EnabledIfSystemProperty(named = "ptar.large", matches = "true")
    void findsOneFileOfTwoGigabytesWithFewReads() throws Exception {
        Shell.prepare(folder, """
                mkdir wide; for d in $(seq 20); do mkdir wide/$d; seq 5000 | split -l 1 -a 4 - wide/$d/; \
                    head -c 100000000 /dev/urandom > wide/$d/large; done; ptar cf w.ptar --level 1 wide; rm -r wide
                """);

        assertFewReads("w.ptar", "wide/7/aacd");
        assertFewReads("w.ptar", "wide/20/aaaa");
    }

    private static void assertFewReads(String archive, String member) throws Exception {
        for (String command : new String[] {"ptar xvvvOf ", "ptar tvvvf "}) {
            Ptar.Outcome outcome = Shell.run(folder, command + archive + " " + member);

            Matcher told = READS.matcher(outcome.err());
            assertTrue(told.find(), outcome.err());
            int reads = Integer.parseInt(told.group(1));
            System.out.println(command + archive + " " + member + ": " + told.group().strip());
            assertTrue(reads <= MAX_READS, outcome.err());
        }
    }
}
