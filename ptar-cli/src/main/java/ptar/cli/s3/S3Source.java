package ptar.cli.s3;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ptar.cli.location.Location;
import ptar.storage.RangeFetcher;
import ptar.storage.RangeSource;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/// Reads an object in S3 by ranges. The first answer's ETag goes with every later request: an object that is replaced
/// meanwhile fails, and is never mixed with the old one.
final class S3Source implements RangeSource {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");

    private final S3Connection s3;
    private final Location.S3 object;
    private final RangeFetcher fetcher;
    private final boolean ownsConnection;
    private volatile Pinned pinned;

    /// What the first answer said. Not its version: asking for one takes a right of its own.
    record Pinned(long length, String etag) {}

    /// The source closes the connection.
    S3Source(S3Connection s3, Location.S3 object) {
        this(s3, object, true, null);
    }

    /// One of many over a connection that stays open; length and ETag are known already.
    static S3Source sharing(S3Connection s3, Location.S3 object, long length, String etag) {
        return new S3Source(s3, object, false, new Pinned(length, etag));
    }

    private S3Source(S3Connection s3, Location.S3 object, boolean ownsConnection, Pinned pinned) {
        this.s3 = s3;
        this.ownsConnection = ownsConnection;
        this.pinned = pinned;
        this.object = object;
        this.fetcher = new RangeFetcher(
                this::openRange, object.name(), s3.options().parallel(), s3.backoff(), s3.stats());
    }

    @Override
    public String name() {
        return object.name();
    }

    @Override
    public Suffix readSuffix(int atMost) throws IOException {
        int failures = 0;
        while (true) {
            String fault;
            try (InputStream body = request("bytes=-" + atMost)) {
                Answer answer = (Answer) body;
                if (answer.end != answer.length || answer.start != Math.max(0, answer.length - atMost)) {
                    // s3rver takes a suffix for a prefix; but now the length is known.
                    pin(answer.pinned());
                    return readEnd(answer.length, atMost);
                }
                byte[] bytes = body.readNBytes((int) (answer.end - answer.start));
                s3.stats().countReceived(bytes.length);
                if (bytes.length == answer.end - answer.start) {
                    pin(answer.pinned());
                    return new Suffix(answer.length, ByteBuffer.wrap(bytes));
                }
                fault = "the server ended its answer early";
            } catch (NoSuchRangeException e) {
                return readShort(atMost);
            } catch (BodyException e) {
                fault = e.getMessage();
            }
            if (++failures >= s3.backoff().attempts()) {
                throw S3Errors.failure(name(), "connection lost " + failures + " times: " + fault);
            }
            s3.stats().countRetry();
            s3.backoff().pause(failures);
        }
    }

    /// After 416: the object is empty, or the server has no suffix that is longer than the object.
    private Suffix readShort(int atMost) throws IOException {
        HeadObjectResponse head = s3.call(object, "GetObject", () -> s3.client().headObject(
                r -> r.bucket(object.bucket()).key(object.key()).versionId(object.versionId())
                        .requestPayer(s3.requestPayer())));
        long length = head.contentLength() == null ? 0 : head.contentLength();
        pin(new Pinned(length, head.eTag()));
        return readEnd(length, atMost);
    }

    private Suffix readEnd(long length, int atMost) throws IOException {
        byte[] bytes = new byte[(int) Math.min(length, atMost)];
        fetcher.read(MemorySegment.ofArray(bytes), length - bytes.length);
        return new Suffix(length, ByteBuffer.wrap(bytes));
    }

    @Override
    public int parallelReads() {
        return s3.options().parallel();
    }

    @Override
    public void read(MemorySegment target, long offset) throws IOException {
        checkBounds(offset, target.byteSize());
        fetcher.read(target, offset);
    }

    @Override
    public void readAll(List<Range> ranges, Receiver receiver) throws IOException {
        for (Range range : ranges) {
            checkBounds(range.offset(), range.target().byteSize());
        }
        fetcher.readAll(ranges, receiver);
    }

    private void checkBounds(long offset, long length) throws EOFException {
        Pinned known = pinned;
        if (offset < 0) {
            throw new IllegalArgumentException("offset is negative: " + offset);
        }
        if (known != null && offset + length > known.length) {
            throw endsBefore(offset + length, known.length);
        }
    }

    private EOFException endsBefore(long end, long length) {
        return new EOFException(name() + ": ends at byte " + length + ", before byte " + end);
    }

    private InputStream openRange(long start, long end) throws IOException {
        Answer answer;
        try {
            answer = request("bytes=" + start + "-" + (end - 1));
        } catch (NoSuchRangeException e) {
            throw new EOFException(name() + ": ends before byte " + end);
        }
        boolean usable = false;
        try {
            if (end > answer.length) {
                throw endsBefore(end, answer.length);
            }
            if (answer.start != start || answer.end != end) {
                throw S3Errors.failure(
                        name(), "the server sent bytes " + answer.start + " to " + answer.end + " instead of "
                                + start + " to " + end);
            }
            pin(answer.pinned());
            usable = true;
            return answer;
        } finally {
            if (!usable) {
                answer.close();
            }
        }
    }

    private synchronized void pin(Pinned first) {
        if (pinned == null) {
            pinned = first;
        }
    }

    private Answer request(String range) throws IOException {
        Pinned known = pinned;
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(object.bucket()).key(object.key()).range(range)
                .versionId(object.versionId())
                .ifMatch(known == null ? null : known.etag)
                .requestPayer(s3.requestPayer())
                .build();
        ResponseInputStream<GetObjectResponse> body;
        try {
            body = s3.callRaw(() -> s3.client().getObject(request));
        } catch (SdkException e) {
            throw switch (S3Errors.statusOf(e)) {
                case 412 -> changed();
                case 404 -> known == null ? S3Errors.translate(e, name(), "GetObject") : gone();
                case 416 -> new NoSuchRangeException();
                default -> S3Errors.translate(
                        e, name(), object.versionId() == null ? "GetObject" : "GetObjectVersion");
            };
        }
        Answer answer = null;
        try {
            answer = new Answer(body, range);
            if (known != null && (answer.length != known.length || !answer.etag().equals(known.etag))) {
                throw changed();
            }
            return answer;
        } catch (IOException e) {
            body.abort();
            throw e;
        }
    }

    private IOException changed() {
        return new ChangedException(name(), "was replaced by another object while it was read: start again");
    }

    private IOException gone() {
        return new ChangedException(name(), "was deleted while it was read");
    }

    /// A body and the range that it is.
    private final class Answer extends FilterInputStream {
        private final ResponseInputStream<GetObjectResponse> body;
        final long start;
        final long end;
        final long length;
        private long at;

        Answer(ResponseInputStream<GetObjectResponse> body, String asked) throws IOException {
            super(body);
            this.body = body;
            GetObjectResponse head = body.response();
            Matcher range = CONTENT_RANGE.matcher(head.contentRange() == null ? "" : head.contentRange());
            if (range.matches()) {
                start = Long.parseLong(range.group(1));
                end = Long.parseLong(range.group(2)) + 1;
                length = Long.parseLong(range.group(3));
            } else if (head.contentRange() == null && asked.startsWith("bytes=-") && head.contentLength() != null
                    && head.contentLength() <= Long.parseLong(asked.substring("bytes=-".length()))) {
                // All of an object that is shorter than the suffix, as some servers answer.
                start = 0;
                end = head.contentLength();
                length = end;
            } else {
                throw S3Errors.failure(name(), "the server does not do ranges");
            }
        }

        String etag() {
            return body.response().eTag();
        }

        Pinned pinned() {
            return new Pinned(length, etag());
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int position, int count) throws IOException {
            try {
                int n = in.read(target, position, count);
                at += Math.max(0, n);
                return n;
            } catch (IOException | SdkException e) {
                throw new BodyException(e);
            }
        }

        /// Closing an answer that has not been read to its end would read the rest; it is cut off instead.
        @Override
        public void close() throws IOException {
            if (at < end - start) {
                body.abort();
            } else {
                super.close();
            }
        }
    }

    /// A body that broke off.
    private static final class BodyException extends IOException {
        private static final long serialVersionUID = 1;

        BodyException(Exception cause) {
            super(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage(), cause);
        }
    }

    /// 416: there is no byte in the range.
    private static final class NoSuchRangeException extends IOException {
        private static final long serialVersionUID = 1;
    }

    @Override
    public void close() {
        fetcher.close();
        if (ownsConnection) {
            s3.close();
        }
    }
}
