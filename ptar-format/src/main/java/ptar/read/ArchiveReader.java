package ptar.read;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import ptar.crypto.MasterKey;
import ptar.crypto.SegmentCipher;
import ptar.error.ArchiveException;
import ptar.error.CorruptArchiveException;
import ptar.error.NotAnArchiveException;
import ptar.error.UnsupportedVersionException;
import ptar.error.WrongKeyException;
import ptar.index.EntryCursor;
import ptar.index.TreePages;
import ptar.layout.ClosingMark;
import ptar.layout.Entry;
import ptar.layout.Extent;
import ptar.layout.FrameType;
import ptar.layout.Header;
import ptar.layout.Leaf;
import ptar.layout.Node;
import ptar.layout.Pointer;
import ptar.layout.Root;
import ptar.layout.Run;
import ptar.layout.RunEnd;
import ptar.layout.SegmentHead;
import ptar.layout.Suite;
import ptar.segment.RunReader;
import ptar.segment.SegmentCiphers;
import ptar.storage.BufferPool;
import ptar.storage.RangeSource;
import ptar.storage.SuffixSource;
import ptar.storage.Workers;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;

/// Reads an archive at random: the front door for reading.
///
///     try (ArchiveReader archive = ArchiveReader.open(new FileSource(Path.of("a.ptar")), KeyFinder.PLAIN)) {
///         EntryCursor entries = archive.entries(EntryPath.ROOT, EntryCursor.Damage.FATAL);
///         for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
///             System.out.println(entry.path() + " " + entry.metadata().size());
///         }
///         SeekableByteChannel file = archive.open(archive.find(EntryPath.of("tree/README")));
///     }
///
/// Opening costs one read of the source's last bytes (and one of its first where reads are cheap); a path one for its
/// leaf, content one for each block. Thread-safe but for cursors and channels.
public final class ArchiveReader implements Closeable {
    /// The closing mark, a header, the root and the nodes over some two million entries.
    static final int SUFFIX_BYTES = 512 << 10;

    /// Raw leaves that are read at once: many where a read is a round trip, few elsewhere, as fresh memory costs more.
    /// Twice as many are held while the next are read ahead.
    private static final long MAX_FAR_LEAF_BYTES = 8 << 20;

    private static final long MAX_NEAR_LEAF_BYTES = 1 << 17;
    private static final long IDLE_BUFFER_BYTES = 256L << 20;

    private final SuffixSource source;
    private final Header header;
    private final MasterKey key;
    private final FrameSource frames;
    private final Root root;
    private final Run lastRun;
    private final BlockCache blocks;
    /// Null until leaves are read ahead.
    private ExecutorService ahead;

    private ArchiveReader(
            SuffixSource source, Header header, MasterKey key, FrameSource frames, Root root, Run lastRun) {
        this.source = source;
        this.header = header;
        this.key = key;
        this.frames = frames;
        this.root = root;
        this.lastRun = lastRun;
        this.blocks = new BlockCache(frames);
    }

    /// @param source closed with the reader, and when opening fails
    /// @throws ptar.error.NotAnArchiveException if it is something else
    /// @throws WrongKeyException if no key fits
    /// @throws CorruptArchiveException if it is damaged or cut short: [ForwardReader] still gets out what is whole
    /// @throws ptar.error.BrokenSealException the same of a segment of a sealed one
    public static ArchiveReader open(RangeSource source, KeyFinder keys) throws IOException {
        MasterKey key = null;
        try {
            RangeSource.Suffix suffix = source.readSuffix(SUFFIX_BYTES);
            SuffixSource buffered = new SuffixSource(source, suffix);
            ByteBuffer bytes = suffix.bytes().duplicate();
            int markPosition = bytes.limit() - ClosingMark.SIZE;
            if (markPosition < 0 || !ClosingMark.isAt(bytes.duplicate().position(markPosition))) {
                throw withoutClosing(buffered);
            }
            ClosingMark mark =
                    ClosingMark.readFrom(bytes.duplicate().position(markPosition), source.name() + ": closing mark");
            if (mark.archiveLength() != suffix.length()) {
                throw new CorruptArchiveException(source.name() + ": is " + suffix.length() + " bytes long, "
                        + mark.archiveLength() + " expected (something was put before or behind it?)");
            }
            ByteBuffer headerCopy = bytes.slice(markPosition - mark.headerLength(), mark.headerLength());
            Header header = readCopy(buffered, headerCopy);
            if (header.length() != mark.headerLength()) {
                throw new CorruptArchiveException(source.name() + ": the header's length is " + header.length()
                        + ", the closing mark says " + mark.headerLength());
            }
            compareWithFront(buffered, header.suite(), headerCopy);
            key = keys.keyOf(header);
            authenticate(source.name(), header, mark, key);
            return openTree(buffered, header, mark, key);
        } catch (IOException | RuntimeException failed) {
            if (key != null) {
                key.close();
            }
            source.close();
            throw failed;
        }
    }

    /// Says what a source without a closing mark is: no archive, or a damaged one.
    private static ArchiveException withoutClosing(SuffixSource source) throws IOException {
        long length = Math.min(source.length(), Header.PROBE_SIZE);
        MemorySegment start = Arena.ofAuto().allocate(Math.max(1, length)).asSlice(0, length);
        source.read(start, 0);
        Header.lengthFrom(start.asByteBuffer(), source.name());
        return new CorruptArchiveException(
                source.name() + ": ends at offset " + source.length() + " without a closing mark (cut short?)");
    }

    /// Reads the header's copy. If it is not even that and the front is something else, it is damaged.
    private static Header readCopy(SuffixSource source, ByteBuffer copy) throws IOException {
        try {
            return Header.readFrom(copy.duplicate(), source.name());
        } catch (NotAnArchiveException | UnsupportedVersionException notOurs) {
            if (frontOf(source, copy.remaining()).equals(copy)) {
                throw notOurs;
            }
            throw new CorruptArchiveException(source.name() + ": the header's copy at the end is damaged");
        }
    }

    private static ByteBuffer frontOf(SuffixSource source, int length) throws IOException {
        MemorySegment front = Arena.ofAuto().allocate(length);
        source.read(front, 0);
        return front.asByteBuffer();
    }

    /// Both headers must be the same where both are at hand: otherwise an older one was put back, or it is damaged.
    private static void compareWithFront(SuffixSource source, Suite suite, ByteBuffer copy) throws IOException {
        if (source.isFar()) {
            return; // a round trip more; the copy that is used is authenticated by itself
        }
        if (!frontOf(source, copy.remaining()).equals(copy)) {
            CorruptArchiveException differs = new CorruptArchiveException(
                    source.name() + ": the header differs from its copy at the end (damaged, or a change of keys was"
                            + " interrupted, or an older header was put back)");
            // Of a sealed archive nothing is read then, by no other way either: spec §2.4.
            throw suite.isSealed() ? new WrongKeyException(source.name(), differs) : differs;
        }
    }

    private static void authenticate(String name, Header header, ClosingMark mark, MasterKey key)
            throws ArchiveException {
        header.requireAuthentic(key, name);
        byte[] mac = key.closingMac(ByteBuffer.wrap(mark.macInput()));
        if (!MessageDigest.isEqual(mac, mark.mac().toArray())) {
            throw new CorruptArchiveException(name + ": closing mark: MAC mismatch (damaged)");
        }
    }

    private static ArchiveReader openTree(SuffixSource source, Header header, ClosingMark mark, MasterKey key)
            throws IOException {
        BufferPool buffers = new BufferPool(IDLE_BUFFER_BYTES);
        RunReader last = runReader(source, header, mark.lastRun(), key, buffers);
        MemorySegment endBytes = Arena.ofAuto().allocate(RunEnd.SIZE);
        last.read(endBytes, last.plainLength() - RunEnd.SIZE);
        String where = source.name() + ": run " + mark.lastRun().index();
        RunEnd end = RunEnd.readFrom(endBytes.asByteBuffer(), last.plainLength(), where);
        if (!end.hasRoot()) {
            throw new CorruptArchiveException(where + ": the last run has no root");
        }
        Root root = FrameSource.readRoot(source.name(), last, mark.lastRun().index(), end, buffers);
        FrameSource frames = new FrameSource(source.name(), buffers);
        for (Run run : root.earlierRuns()) {
            frames.addRun(runReader(source, header, run, key, buffers));
        }
        frames.addRun(last);
        return new ArchiveReader(source, header, key, frames, root, mark.lastRun());
    }

    private static RunReader runReader(
            SuffixSource source, Header header, Run run, MasterKey key, BufferPool buffers)
            throws CorruptArchiveException {
        if (run.offset() > source.length() - run.storedLength() - header.length()) {
            throw new CorruptArchiveException(source.name() + ": run " + run.index() + " at " + run.offset() + "+"
                    + run.storedLength() + " passes the end");
        }
        byte[] salt = run.salt().toArray();
        SegmentCiphers ciphers =
                new SegmentCiphers(() -> SegmentCipher.forRun(header.suite(), key, salt, run.index()));
        int archiveTag = SegmentHead.archiveTag(header.archiveId());
        return new RunReader(source, header.length(), run, archiveTag, ciphers, buffers);
    }

    public String name() {
        return source.name();
    }

    public Header header() {
        return header;
    }

    public Root root() {
        return root;
    }

    /// All runs of the archive in order.
    public List<Run> runs() {
        List<Run> runs = new ArrayList<>(root.earlierRuns());
        runs.add(lastRun);
        return runs;
    }

    /// Whether all that a command needs of it can be verified before any of it is used, and is worth to be: a sealed
    /// archive, and one that is here. What is far would be transferred twice. Spec §13.1.
    public boolean isVerifiedFirst() {
        return header.suite().isSealed() && !source.isFar();
    }

    /// Whether the tree has an entry for its own root, so that names are shown with `./`. Reads a leaf only where there
    /// is but one.
    public boolean hasRootEntry() throws IOException {
        return switch (root.height()) {
            case 0 -> false;
            case 1 -> find(EntryPath.ROOT) != null;
            default -> pages.node(root.topAsChild().pointer(), root.height() - 1)
                    .children().getFirst().firstPath().isRoot();
        };
    }

    FrameSource frames() {
        return frames;
    }

    RangeSource source() {
        return source;
    }

    /// The entries at and below a path in order; of the whole tree with [EntryPath#ROOT].
    public EntryCursor entries(EntryPath below, EntryCursor.Damage damage) {
        return new EntryCursor(root, pages, below, damage);
    }

    /// @return null if there is no such entry
    public Entry find(EntryPath path) throws IOException {
        Entry entry = entries(path, EntryCursor.Damage.FATAL).next();
        return entry != null && entry.path().equals(path) ? entry : null;
    }

    /// Opens a file's content. The channel is used by one thread; holes read as zeros.
    ///
    /// @throws IllegalArgumentException if the entry is not a file
    public SeekableByteChannel open(Entry file) throws IOException {
        if (file.metadata().type() != EntryType.FILE) {
            throw new IllegalArgumentException("'" + file.path() + "' is not a file");
        }
        return new ContentChannel(blocks, this::extentsOf, file.extents(), file.metadata().size());
    }

    /// The extents in a frame of their own. A file may have more of them than memory holds: one frame's at a time.
    List<Extent> extentsOf(Extent.More more) throws IOException {
        return frames.read(
                more.frame(), FrameType.EXTENTS, (raw, at) -> Leaf.readExtents(raw, at.position(), more.length()));
    }

    private final TreePages pages = new TreePages() {
        @Override
        public String name() {
            return source.name();
        }

        @Override
        public Node node(Pointer pointer, int level) throws IOException {
            return frames().read(pointer, FrameType.NODE, (raw, at) -> Node.readFrom(raw, at.position(), level));
        }

        @Override
        public List<Leaf> leaves(List<Pointer> pointers) throws IOException {
            long maxRawBytes = source.isFar() ? MAX_FAR_LEAF_BYTES : MAX_NEAR_LEAF_BYTES;
            return frames().readAdjacent(
                    pointers, FrameType.LEAF, maxRawBytes, (raw, at) -> Leaf.readFrom(raw, at.position()));
        }

        @Override
        public Ahead leavesAhead(List<Pointer> pointers) {
            Future<List<Leaf>> leaves = submit(() -> leaves(pointers));
            return () -> Workers.await(leaves);
        }
    };

    @Override
    public void close() throws IOException {
        try (source; key; frames) {
            stopReadingAhead();
        }
    }

    private synchronized <T> Future<T> submit(Callable<T> task) {
        if (ahead == null) {
            ahead = Workers.start(1, "leaves");
        }
        return ahead.submit(task);
    }

    /// Leaves that nobody wants any more may still be on their way.
    private synchronized void stopReadingAhead() {
        if (ahead != null) {
            Workers.stop(ahead);
        }
    }
}
