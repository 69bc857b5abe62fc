package ptar.read;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import ptar.Forge;
import ptar.crypto.MasterKey;
import ptar.error.ArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.ByteWriter;
import ptar.layout.Entry;
import ptar.layout.FrameHead;
import ptar.layout.Header;
import ptar.storage.MemorySource;
import ptar.tree.Attribute;
import ptar.tree.Bytes;
import ptar.tree.Content;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.MemoryTree;
import ptar.tree.Metadata;
import ptar.tree.SourceFile;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;
import ptar.write.TestArchive;

/// Random changes to small archives: never a hang, an exception that is not an archive's, or a wrong byte.
///
/// `-Dptar.mutations=1000000` makes that many of each kind, `-Dptar.mutation.seed=…` repeats a run.
public class MutationTest {
    private static final int MUTATIONS = Integer.getInteger("ptar.mutations", 1_500);
    public static final long SEED = Long.getLong("ptar.mutation.seed", new Random().nextLong());
    private static final long SLOW_NANOS = 20_000_000_000L;

    public static MemoryTree tree() {
        MemoryTree tree = new MemoryTree();
        tree.file("a", "some content");
        tree.file("b/c", Content.join(Content.of("before"), Content.hole(1_000), Content.of("behind")));
        tree.hardLink("b/d", "a");
        tree.file("b/e", "some content");
        tree.symlink("link", "a");
        tree.other("tty", Metadata.of(EntryType.CHARACTER_DEVICE, 0620, MemoryTree.OWNER, MemoryTree.TIME)
                .withDevice(5, 1));
        tree.file("x", "with attributes").with(
                Metadata.of(EntryType.FILE, 0644, MemoryTree.OWNER, MemoryTree.TIME)
                        .withTimes(new Timestamp(1, 2), new Timestamp(3, 4))
                        .withInodeFlags(16)
                        .withXattrs(List.of(new Xattr(Bytes.of("user.k"), Bytes.of("v"))))
                        .withUnknown(List.of(new Attribute(77, Bytes.of("?")))));
        return tree;
    }

    /// With a block behind the filter.
    private static MemoryTree treeWithCode() {
        MemoryTree tree = tree();
        tree.file("code", Content.machineCode(1, 70_000));
        return tree;
    }

    /// With frames of every type.
    static MemoryTree treeWithExtents() {
        MemoryTree tree = tree();
        tree.file("sieve", new Content() {
            @Override
            public long size() {
                return 9_000;
            }

            @Override
            public void read(long offset, byte[] target) {
                for (int i = 0; i < target.length; i++) {
                    target[i] = (byte) ((offset + i) % 2 == 0 ? 'x' : 0);
                }
            }

            @Override
            public List<SourceFile.Stretch> data() {
                return java.util.stream.IntStream.range(0, 4_500)
                        .mapToObj(i -> new SourceFile.Stretch(2L * i, 2L * i + 1)).toList();
            }
        });
        return tree;
    }

    // ---- changes

    /// Flips, sets, inserts, deletes, copies, cuts: one of these, or a few.
    public static byte[] mutate(byte[] sound, Random random) {
        byte[] bytes = sound;
        for (int n = 1 + (random.nextInt(4) == 0 ? random.nextInt(4) : 0); n > 0; n--) {
            bytes = mutateOnce(bytes, random);
        }
        return bytes;
    }

    private static byte[] mutateOnce(byte[] sound, Random random) {
        if (sound.length == 0) {
            return new byte[1 + random.nextInt(5)];
        }
        int at = random.nextInt(sound.length);
        int length = Math.min(sound.length - at, 1 + random.nextInt(1 << random.nextInt(10)));
        byte[] bytes = sound.clone();
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 3 -> bytes[at] = (byte) random.nextInt(256);
            case 4 -> bytes[at] = new byte[] {0, 1, 0x7f, (byte) 0x80, (byte) 0xff}[random.nextInt(5)];
            case 5 -> bytes = splice(sound, at, 0, someBytes(random));
            case 6 -> bytes = splice(sound, at, length, new byte[0]);
            case 7 -> bytes = splice(sound, at, 0, Arrays.copyOfRange(sound, at, at + length));
            case 8 -> {
                int to = random.nextInt(sound.length - length + 1);
                System.arraycopy(sound, at, bytes, to, length);
            }
            default -> bytes = splice(sound, at, Math.min(length, 1 + random.nextInt(3)), someBytes(random));
        }
        return bytes;
    }

    private static byte[] splice(byte[] in, int at, int removed, byte[] inserted) {
        byte[] out = Arrays.copyOf(in, in.length - removed + inserted.length);
        System.arraycopy(inserted, 0, out, at, inserted.length);
        System.arraycopy(in, at + removed, out, at + inserted.length, in.length - at - removed);
        return out;
    }

    /// Any bytes, or a number of any length as the format has them.
    private static byte[] someBytes(Random random) {
        if (random.nextBoolean()) {
            return new ByteWriter(10).varint(random.nextLong() >>> random.nextInt(64)).toArray();
        }
        byte[] bytes = new byte[1 + random.nextInt(16)];
        random.nextBytes(bytes);
        return bytes;
    }

    /// Frames changed, left out, repeated, moved, of another type.
    private static List<Forge.Frame> mutate(List<Forge.Frame> sound, Random random) {
        List<Forge.Frame> frames = new ArrayList<>(sound);
        int at = random.nextInt(frames.size());
        Forge.Frame frame = frames.get(at);
        switch (random.nextInt(12)) {
            case 0 -> frames.remove(at);
            case 1 -> frames.add(random.nextInt(frames.size()), frame);
            case 2 -> frames.add(frames.remove(at));
            case 3 -> frames.set(at, new Forge.Frame(
                    1 + random.nextInt(9), frame.codec(), frame.raw(), frame.pointer()));
            case 4 -> frames.set(at, new Forge.Frame(
                    frame.type(), FrameHead.STORED, frame.raw(), frame.pointer()));
            default -> { }
        }
        return frames;
    }

    // ---- reading

    private interface Attempt {
        void make(byte[] mutated) throws IOException;
    }

    private static void attempt(int number, byte[] mutated, Attempt attempt) {
        long start = System.nanoTime();
        try {
            attempt.make(mutated);
        } catch (Throwable wrong) {
            throw new AssertionError("mutation " + number + " of seed " + SEED + ": " + wrong, wrong);
        }
        assertTrue(System.nanoTime() - start < SLOW_NANOS, "mutation " + number + " of seed " + SEED + " is slow");
    }

    @Test
    void changedBytesAreAnErrorOrDoNotMatter() throws IOException {
        System.out.println("MutationTest.changedBytesAreAnErrorOrDoNotMatter: seed " + SEED + ", " + MUTATIONS);
        Random random = new Random(SEED);
        byte[][] archives = {
            TestArchive.of(tree()).write(),
            TestArchive.of(tree()).windows(2, Long.MAX_VALUE).write(),
            TestArchive.of(tree()).sealed().write(),
        };
        ErrorOrRight[] readers = new ErrorOrRight[archives.length];
        for (int i = 0; i < archives.length; i++) {
            readers[i] = new ErrorOrRight(archives[i], tree(), TestArchive.keys());
        }
        int errors = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            int which = random.nextInt(archives.length);
            byte[] mutated = mutate(archives[which], random);
            int[] count = new int[1];
            attempt(i, mutated, bytes -> {
                count[0] += readers[which].byIndex(bytes, 1 + random.nextInt(2)) != null ? 1 : 0;
                count[0] += readers[which].forward(bytes) != null ? 1 : 0;
            });
            errors += count[0];
        }
        assertTrue(errors > MUTATIONS, "most changes matter: " + errors);
    }

    /// What is changed stands under right checksums, hashes and tags again: so the content may be another, but reading
    /// it ends in an error or in just as much as was promised.
    @Test
    void changedStructuresAreAnErrorOrAnotherArchive() throws IOException {
        System.out.println("MutationTest.changedStructuresAreAnErrorOrAnotherArchive: seed " + SEED + ", " + MUTATIONS);
        Random random = new Random(SEED);
        try (MasterKey key = MasterKey.plain()) {
            Header header = Header.plain(key);
            List<List<Forge.Frame>> archives = List.of(
                    Forge.framesOf(TestArchive.of(tree()).write(), header, key),
                    Forge.framesOf(TestArchive.of(tree()).windows(1, Long.MAX_VALUE).write(), header, key),
                    Forge.framesOf(TestArchive.of(treeWithCode()).level(9).write(), header, key),
                    Forge.framesOf(
                            TestArchive.of(treeWithExtents()).windows(3, Long.MAX_VALUE).write(), header, key));
            int errors = 0;
            for (int i = 0; i < MUTATIONS; i++) {
                List<Forge.Frame> frames = mutate(archives.get(random.nextInt(archives.size())), random);
                int at = random.nextInt(frames.size());
                boolean two = random.nextInt(4) == 0;
                int other = two ? random.nextInt(frames.size()) : at;
                byte[] forged = Forge.rebuild(frames, header, key, frame -> {
                    boolean chosen = frame.pointer() == frames.get(at).pointer()
                            || frame.pointer() == frames.get(other).pointer();
                    return chosen ? mutate(frame.raw(), random) : frame.raw();
                });
                int[] count = new int[1];
                attempt(i, forged, bytes -> count[0] += read(bytes));
                errors += count[0];
            }
            assertTrue(errors > MUTATIONS / 2, "many changes are seen: " + errors);
        }
    }

    /// @return how many of the two ways of reading saw an error
    private static int read(byte[] archive) throws IOException {
        int errors = 0;
        try (ArchiveReader reader = ArchiveReader.open(new MemorySource(archive), KeyFinder.PLAIN)) {
            EntryCursor cursor = reader.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL);
            EntryPath last = null;
            for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
                assertTrue(last == null || last.compareTo(entry.path()) < 0, "names increase");
                last = entry.path();
                if (entry.metadata().type() == EntryType.FILE) {
                    readSome(reader, entry);
                }
            }
        } catch (ArchiveException refused) {
            ErrorOrRight.checked(refused);
            errors++;
        }
        try {
            ForwardContents forward = ForwardContents.read(MemorySource.stream(archive), KeyFinder.PLAIN, 1);
            forward.damage.forEach(ErrorOrRight::checked);
            forward.entries.values().forEach(forward::contentOf);
            errors += forward.damage.isEmpty() ? 0 : 1;
        } catch (ArchiveException refused) {
            ErrorOrRight.checked(refused);
            errors++;
        }
        return errors;
    }

    private static void readSome(ArchiveReader reader, Entry entry) throws IOException {
        long size = entry.metadata().size();
        try (SeekableByteChannel channel = reader.open(entry)) {
            for (long at : new long[] {0, size / 2, Math.max(0, size - 10_000)}) {
                ByteBuffer target = ByteBuffer.allocate((int) Math.min(20_000, size - at));
                channel.position(at);
                while (target.hasRemaining()) {
                    if (channel.read(target) <= 0) {
                        fail(entry.path() + " ends before its size");
                    }
                }
            }
        }
    }
}
