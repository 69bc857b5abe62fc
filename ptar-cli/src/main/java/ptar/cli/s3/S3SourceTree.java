package ptar.cli.s3;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ptar.cli.location.Location;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Tag;

/// Objects below a prefix as files: keys are paths, size and time of modification are theirs, folders are what keys
/// have before a `/`. With `--s3-metadata` their user metadata, tags and content type are xattrs `user.s3.…`.
final class S3SourceTree implements SourceTree {
    static final String METADATA = "user.s3.metadata.";
    static final String TAG = "user.s3.tag.";
    static final String CONTENT_TYPE = "user.s3.content-type";

    /// Of listings, so that reading a file takes no request to open it: some 200 bytes each.
    private static final int MAX_KNOWN = 200_000;

    private static final Owner NOBODY = new Owner(0, 0, "", "");
    private static final Timestamp NO_TIME = new Timestamp(0, 0);

    private final S3Connection s3;
    private final Location.S3 base;
    private final Map<String, Known> known = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MAX_KNOWN;
        }
    });

    /// What a listing says of an object.
    private record Known(long size, String etag, Instant modified) {}

    /// The tree closes the connection.
    S3SourceTree(S3Connection s3, Location.S3 base) {
        this.s3 = s3;
        this.base = base;
    }

    /// The key below the prefix; empty for the base itself.
    ///
    /// @throws FileSystemException if there can't be such a key
    static String keyOf(Bytes path) throws FileSystemException {
        String text = path.utf8OrNull();
        if (text == null) {
            throw new NoSuchFileException(path.toString(), null, "keys in S3 are UTF-8");
        }
        List<String> components = new ArrayList<>();
        for (String component : text.split("/")) {
            if (component.equals("..")) {
                throw new NoSuchFileException(path.toString(), null, "'..' does not lead out of a prefix in S3");
            }
            if (!component.isEmpty() && !component.equals(".")) {
                components.add(component);
            }
        }
        return String.join("/", components);
    }

    private Location.S3 objectOf(String key) {
        return new Location.S3(base.bucket(), base.key() + key, null);
    }

    @Override
    public Found stat(Bytes path, boolean followLink) throws IOException {
        String key = keyOf(path);
        if (key.isEmpty()) {
            return folder();
        }
        Known object = head(key);
        if (object != null) {
            known.put(key, object);
            return found(key, object);
        }
        boolean isFolder = s3.call(base, "ListBucket", () -> s3.client().listObjectsV2(
                r -> r.bucket(base.bucket()).prefix(base.key() + key + "/").maxKeys(1)
                        .requestPayer(s3.requestPayer()))).keyCount() > 0;
        if (!isFolder) {
            throw new NoSuchFileException(path.toString(), null, "No such file or directory");
        }
        return folder();
    }

    /// Null if there is no such object.
    private Known head(String key) throws IOException {
        try {
            HeadObjectResponse head = s3.callRaw(() -> s3.client().headObject(
                    r -> r.bucket(base.bucket()).key(base.key() + key).requestPayer(s3.requestPayer())));
            return new Known(head.contentLength(), head.eTag(), head.lastModified());
        } catch (SdkException e) {
            if (S3Errors.statusOf(e) == 404) {
                return null;
            }
            throw S3Errors.translate(e, objectOf(key).name(), "GetObject");
        }
    }

    private static Found folder() {
        return new Found(Metadata.of(EntryType.FOLDER, 0755, NOBODY, NO_TIME), 0, 0, 1, null, 0);
    }

    private Found found(String key, Known object) throws IOException {
        Timestamp time = new Timestamp(object.modified.getEpochSecond(), 0);
        Metadata metadata = Metadata.of(EntryType.FILE, 0644, NOBODY, time).withSize(object.size);
        if (s3.options().metadata()) {
            metadata = metadata.withXattrs(xattrs(key));
        }
        return new Found(metadata, 0, 0, 1, null, object.size);
    }

    private List<Xattr> xattrs(String key) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        HeadObjectResponse head = s3.call(objectOf(key), "GetObject", () -> s3.client().headObject(
                r -> r.bucket(base.bucket()).key(base.key() + key).requestPayer(s3.requestPayer())));
        head.metadata().forEach((name, value) -> all.put(METADATA + name, value));
        all.remove(METADATA + S3Sink.MARK);
        if (head.contentType() != null) {
            all.put(CONTENT_TYPE, head.contentType());
        }
        try {
            for (Tag tag : s3.callRaw(() -> s3.client().getObjectTagging(
                    r -> r.bucket(base.bucket()).key(base.key() + key).requestPayer(s3.requestPayer()))).tagSet()) {
                all.put(TAG + tag.key(), tag.value());
            }
        } catch (SdkException e) {
            // Servers without tags say 404 or 501.
            if (S3Errors.statusOf(e) != 404 && S3Errors.statusOf(e) != 501) {
                throw S3Errors.translate(e, objectOf(key).name(), "GetObjectTagging");
            }
        }
        List<Xattr> xattrs = new ArrayList<>();
        all.forEach((name, value) -> xattrs.add(new Xattr(Bytes.of(name), Bytes.of(value))));
        return xattrs;
    }

    @Override
    public Folder openFolder(Bytes path, boolean followLink) throws IOException {
        String key = keyOf(path);
        return new Listing(key.isEmpty() ? "" : key + "/");
    }

    /// One level of keys, read when it is opened.
    private final class Listing implements Folder {
        private final String prefix;
        /// Null for folders.
        private final TreeMap<Bytes, Known> children = new TreeMap<>();

        Listing(String prefix) throws IOException {
            this.prefix = prefix;
            String whole = base.key() + prefix;
            String[] token = {null};
            do {
                ListObjectsV2Response page = s3.call(base, "ListBucket", () -> s3.client().listObjectsV2(
                        r -> r.bucket(base.bucket()).prefix(whole).delimiter("/").continuationToken(token[0])
                                .requestPayer(s3.requestPayer())));
                for (CommonPrefix folder : page.commonPrefixes()) {
                    add(folder.prefix().substring(whole.length(), folder.prefix().length() - 1), null);
                }
                for (S3Object object : page.contents()) {
                    // The prefix itself is what consoles make for an empty folder.
                    if (!object.key().equals(whole)) {
                        add(object.key().substring(whole.length()),
                                new Known(object.size(), object.eTag(), object.lastModified()));
                    }
                }
                token[0] = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
            } while (token[0] != null);
        }

        private void add(String name, Known object) throws FileSystemException {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                throw new FileSystemException(
                        objectOf(prefix).name(), null, "has keys with a component '" + name
                                + "', which no file can be named by");
            }
            if (children.containsKey(Bytes.of(name))) {
                throw new FileSystemException(
                        objectOf(prefix + name).name(), null, "is an object and a folder: archive the two apart");
            }
            children.put(Bytes.of(name), object);
            if (object != null) {
                known.put(prefix + name, object);
            }
        }

        @Override
        public List<Bytes> names() {
            return List.copyOf(children.keySet());
        }

        @Override
        public Found stat(Bytes name, boolean followLink) throws IOException {
            if (!children.containsKey(name)) {
                throw new NoSuchFileException(name.toString(), null, "No such file or directory");
            }
            Known object = children.get(name);
            return object == null ? folder() : found(prefix + name.utf8OrNull(), object);
        }

        @Override
        public Folder openFolder(Bytes name, boolean followLink) throws IOException {
            return new Listing(prefix + name.utf8OrNull() + "/");
        }

        @Override
        public void close() {
        }
    }

    /// Takes no request where a listing has told of the object.
    @Override
    public SourceFile openFile(Bytes path, boolean followLink) throws IOException {
        String key = keyOf(path);
        Known object = known.get(key);
        return open(path, key, object != null ? object : head(key));
    }

    /// Opens what is there now, whatever a listing has said.
    SourceFile openFresh(Bytes path) throws IOException {
        return open(path, keyOf(path), head(keyOf(path)));
    }

    private SourceFile open(Bytes path, String key, Known object) throws FileSystemException {
        if (object == null) {
            throw new NoSuchFileException(path.toString(), null, "No such file or directory");
        }
        return new ObjectFile(key, object);
    }

    /// Reads by ranges of one version: an object that was replaced since it was listed is read as it is now, one that
    /// is replaced while it is read fails.
    private final class ObjectFile implements SourceFile {
        private final String key;
        private volatile Reading reading;
        private volatile boolean hasRead;

        ObjectFile(String key, Known object) {
            this.key = key;
            this.reading = reading(object);
        }

        private record Reading(Known object, S3Source source) {}

        private Reading reading(Known object) {
            return new Reading(object, S3Source.sharing(s3, objectOf(key), object.size, object.etag));
        }

        @Override
        public long read(MemorySegment target, long offset) throws IOException {
            Reading now = reading;
            try {
                return read(now, target, offset);
            } catch (ChangedException changed) {
                return read(readingAfter(now, changed), target, offset);
            }
        }

        private long read(Reading now, MemorySegment target, long offset) throws IOException {
            long length = Math.min(target.byteSize(), now.object.size - offset);
            if (length <= 0) {
                return 0;
            }
            now.source.read(target.asSlice(0, length), offset);
            hasRead = true;
            return length;
        }

        private synchronized Reading readingAfter(Reading before, ChangedException changed) throws IOException {
            if (reading == before) {
                Known now = hasRead ? null : head(key);
                if (now == null) {
                    throw changed;
                }
                reading = reading(now);
            }
            return reading;
        }

        @Override
        public Found stat() throws IOException {
            return found(key, reading.object);
        }

        @Override
        public Stretch nextData(long offset, long size) {
            return new Stretch(Math.min(offset, size), size);
        }

        @Override
        public void close() {
            reading.source.close();
        }
    }

    @Override
    public void close() {
        s3.close();
    }
}
