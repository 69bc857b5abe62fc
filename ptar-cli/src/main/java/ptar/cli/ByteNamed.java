package ptar.cli;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.util.concurrent.ThreadLocalRandom;
import ptar.Trees;
import ptar.storage.RangeSource;
import ptar.storage.Sink;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.tree.TargetTree;
import ptar.tree.Timestamp;

/// Archives whose names Java's paths can't say: not UTF-8, or not ASCII where the locale is. They are reached through
/// the trees, which name files by bytes.
final class ByteNamed {
    private static final int BUFFER_SIZE = 1 << 20;

    private ByteNamed() {}

    /// An archive to be read.
    static final class Source implements RangeSource {
        private final SourceTree tree;
        private final SourceFile file;
        private final String name;
        private final long length;

        Source(Bytes path, String name) throws IOException {
            this.name = name;
            this.tree = Trees.source(LocalFiles.HERE, new SourceTree.Wanted(false, false, false, false, false));
            try {
                this.file = tree.openFile(path, true);
                this.length = file.stat().metadata().size();
            } catch (IOException e) {
                tree.close();
                throw e;
            }
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Suffix readSuffix(int atMost) throws IOException {
            MemorySegment suffix = Arena.ofAuto().allocate(Math.max(1, Math.min(length, atMost)))
                    .asSlice(0, Math.min(length, atMost));
            read(suffix, length - suffix.byteSize());
            return new Suffix(length, suffix.asByteBuffer());
        }

        @Override
        public synchronized void read(MemorySegment target, long offset) throws IOException {
            if (file.read(target, offset) < target.byteSize()) {
                throw new EOFException(name + ": ends at offset " + length + ", bytes up to "
                        + (offset + target.byteSize()) + " were expected");
            }
        }

        @Override
        public synchronized void close() throws IOException {
            file.close();
            tree.close();
        }
    }

    /// An archive to be written, beside its target until it is complete: as [ptar.storage.FileSink] does it.
    static final class Output implements Sink {
        private static final int MAX_LINKS = 40;

        private final TargetTree tree;
        private final Bytes path;
        private final Bytes temporary;
        private final String name;
        private final TargetTree.TargetFile file;
        private final Arena arena = Arena.ofShared();
        private final MemorySegment buffer = arena.allocate(BUFFER_SIZE);
        private final boolean durable;
        /// Of the archive that is replaced; null if there is none.
        private final Metadata replaced;

        private long length;
        private boolean committed;
        private boolean closed;

        /// @param durable true if the archive is to be on the disk once it is committed
        Output(Bytes name, String shown, boolean durable) throws IOException {
            this.name = shown;
            this.durable = durable;
            this.tree = Trees.target(LocalFiles.HERE, true);
            String suffix = "." + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36) + ".part";
            try {
                SourceTree.Found found = tree.statFollowing(name);
                if (found != null && found.metadata().type() != EntryType.FILE) {
                    throw new FileSystemException(shown, null, "is not a regular file, and Java can't name it");
                }
                this.replaced = found == null ? null : found.metadata();
                this.path = found == null ? name : behindLinks(name);
                int base = path.lastIndexOf((byte) '/') + 1;
                this.temporary = path.slice(0, base).concat(Bytes.of("."))
                        .concat(path.slice(base, path.length())).concat(Bytes.of(suffix));
                this.file = tree.createFile(temporary);
            } catch (IOException e) {
                tree.close();
                throw e;
            }
        }

        private Bytes behindLinks(Bytes name) throws IOException {
            Bytes at = name;
            for (int i = 0; i < MAX_LINKS; i++) {
                SourceTree.Found found = tree.stat(at);
                if (found == null || found.metadata().type() != EntryType.SYMLINK) {
                    break;
                }
                Bytes target = found.metadata().linkTarget();
                at = target.startsWith(Bytes.of("/")) ? target
                        : at.slice(0, at.lastIndexOf((byte) '/') + 1).concat(target);
            }
            return at;
        }

        Bytes temporary() {
            return temporary;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                int n = Math.min(bytes.remaining(), BUFFER_SIZE);
                MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, buffer, 0, n);
                file.write(buffer.asSlice(0, n), length);
                bytes.position(bytes.position() + n);
                length += n;
            }
        }

        @Override
        public void commit() throws IOException {
            boolean replaces = replaced != null;
            Metadata metadata = Metadata.of(
                            EntryType.FILE, replaces ? replaced.mode() : 0666, new Owner(0, 0, "", ""),
                            new Timestamp(0, 0))
                    .withSize(length);
            TargetTree.Restore modeOnly = new TargetTree.Restore(false, true, replaces, false, false, false, false);
            file.finish(length, metadata, modeOnly, (_, _, _) -> { });
            if (replaces || durable) {
                file.force();
            }
            tree.rename(temporary, path);
            committed = true;
            if (replaces || durable) {
                file.force();
            }
        }

        @Override
        public synchronized void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            file.close();
            if (!committed) {
                tree.removeFile(temporary);
            }
            tree.close();
            arena.close();
        }
    }
}
