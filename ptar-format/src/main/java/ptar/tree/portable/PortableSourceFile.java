package ptar.tree.portable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.FileFailure;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree.Found;

/// An open file to read.
final class PortableSourceFile implements SourceFile {
    static final long MAX_TRANSFER = 1 << 30;

    private final Path path;
    private final boolean followLink;
    private final Bytes shown;
    private final Looker looker;
    private final FileChannel channel;

    PortableSourceFile(Path path, boolean followLink, Bytes shown, Looker looker) throws IOException {
        this.path = path;
        this.followLink = followLink;
        this.shown = shown;
        this.looker = looker;
        // Looked at first, as opening a fifo would wait; should one take the file's place meanwhile, it does.
        if (stat().metadata().type() != EntryType.FILE) {
            throw FileFailure.notRegular(shown.toString());
        }
        Set<OpenOption> options = new HashSet<>(List.of(Looker.options(followLink)));
        options.add(StandardOpenOption.READ);
        channel = Failures.named(shown, () -> FileChannel.open(path, options));
    }

    @Override
    public long read(MemorySegment target, long offset) throws IOException {
        long done = 0;
        while (done < target.byteSize()) {
            long want = Math.min(target.byteSize() - done, MAX_TRANSFER);
            ByteBuffer buffer = target.asSlice(done, want).asByteBuffer();
            long from = offset + done;
            int n = Failures.named(shown, () -> channel.read(buffer, from));
            if (n < 0) {
                break;
            }
            done += n;
        }
        return done;
    }

    /// Of what the path names now.
    @Override
    public Found stat() throws IOException {
        return Failures.named(shown, () -> looker.look(path, followLink));
    }

    @Override
    public Stretch nextData(long offset, long size) {
        return new Stretch(Math.min(offset, size), size);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
