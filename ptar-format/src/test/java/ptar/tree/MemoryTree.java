package ptar.tree;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A tree in memory: names of any bytes, all metadata, holes, hard links, and files that change while they are read.
/// Links are not followed. Walked and read by several threads once it is built.
public final class MemoryTree implements SourceTree {
    public static final Owner OWNER = new Owner(1000, 100, "anna", "users");
    public static final Timestamp TIME = new Timestamp(1_700_000_000, 123_456_789);
    private static final long DEVICE = 7;

    private final Node root = new Node(Metadata.of(EntryType.FOLDER, 0755, OWNER, TIME), null);
    private final AtomicInteger openFiles = new AtomicInteger();
    private long inodes;

    /// A file, folder, link or device.
    public final class Node {
        private final NavigableMap<Bytes, Node> children = new TreeMap<>();
        private final long inode = ++inodes;
        private Metadata metadata;
        private Content content;
        private Content whenOpened;
        private IOException openFailure;
        private long failsAt = Long.MAX_VALUE;
        private int links = 1;

        private Node(Metadata metadata, Content content) {
            this.metadata = metadata;
            this.content = content;
            this.whenOpened = content;
        }

        public Node with(Metadata newMetadata) {
            metadata = content == null ? newMetadata : newMetadata.withSize(content.size());
            return this;
        }

        public Metadata metadata() {
            return metadata;
        }

        /// What the walk sees.
        public Content content() {
            return content;
        }

        /// The file can't be opened any more.
        public Node refuses(IOException cause) {
            openFailure = cause;
            return this;
        }

        /// What is there from now on.
        public Node changes(Content later) {
            content = later;
            whenOpened = later;
            metadata = metadata.withSize(later.size());
            return this;
        }

        /// What is there when the file is read, after the walk has seen it, and never when it is looked at.
        public Node becomes(Content later) {
            whenOpened = later;
            return this;
        }

        /// Reads that touch this offset, or what is behind it, fail.
        public Node failsAt(long offset) {
            failsAt = offset;
            return this;
        }

        private Found found(Content now) {
            long stored = now == null ? 0 : now.data().stream().mapToLong(s -> s.end() - s.start()).sum();
            Metadata seen = now == null ? metadata : metadata.withSize(now.size());
            return new Found(seen, DEVICE, inode, links, null, stored);
        }
    }

    public Node root() {
        return root;
    }

    /// Files that were opened and not closed.
    public int openFiles() {
        return openFiles.get();
    }

    public Node file(String path, Content content) {
        return file(Bytes.of(path), content);
    }

    public Node file(Bytes path, Content content) {
        return add(path, new Node(
                Metadata.of(EntryType.FILE, 0644, OWNER, TIME).withSize(content.size()), content));
    }

    public Node file(String path, String content) {
        return file(path, Content.of(content));
    }

    public Node folder(String path) {
        return folder(Bytes.of(path));
    }

    private Node folder(Bytes path) {
        Node at = find(path);
        return at != null ? at : add(path, new Node(Metadata.of(EntryType.FOLDER, 0755, OWNER, TIME), null));
    }

    public Node symlink(String path, String target) {
        return other(path, Metadata.of(EntryType.SYMLINK, 0777, OWNER, TIME).withLinkTarget(Bytes.of(target)));
    }

    /// Whatever has no content and no children.
    public Node other(String path, Metadata metadata) {
        return add(Bytes.of(path), new Node(metadata, null));
    }

    public Node hardLink(String path, String existing) {
        Node node = find(Bytes.of(existing));
        node.links++;
        return add(Bytes.of(path), node);
    }

    /// Says how many names there are, some of them outside of the tree.
    public void setLinks(String path, int links) {
        find(Bytes.of(path)).links = links;
    }

    private Node add(Bytes path, Node node) {
        int slash = path.lastIndexOf((byte) '/');
        Node parent = slash < 0 ? root : folder(path.slice(0, slash));
        parent.children.put(path.slice(slash + 1, path.length()), node);
        return node;
    }

    /// @return null if there is nothing
    public Node find(Bytes path) {
        Node at = root;
        int start = 0;
        while (start <= path.length() && at != null) {
            int end = path.indexOf((byte) '/', start);
            end = end < 0 ? path.length() : end;
            Bytes name = path.slice(start, end);
            if (!name.isEmpty() && !name.equals(Bytes.of("."))) {
                at = at.children.get(name);
            }
            start = end + 1;
        }
        return at;
    }

    private Node need(Bytes path) throws IOException {
        Node node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    @Override
    public Found stat(Bytes path, boolean followLink) throws IOException {
        Node node = need(path);
        return node.found(node.content);
    }

    @Override
    public Folder openFolder(Bytes path, boolean followLink) throws IOException {
        return new MemoryFolder(need(path));
    }

    @Override
    public SourceFile openFile(Bytes path, boolean followLink) throws IOException {
        Node node = need(path);
        if (node.openFailure != null) {
            throw node.openFailure;
        }
        if (node.content == null) {
            throw new FileSystemException(path.toString(), null, "Not a regular file");
        }
        openFiles.incrementAndGet();
        return new MemoryFile(node, path);
    }

    /// Takes a name away, after the walk has seen it.
    public void remove(String path) {
        Bytes bytes = Bytes.of(path);
        int slash = bytes.lastIndexOf((byte) '/');
        find(slash < 0 ? Bytes.EMPTY : bytes.slice(0, slash)).children.remove(bytes.slice(slash + 1, bytes.length()));
    }

    @Override
    public void close() {}

    private static final class MemoryFolder implements Folder {
        private final Node node;

        MemoryFolder(Node node) {
            this.node = node;
        }

        @Override
        public List<Bytes> names() {
            return List.copyOf(node.children.keySet());
        }

        @Override
        public Found stat(Bytes name, boolean followLink) throws IOException {
            Node child = child(name);
            return child.found(child.content);
        }

        private Node child(Bytes name) throws IOException {
            Node child = node.children.get(name);
            if (child == null) {
                throw new NoSuchFileException(name.toString());
            }
            return child;
        }

        @Override
        public Folder openFolder(Bytes name, boolean followLink) throws IOException {
            return new MemoryFolder(child(name));
        }

        @Override
        public void close() {}
    }

    private final class MemoryFile implements SourceFile {
        private final Node node;
        private final Bytes path;

        MemoryFile(Node node, Bytes path) {
            this.node = node;
            this.path = path;
        }

        @Override
        public long read(MemorySegment target, long offset) throws IOException {
            long length = Math.clamp(node.whenOpened.size() - offset, 0, target.byteSize());
            if (offset + length > node.failsAt) {
                throw new FileSystemException(path.toString(), null, "Input/output error");
            }
            byte[] bytes = new byte[(int) length];
            if (length > 0) {
                node.whenOpened.read(offset, bytes);
            }
            MemorySegment.copy(MemorySegment.ofArray(bytes), 0, target, 0, length);
            return length;
        }

        @Override
        public Found stat() {
            return node.found(node.whenOpened);
        }

        @Override
        public Stretch nextData(long offset, long size) {
            Stretch data = node.whenOpened.firstData(offset);
            return data == null || data.start() >= size
                    ? new Stretch(size, size)
                    : new Stretch(Math.max(offset, data.start()), Math.min(size, data.end()));
        }

        @Override
        public void close() {
            openFiles.decrementAndGet();
        }
    }
}
