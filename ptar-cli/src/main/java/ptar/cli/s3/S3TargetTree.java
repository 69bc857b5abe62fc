package ptar.cli.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.tree.TargetTree;
import ptar.tree.Xattr;
import software.amazon.awssdk.core.sync.RequestBody;

/// Extracts files as objects below a prefix. An object shows under its key when all of it is there, so an old one stays
/// until then. Folders are nothing but their keys; an empty one becomes an object whose key ends in `/`, as consoles
/// make it. Small objects are sent in the background: what fails is told when the tree is closed.
final class S3TargetTree implements TargetTree {
    /// Bytes of one file that came before those in front of them: more go to a temporary file.
    private static final long MAX_EARLY_BYTES = 32 << 20;

    private final S3Connection s3;
    private final Location.S3 base;
    private final S3SourceTree source;
    private final boolean replaces;
    private final Set<Bytes> folders = ConcurrentHashMap.newKeySet();
    /// Folders that have something in them, and so need no object of their own.
    private final Set<Bytes> filled = ConcurrentHashMap.newKeySet();
    private final Map<Bytes, ObjectOutput> open = new ConcurrentHashMap<>();
    private final Map<Bytes, CompletableFuture<Void>> sending = new ConcurrentHashMap<>();
    private final Semaphore senders;
    private final AtomicReference<IOException> failure = new AtomicReference<>();
    private final AtomicInteger failures = new AtomicInteger();

    /// @param s3 whose options must allow to overwrite if `replaces`; closed by the tree
    /// @param replaces whether a new object may take an old one's place, so that nothing is looked for before
    S3TargetTree(S3Connection s3, Location.S3 base, boolean replaces) {
        this.s3 = s3;
        this.base = base;
        this.source = new S3SourceTree(s3, base);
        this.replaces = replaces;
        this.senders = new Semaphore(2 * s3.options().parallel(), true);
    }

    /// How many of the [#senders] an object of this size takes. It holds what is not sent yet, at most all that one
    /// object may buffer: so all that are being sent hold at most twice that, whatever their sizes are. Each thread
    /// that extracts holds one more, which it writes or which waits here.
    static int sendersFor(long size, RemoteOptions options) {
        long most = options.bufferBytes();
        return (int) Math.max(1, (options.parallel() * Math.min(size, most) + most - 1) / most);
    }

    private Location.S3 objectOf(Bytes path) throws FileSystemException {
        String key = S3SourceTree.keyOf(path);
        if (key.isEmpty()) {
            throw new FileAlreadyExistsException(path.toString());
        }
        return new Location.S3(base.bucket(), base.key() + key, null);
    }

    private static Bytes normal(Bytes path) throws FileSystemException {
        return Bytes.of(S3SourceTree.keyOf(path));
    }

    private void fillParent(Bytes path) {
        int slash = path.lastIndexOf((byte) '/');
        if (slash > 0) {
            filled.add(path.slice(0, slash));
        }
    }

    @Override
    public boolean showsUnfinishedFiles() {
        return false;
    }

    @Override
    public SourceTree.Found stat(Bytes path) throws IOException {
        Bytes name = normal(path);
        await(name);
        if (folders.contains(name)) {
            return source.stat(Bytes.EMPTY, false);
        }
        try {
            return source.stat(name, false);
        } catch (NoSuchFileException nothing) {
            return null;
        }
    }

    @Override
    public SourceTree.Found statFollowing(Bytes path) throws IOException {
        return stat(path);
    }

    @Override
    public void makeFolder(Bytes path) throws IOException {
        Bytes name = normal(path);
        if (name.isEmpty() || !folders.add(name)) {
            throw new FileAlreadyExistsException(path.toString());
        }
        fillParent(name);
    }

    @Override
    public TargetFile createFile(Bytes path) throws IOException {
        Bytes name = normal(path);
        objectOf(name);
        await(name);
        if (!replaces && stat(name) != null) {
            throw new FileAlreadyExistsException(path.toString());
        }
        return overwriteFile(name, false);
    }

    @Override
    public TargetFile overwriteFile(Bytes path, boolean followLink) throws IOException {
        Bytes name = normal(path);
        await(name);
        fillParent(name);
        ObjectOutput output = new ObjectOutput(name, S3Sink.sharing(s3, objectOf(name)));
        open.put(name, output);
        return output;
    }

    /// A file on its way. Pieces may come in any order; the object is written from its start to its end.
    private final class ObjectOutput implements TargetFile {
        private final Bytes path;
        private final S3Sink sink;
        private final TreeMap<Long, ByteBuffer> early = new TreeMap<>();
        private long earlyBytes;
        private long position;
        private Path temporary;
        private FileChannel spill;
        private boolean isHandedOver;

        ObjectOutput(Bytes path, S3Sink sink) {
            this.path = path;
            this.sink = sink;
        }

        @Override
        public void write(MemorySegment bytes, long offset) throws IOException {
            if (spill != null) {
                spillAt(bytes.asByteBuffer(), offset);
            } else if (offset == position) {
                append(bytes.asByteBuffer());
                while (!early.isEmpty() && early.firstKey() == position) {
                    ByteBuffer next = early.pollFirstEntry().getValue();
                    earlyBytes -= next.remaining();
                    append(next);
                }
            } else if (earlyBytes + bytes.byteSize() <= MAX_EARLY_BYTES) {
                early.put(offset, ByteBuffer.allocate((int) bytes.byteSize()).put(bytes.asByteBuffer()).flip());
                earlyBytes += bytes.byteSize();
            } else {
                temporary = Files.createTempFile("ptar", ".part");
                spill = FileChannel.open(
                        temporary, StandardOpenOption.READ, StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
                for (Map.Entry<Long, ByteBuffer> piece : early.entrySet()) {
                    spillAt(piece.getValue(), piece.getKey());
                }
                early.clear();
                spillAt(bytes.asByteBuffer(), offset);
            }
        }

        private void append(ByteBuffer bytes) throws IOException {
            position += bytes.remaining();
            sink.write(bytes);
        }

        private void spillAt(ByteBuffer bytes, long offset) throws IOException {
            for (long at = offset; bytes.hasRemaining(); ) {
                at += spill.write(bytes, at);
            }
        }

        @Override
        public void finish(long size, Metadata metadata, Restore what, Problems problems) throws IOException {
            for (Map.Entry<Long, ByteBuffer> piece : early.entrySet()) {
                fill(piece.getKey());
                append(piece.getValue());
            }
            early.clear();
            copySpilled();
            fill(size);
            handOver();
        }

        private void fill(long end) throws IOException {
            ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
            while (position < end) {
                append(zeros.clear().limit((int) Math.min(zeros.capacity(), end - position)));
            }
        }

        private void copySpilled() throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
            while (spill != null && spill.read(buffer.clear(), position) > 0) {
                append(buffer.flip());
            }
        }

        /// The server must be told of an object before its content.
        @Override
        public void expect(Metadata metadata, Restore what) {
            Map<String, String> pairs = new HashMap<>();
            Map<String, String> tags = new HashMap<>();
            String type = what.xattrs() && s3.options().metadata() ? describe(metadata, pairs, tags) : null;
            if (what.modificationTime()) {
                pairs.put(S3SourceTree.MTIME, S3SourceTree.secondsOf(metadata.modificationTime()));
            }
            sink.describe(type, pairs, tags);
        }

        /// @return the content type, null if none is kept
        private static String describe(Metadata metadata, Map<String, String> pairs, Map<String, String> tags) {
            String type = null;
            for (Xattr xattr : metadata.xattrs()) {
                String name = xattr.name().toString();
                String value = xattr.value().utf8OrNull();
                if (value == null) {
                    continue;
                }
                if (name.startsWith(S3SourceTree.METADATA)) {
                    pairs.put(name.substring(S3SourceTree.METADATA.length()), value);
                } else if (name.startsWith(S3SourceTree.TAG)) {
                    tags.put(name.substring(S3SourceTree.TAG.length()), value);
                } else if (name.equals(S3SourceTree.CONTENT_TYPE)) {
                    type = value;
                }
            }
            return type;
        }

        /// The last requests need no thread that extracts to wait for them.
        private void handOver() throws IOException {
            isHandedOver = true;
            open.remove(path);
            CompletableFuture<Void> sent = new CompletableFuture<>();
            sending.put(path, sent);
            int taken = sendersFor(position, s3.options());
            try {
                senders.acquire(taken);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                sent.complete(null);
                sink.close();
                throw new InterruptedIOException("interrupted");
            }
            Thread.ofVirtual().name("ptar-object").start(() -> {
                try (sink) {
                    sink.commit();
                } catch (IOException | RuntimeException e) {
                    failures.incrementAndGet();
                    failure.compareAndSet(null, e instanceof IOException io ? io : new IOException(e));
                } finally {
                    senders.release(taken);
                    sending.remove(path, sent);
                    sent.complete(null);
                }
            });
        }

        @Override
        public void close() throws IOException {
            if (spill != null) {
                spill.close();
            }
            if (!isHandedOver) {
                open.remove(path);
                sink.close();
            }
        }
    }

    /// Waits until an object that is being sent is there.
    private void await(Bytes path) throws IOException {
        CompletableFuture<Void> sent = sending.get(path);
        if (sent != null) {
            try {
                sent.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static FileSystemException unsupported(Bytes path, String what) {
        return new FileSystemException(path.toString(), null, "Operation not supported: S3 has no " + what);
    }

    @Override
    public void makeSymlink(Bytes path, Bytes target) throws IOException {
        throw unsupported(path, "symbolic links");
    }

    @Override
    public void makeHardLink(Bytes path, Bytes existing) throws IOException {
        throw unsupported(path, "hard links");
    }

    @Override
    public void makeNode(Bytes path, Metadata metadata) throws IOException {
        throw unsupported(path, "devices, fifos and sockets");
    }

    @Override
    public void removeFile(Bytes path) throws IOException {
        Bytes name = normal(path);
        ObjectOutput output = open.get(name);
        if (output != null) {
            // It has never been there; what has is an older one.
            output.close();
            return;
        }
        await(name);
        delete(objectOf(name));
    }

    private void delete(Location.S3 object) throws IOException {
        s3.call(object, "DeleteObject", () -> s3.client().deleteObject(
                r -> r.bucket(object.bucket()).key(object.key()).requestPayer(s3.requestPayer())));
    }

    @Override
    public void removeFolder(Bytes path) throws IOException {
        Bytes name = normal(path);
        if (!names(name).isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        folders.remove(name);
        delete(new Location.S3(base.bucket(), objectOf(name).key() + "/", null));
    }

    @Override
    public void rename(Bytes from, Bytes to) throws IOException {
        await(normal(from));
        Location.S3 source = objectOf(from);
        Location.S3 target = objectOf(to);
        s3.call(target, "PutObject", () -> s3.client().copyObject(
                r -> r.sourceBucket(source.bucket()).sourceKey(source.key()).destinationBucket(target.bucket())
                        .destinationKey(target.key()).requestPayer(s3.requestPayer())));
        delete(source);
    }

    @Override
    public List<Bytes> names(Bytes path) throws IOException {
        for (Bytes name : sending.keySet()) {
            await(name);
        }
        try (SourceTree.Folder folder = source.openFolder(path, false)) {
            return folder.names();
        }
    }

    @Override
    public SourceFile openFile(Bytes path) throws IOException {
        await(normal(path));
        return source.openFresh(path);
    }

    @Override
    public void setMetadata(Bytes path, Metadata metadata, Restore what, Problems problems) throws IOException {
        Bytes name = normal(path);
        if (metadata.type() == EntryType.FOLDER && !name.isEmpty() && filled.add(name)) {
            Location.S3 marker = new Location.S3(base.bucket(), objectOf(name).key() + "/", null);
            s3.call(marker, "PutObject", () -> s3.client().putObject(
                    r -> r.bucket(marker.bucket()).key(marker.key()).requestPayer(s3.requestPayer()),
                    RequestBody.empty()));
        }
    }

    /// @throws IOException if an object could not be written that was sent in the background
    @Override
    public void close() throws IOException {
        try {
            for (Bytes path : sending.keySet()) {
                await(path);
            }
            for (ObjectOutput output : open.values()) {
                output.close();
            }
        } finally {
            s3.close();
        }
        IOException first = failure.get();
        if (first != null) {
            int others = failures.get() - 1;
            String more = others == 0 ? "" : " (and " + others + " other objects could not be written)";
            throw first instanceof FileSystemException known
                    ? new FileSystemException(known.getFile(), null, known.getReason() + more)
                    : new IOException(first.getMessage() + more, first);
        }
    }
}
