package ptar.cli.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import ptar.cli.location.Location;
import ptar.storage.ChangedException;
import ptar.storage.FarSource;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/// Reads an object in S3 by ranges. The first answer's ETag goes with every later request; not its version: asking for
/// one takes a right of its own.
final class S3Source extends FarSource {
    private static final String SUFFIX = "bytes=-";

    private final S3Connection s3;
    private final Location.S3 object;
    private final boolean ownsConnection;

    /// The source closes the connection.
    S3Source(S3Connection s3, Location.S3 object) {
        this(s3, object, true, null);
    }

    /// One of many over a connection that stays open; length and ETag are known already.
    static S3Source sharing(S3Connection s3, Location.S3 object, long length, String etag) {
        return new S3Source(s3, object, false, new Version(length, etag, null));
    }

    private S3Source(S3Connection s3, Location.S3 object, boolean ownsConnection, Version known) {
        super(object.name(), s3.options().parallel(), s3.backoff(), s3.stats(), known);
        this.s3 = s3;
        this.object = object;
        this.ownsConnection = ownsConnection;
    }

    @Override
    protected Version askWithoutRange() throws IOException {
        HeadObjectResponse head = s3.call(object, "GetObject", () -> s3.client().headObject(
                r -> r.bucket(object.bucket()).key(object.key()).versionId(object.versionId())
                        .requestPayer(s3.requestPayer())));
        return new Version(head.contentLength() == null ? 0 : head.contentLength(), head.eTag(), null);
    }

    @Override
    protected Answer ask(String range, Version expected) throws IOException {
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(object.bucket()).key(object.key()).range(range)
                .versionId(object.versionId())
                .ifMatch(expected == null ? null : expected.etag())
                .requestPayer(s3.requestPayer())
                .build();
        ResponseInputStream<GetObjectResponse> body;
        try {
            body = s3.callRaw(() -> s3.client().getObject(request));
        } catch (SdkException e) {
            throw switch (S3Errors.statusOf(e)) {
                case 412 -> changed();
                case 404 -> expected == null ? S3Errors.translate(e, name(), "GetObject")
                        : new ChangedException(name(), "was deleted while it was read");
                case 416 -> new NoSuchRangeException();
                default -> S3Errors.translate(
                        e, name(), object.versionId() == null ? "GetObject" : "GetObjectVersion");
            };
        }
        Answer answer = answerTo(range, body);
        if (answer == null) {
            body.abort();
            throw failure("the server does not do ranges");
        }
        return answer;
    }

    /// @return null if it is none
    private static Answer answerTo(String range, ResponseInputStream<GetObjectResponse> body) {
        GetObjectResponse head = body.response();
        Long length = head.contentLength();
        if (head.contentRange() == null && range.startsWith(SUFFIX) && length != null
                && length <= Long.parseLong(range.substring(SUFFIX.length()))) {
            // All of an object that is shorter than the suffix, as some servers answer.
            return new Answer(new Body(body, length), 0, length, new Version(length, head.eTag(), null));
        }
        return answerOf(
                new Body(body, length == null ? Long.MAX_VALUE : length), head.contentRange(), head.eTag(), null);
    }

    /// Closing what has not been read to its end would read the rest; it is cut off instead.
    private static final class Body extends FilterInputStream {
        private final ResponseInputStream<GetObjectResponse> body;
        private final long length;
        private long at;

        Body(ResponseInputStream<GetObjectResponse> body, long length) {
            super(body);
            this.body = body;
            this.length = length;
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
            } catch (SdkException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void close() throws IOException {
            if (at < length) {
                body.abort();
            } else {
                super.close();
            }
        }
    }

    @Override
    public void close() {
        super.close();
        if (ownsConnection) {
            s3.close();
        }
    }
}
