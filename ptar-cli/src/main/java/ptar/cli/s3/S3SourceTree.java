package ptar.cli.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import ptar.cli.location.Location;
import ptar.storage.ChangedException;
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
/// have before a `/`. With `--s3-metadata` their user metadata, tags and content type are xattrs `user.s3.…`, and the
/// time that rclone, s3fs or ptar have noted in the metadata counts, not the server's.
final class S3SourceTree implements SourceTree {
    static final String METADATA = "user.s3.metadata.";
    static final String TAG = "user.s3.tag.";
    static final String CONTENT_TYPE = "user.s3.content-type";

    /// The metadata that says when a file was modified: seconds since 1970.
    static final String MTIME = "mtime";
    private static final Pattern SECONDS = Pattern.compile("-?\\d{1,12}(?:\\.\\d{1,9})?");

    /// Objects of a folder whose metadata is asked for at once.
    private static final int ASKED_AHEAD = 64;

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
    private record Known(long size, String etag, Timestamp modified) {
        Known(long size, String etag, Instant modified) {
            this(size, etag, new Timestamp(modified.getEpochSecond(), 0));
        }
    }

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
        HeadObjectResponse head = head(key);
        if (head != null) {
            return found(key, head);
        }
        boolean isEmpty = s3.call(base, "ListBucket", () -> s3.client().listObjectsV2(
                r -> r.bucket(base.bucket()).prefix(base.key() + key + "/").maxKeys(1)
                        .requestPayer(s3.requestPayer()))).contents().isEmpty();
        if (isEmpty) {
            throw new NoSuchFileException(path.toString(), null, "No such file or directory");
        }
        return folder();
    }

    /// Null if there is no such object.
    private HeadObjectResponse head(String key) throws IOException {
        try {
            return s3.callRaw(() -> s3.client().headObject(
                    r -> r.bucket(base.bucket()).key(base.key() + key).requestPayer(s3.requestPayer())));
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

    private Found found(String key, HeadObjectResponse head) throws IOException {
        Known object = remember(key, head);
        return found(object, s3.options().metadata() ? xattrs(key, head) : List.of());
    }

    private static Found found(Known object, List<Xattr> xattrs) {
        Metadata metadata = Metadata.of(EntryType.FILE, 0644, NOBODY, object.modified).withSize(object.size)
                .withXattrs(xattrs);
        return new Found(metadata, 0, 0, 1, null, object.size);
    }

    private Known remember(String key, HeadObjectResponse head) {
        Timestamp noted = s3.options().metadata() ? timeOf(head.metadata().get(MTIME)) : null;
        Known object = noted == null ? new Known(head.contentLength(), head.eTag(), head.lastModified())
                : new Known(head.contentLength(), head.eTag(), noted);
        known.put(key, object);
        return object;
    }

    static String secondsOf(Timestamp time) {
        return BigDecimal.valueOf(time.seconds()).add(BigDecimal.valueOf(time.nanos(), 9)).stripTrailingZeros()
                .toPlainString();
    }

    /// @return null if it is none
    static Timestamp timeOf(String seconds) {
        if (seconds == null || !SECONDS.matcher(seconds).matches()) {
            return null;
        }
        BigDecimal exact = new BigDecimal(seconds);
        BigDecimal whole = exact.setScale(0, RoundingMode.FLOOR);
        return new Timestamp(whole.longValueExact(), exact.subtract(whole).movePointRight(9).intValueExact());
    }

    private List<Xattr> xattrs(String key, HeadObjectResponse head) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        head.metadata().forEach((name, value) -> all.put(METADATA + name, value));
        all.remove(METADATA + ObjectDescription.MARK);
        if (timeOf(head.metadata().get(MTIME)) != null) {
            all.remove(METADATA + MTIME);
        }
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
        /// What can't be a file, and why: seen by the walk, so that it is told of while all others are archived.
        private final TreeMap<Bytes, String> refused = new TreeMap<>();
        /// Answers that the walk has not come to yet.
        private final Map<Bytes, Future<Found>> asked = new HashMap<>();

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

        private void add(String name, Known object) {
            Bytes child = Bytes.of(name);
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                refused.put(child, objectOf(prefix + name + (object == null ? "/" : "")).name()
                        + " has a component '" + name + "', which no file can be named by");
            } else if (children.containsKey(child)) {
                children.put(child, null);
                known.remove(prefix + name);
                refused.put(Bytes.of(name + "/"), objectOf(prefix + name).name()
                        + " is an object and a folder: the object is left out, archive it by itself");
            } else {
                children.put(child, object);
                if (object != null) {
                    known.put(prefix + name, object);
                }
            }
        }

        @Override
        public List<Bytes> names() {
            TreeSet<Bytes> all = new TreeSet<>(children.keySet());
            all.addAll(refused.keySet());
            return List.copyOf(all);
        }

        @Override
        public Found stat(Bytes name, boolean followLink) throws IOException {
            if (refused.containsKey(name)) {
                throw new FileSystemException(name.toString(), null, refused.get(name));
            }
            if (!children.containsKey(name)) {
                throw new NoSuchFileException(name.toString(), null, "No such file or directory");
            }
            Known object = children.get(name);
            return object == null ? folder()
                    : s3.options().metadata() ? described(name) : found(object, List.of());
        }

        private Found described(Bytes name) throws IOException {
            if (!asked.containsKey(name)) {
                askFrom(name);
            }
            try {
                return asked.remove(name).get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e.getCause());
            }
        }

        /// Each object costs two requests: those of the next ones in the walk's order are sent with them.
        private void askFrom(Bytes first) {
            asked.clear();
            try (ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Map.Entry<Bytes, Known> child : children.tailMap(first).entrySet()) {
                    if (child.getValue() != null) {
                        String key = prefix + child.getKey().utf8OrNull();
                        asked.put(child.getKey(), requests.submit(() -> {
                            HeadObjectResponse head = head(key);
                            if (head == null) {
                                throw new NoSuchFileException(key, null, "No such file or directory");
                            }
                            return found(key, head);
                        }));
                    }
                    if (asked.size() == ASKED_AHEAD) {
                        break;
                    }
                }
            }
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
        return object != null ? new ObjectFile(key, object) : openFresh(path);
    }

    /// Opens what is there now, whatever a listing has said.
    SourceFile openFresh(Bytes path) throws IOException {
        String key = keyOf(path);
        HeadObjectResponse head = head(key);
        if (head == null) {
            throw new NoSuchFileException(path.toString(), null, "No such file or directory");
        }
        return new ObjectFile(key, remember(key, head));
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
                HeadObjectResponse now = hasRead ? null : head(key);
                if (now == null) {
                    throw changed;
                }
                reading = reading(remember(key, now));
            }
            return reading;
        }

        @Override
        public Found stat() {
            return found(reading.object, List.of());
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
    public int parallelReads() {
        return s3.options().parallel();
    }

    @Override
    public void close() {
        s3.close();
    }
}
