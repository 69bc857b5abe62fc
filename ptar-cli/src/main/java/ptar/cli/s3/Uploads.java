package ptar.cli.s3;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.function.Consumer;
import ptar.cli.location.Location;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/// Begins a multipart upload and leaves nothing of it behind: parts that nobody completes are paid for, and seen by
/// nobody.
final class Uploads {
    /// The times that servers tell of uploads have been cut to the second.
    private static final Duration SLACK = Duration.ofSeconds(2);

    private final S3Connection s3;
    private final Location.S3 object;
    private volatile long firstTriedNanos;
    private volatile long createdNanos;
    private volatile boolean answersLost;

    Uploads(S3Connection s3, Location.S3 object) {
        this.s3 = s3;
        this.object = object;
    }

    /// @param checksums whether the server has said that it will check CRC32C
    record Created(String id, boolean checksums) {}

    /// @throws SdkException untranslated
    Created create(Consumer<CreateMultipartUploadRequest.Builder> request) throws IOException {
        if (firstTriedNanos == 0) {
            firstTriedNanos = System.nanoTime();
        }
        boolean answered = false;
        int[] calls = {0};
        try {
            CreateMultipartUploadResponse created = s3.callRaw(() -> {
                calls[0]++;
                return s3.client().createMultipartUpload(request);
            });
            answered = calls[0] == 1 && RequestCounter.lastAttempts() == 1;
            return new Created(created.uploadId(), created.checksumAlgorithm() != null);
        } catch (SdkException e) {
            int status = S3Errors.statusOf(e);
            answered = status >= 400 && status < 500 && calls[0] == 1 && RequestCounter.lastAttempts() == 1;
            throw e;
        } finally {
            createdNanos = System.nanoTime();
            if (!answered) {
                answersLost = true;
            }
        }
    }

    /// Removes an upload, and those that began unknown.
    ///
    /// @param id null if none is known
    /// @throws IOException if parts are left, with what to do
    void abort(String id) throws IOException {
        try {
            if (id != null) {
                abortOne(id);
            }
        } catch (SdkException e) {
            IOException cause = S3Errors.translate(e, object.name(), "AbortMultipartUpload");
            IOException left = S3Errors.failure(
                    object.name(), "parts of an unfinished upload are left, and paid for: remove them with aws s3api "
                            + "abort-multipart-upload --bucket '" + object.bucket() + "' --key '"
                            + object.key().replace("'", "'\\''") + "' --upload-id '" + id + "' ("
                            + cause.getMessage().replace(object.name() + ": ", "") + ")");
            left.initCause(cause);
            throw left;
        } finally {
            removeStrays(id);
        }
    }

    /// Removes uploads that may have begun without anybody knowing their ids, as answers were lost. They have no parts
    /// and cost nothing, so a failure is no failure.
    void removeStrays(String ownId) throws IOException {
        if (answersLost) {
            try {
                abortStrays(ownId);
            } catch (SdkException e) {
                s3.stats().trace(object.name() + ": can't remove uploads that began unknown: " + e.getMessage());
            }
        }
    }

    /// A part that was on its way when the upload was aborted may arrive afterwards: again until none is left.
    private void abortOne(String id) throws IOException {
        boolean isAborted = false;
        for (int round = 1; ; round++) {
            try {
                s3.callRaw(() -> s3.client().abortMultipartUpload(r -> r.bucket(object.bucket())
                        .key(object.key()).uploadId(id).requestPayer(s3.requestPayer())));
                isAborted = true;
                boolean left = s3.callRaw(() -> s3.client().listParts(r -> r.bucket(object.bucket())
                        .key(object.key()).uploadId(id).maxParts(1).requestPayer(s3.requestPayer()))).hasParts();
                if (!left || round >= s3.backoff().attempts()) {
                    return;
                }
            } catch (SdkException e) {
                if (S3Errors.statusOf(e) == 404 || S3Errors.codeOf(e).equals("NoSuchUpload")) {
                    return;
                }
                // Twice, as we may not be allowed to look.
                if (S3Errors.statusOf(e) != 403 || S3Errors.isExpired(e) || round > 1 && !isAborted) {
                    throw e;
                }
                if (round > 1) {
                    return;
                }
            }
            s3.backoff().pause(round);
        }
    }

    /// Removes uploads to this key that began while ours was being begun, by the server's clock.
    private void abortStrays(String ownId) throws IOException {
        ListMultipartUploadsResponse there = s3.callRaw(() -> s3.client().listMultipartUploads(
                r -> r.bucket(object.bucket()).prefix(object.key()).requestPayer(s3.requestPayer())));
        Instant now = there.sdkHttpResponse().firstMatchingHeader("Date")
                .map(d -> ZonedDateTime.parse(d, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant())
                .orElseGet(Instant::now);
        long nanos = System.nanoTime();
        Instant from = now.minusNanos(nanos - firstTriedNanos).minus(SLACK);
        Instant to = now.minusNanos(nanos - createdNanos).plus(SLACK);
        for (MultipartUpload upload : there.uploads()) {
            if (upload.key().equals(object.key()) && !upload.uploadId().equals(ownId) && upload.initiated() != null
                    && !upload.initiated().isBefore(from) && !upload.initiated().isAfter(to)) {
                abortOne(upload.uploadId());
            }
        }
    }
}
