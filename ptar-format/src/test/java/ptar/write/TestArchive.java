package ptar.write;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ptar.crypto.KeyFile;
import ptar.crypto.KeySlots;
import ptar.crypto.MasterKey;
import ptar.crypto.Secret;
import ptar.layout.Header;
import ptar.read.KeyFinder;
import ptar.storage.MemorySink;
import ptar.storage.MemorySource;
import ptar.tree.Bytes;
import ptar.tree.SourceTree;

/// Writes archives in memory, with limits that small trees reach.
public final class TestArchive {
    /// Opens what [#sealed] writes; known to all tests.
    public static final KeyFile KEY_FILE = KeyFile.random();

    private final SourceTree tree;
    private WriteOptions options = new WriteOptions(1, WriteOptions.MIN_BLOCK_SIZE, false, 2);
    private WriteListener listener = WriteListener.NONE;
    private Window.Limits windows = Window.Limits.DEFAULT;
    private boolean sealed;
    private Header header;
    private MasterKey key;

    private TestArchive(SourceTree tree) {
        this.tree = tree;
    }

    public static TestArchive of(SourceTree tree) {
        return new TestArchive(tree);
    }

    public TestArchive threads(int threads) {
        options = options.withThreads(threads);
        return this;
    }

    public TestArchive level(int level) {
        options = options.withLevel(level);
        return this;
    }

    public TestArchive blockSize(int blockSize) {
        options = options.withBlockSize(blockSize);
        return this;
    }

    public TestArchive windows(int entries, long bytes) {
        windows = new Window.Limits(entries, bytes);
        return this;
    }

    public TestArchive padded() {
        options = options.withPadding();
        return this;
    }

    public TestArchive listener(WriteListener newListener) {
        listener = newListener;
        return this;
    }

    public TestArchive sealed() {
        sealed = true;
        return this;
    }

    /// Sealed under a header and key of the test's, which stay its own.
    public TestArchive sealed(Header ownHeader, MasterKey ownKey) {
        header = ownHeader;
        key = ownKey;
        return this;
    }

    public byte[] write() throws IOException {
        MemorySink sink = new MemorySink();
        write(sink);
        return sink.archive();
    }

    WriteSummary write(MemorySink sink) throws IOException {
        try (EntrySource walk = walk(tree)) {
            return write(sink, walk);
        }
    }

    WriteSummary write(MemorySink sink, EntrySource entries) throws IOException {
        try (MasterKey own = newMasterKey()) {
            Header ownHeader = header != null ? header
                    : sealed ? KeySlots.sealedHeader(own, List.of(KEY_FILE)) : Header.plain(own);
            return new ArchiveWriter(entries, sink, options, listener, windows).write(() -> ownHeader, own);
        }
    }

    private MasterKey newMasterKey() {
        if (key != null) {
            return key.copy();
        }
        return sealed ? MasterKey.random(new java.security.SecureRandom()) : MasterKey.plain();
    }

    static EntrySource walk(SourceTree tree) {
        return new TreeWalk(List.of(WalkOperand.of(tree, Bytes.of("."))));
    }

    /// What the walk brings, in order.
    static List<EntrySource.Item> items(SourceTree tree) throws IOException {
        List<EntrySource.Item> items = new ArrayList<>();
        try (EntrySource walk = walk(tree)) {
            for (EntrySource.Item item = walk.next(); item != null; item = walk.next()) {
                items.add(item);
            }
        }
        return items;
    }

    public static KeyFinder keys() {
        return KeyFinder.of(List.<Secret>of(KEY_FILE), MemorySource.NAME);
    }
}
