package ptar.cli.remote;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.UnaryOperator;
import ptar.storage.FileSink;
import ptar.storage.Sink;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.tree.Timestamp;
import ptar.write.ArchiveWriter;
import ptar.write.EntrySource;
import ptar.write.WriteListener;
import ptar.write.WriteOptions;

/// Any number of small files that no disk has, in folders of a thousand entries. They hold random hex digits, which
/// shrink to a half, as real trees do or more.
public final class ManyFiles implements EntrySource, SourceTree {
    private static final int IN_A_FOLDER = 1000;
    private static final Owner OWNER = new Owner(1000, 1000, "somebody", "users");

    private final int entries;
    private final int size;
    private final int bigEntry;
    private final int bigSize;
    private int at;

    /// @param entries files and folders
    /// @param size of each file but one
    /// @param bigEntry the number of a file of another size
    private ManyFiles(int entries, int size, int bigEntry, int bigSize) {
        this.entries = entries;
        this.size = size;
        this.bigEntry = bigEntry;
        this.bigSize = bigSize;
    }

    /// Writes an archive of them.
    public static void archive(Path file, int entries, int size, int bigEntry, int bigSize) throws IOException {
        try (ManyFiles files = new ManyFiles(entries, size, bigEntry, bigSize); Sink sink = new FileSink(file)) {
            ArchiveWriter.write(files, sink, WriteOptions.DEFAULT, WriteListener.NONE);
        }
    }

    /// The path of an entry.
    public static String nameOf(int entry) {
        String folder = String.format("d%05d", entry / IN_A_FOLDER);
        return isFolder(entry) ? folder : folder + String.format("/file-%03d.dat", entry % IN_A_FOLDER);
    }

    /// The content of a file.
    public static byte[] contentOf(int entry, int size) {
        byte[] noise = new byte[(size + 1) / 2];
        new Random(entry).nextBytes(noise);
        return Arrays.copyOf(HexFormat.of().formatHex(noise).getBytes(StandardCharsets.US_ASCII), size);
    }

    private static boolean isFolder(int entry) {
        return entry % IN_A_FOLDER == 0;
    }

    private int sizeOf(int entry) {
        return entry == bigEntry ? bigSize : size;
    }

    private Found found(int entry) {
        Metadata metadata = isFolder(entry)
                ? Metadata.of(EntryType.FOLDER, 0755, OWNER, new Timestamp(1_700_000_000L + entry, 0))
                : Metadata.of(EntryType.FILE, 0644, OWNER, new Timestamp(1_700_000_000L + entry, 123_456_789))
                        .withSize(sizeOf(entry));
        return new Found(metadata, 1, entry + 1L, 1, null, 0);
    }

    @Override
    public Item next() {
        if (at == entries) {
            return null;
        }
        int entry = at++;
        Found found = found(entry);
        return new Item(
                EntryPath.of(nameOf(entry)), found.metadata(), this, Bytes.of(nameOf(entry)),
                Bytes.of(Integer.toString(entry)), false, found,
                UnaryOperator.identity());
    }

    @Override
    public SourceFile openFile(Bytes path, boolean followLink) {
        int entry = Integer.parseInt(path.toString());
        byte[] content = contentOf(entry, sizeOf(entry));
        return new SourceFile() {
            @Override
            public long read(MemorySegment target, long offset) {
                long length = Math.min(target.byteSize(), content.length - offset);
                MemorySegment.copy(MemorySegment.ofArray(content), offset, target, 0, length);
                return length;
            }

            @Override
            public Found stat() {
                return found(entry);
            }

            @Override
            public Stretch nextData(long offset, long fileSize) {
                return new Stretch(offset, fileSize);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Found stat(Bytes path, boolean followLink) {
        return found(Integer.parseInt(path.toString()));
    }

    @Override
    public Folder openFolder(Bytes path, boolean followLink) {
        throw new UnsupportedOperationException("nobody walks here");
    }

    @Override
    public void close() {}
}
