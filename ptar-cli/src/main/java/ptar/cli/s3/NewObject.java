package ptar.cli.s3;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import ptar.cli.location.Location;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/// The requests by which an object comes to be, in one or in parts, and what their failures mean: a server that knows
/// no conditions or checksums is asked without, and an answer that was lost is made up for by looking. Thread-safe.
final class NewObject {
    private final S3Connection s3;
    private final Location.S3 location;
    private final ObjectDescription description;

    /// @param description with the mark that tells ours from another's
    NewObject(S3Connection s3, Location.S3 location, ObjectDescription description) {
        this.s3 = s3;
        this.location = location;
        this.description = description;
    }

    /// Whether there is one. Looks early, so that nobody uploads for hours to learn it; who may write but not look
    /// learns it at the end.
    boolean isThere() throws IOException {
        try {
            head();
            return true;
        } catch (SdkException e) {
            if (S3Errors.statusOf(e) == 404 && !S3Errors.codeOf(e).equals("NoSuchBucket")
                    || S3Errors.statusOf(e) == 403) {
                return false;
            }
            throw S3Errors.translate(e, location.name(), "GetObject");
        }
    }

    private HeadObjectResponse head() throws IOException {
        return s3.callRaw(() -> s3.client().headObject(
                r -> r.bucket(location.bucket()).key(location.key()).requestPayer(s3.requestPayer())));
    }

    static IOException alreadyThere(Location.S3 location) {
        return new FileAlreadyExistsException(
                location.name(), null, "is there already: give --overwrite-archive to replace it");
    }

    /// Makes it in one request.
    ///
    /// @param length of all that was written: of the part, unless something went wrong
    void put(Part whole, long length) throws IOException {
        boolean withChecksum = true;
        boolean conditional = !s3.options().overwrite();
        while (true) {
            boolean sendsChecksum = withChecksum;
            boolean sendsCondition = conditional;
            try {
                s3.callRaw(() -> s3.client().putObject(
                        r -> {
                            description.fill(r);
                            r.contentLength(length);
                            if (sendsChecksum) {
                                r.checksumCRC32C(whole.checksum(0, length));
                            }
                            if (sendsCondition) {
                                r.ifNoneMatch("*");
                            }
                        },
                        RequestBody.fromContentProvider(
                                () -> whole.stream(0, length), length, description.contentType())));
                return;
            } catch (SdkException e) {
                if (isOurs(e, length)) {
                    return;
                }
                if (S3Errors.isNotSupported(e) && withChecksum && !s3.isAmazon()) {
                    withChecksum = false;
                } else if (S3Errors.isNotSupported(e) && conditional && !s3.isAmazon()) {
                    conditional = false;
                } else {
                    throw refused(e);
                }
            }
        }
    }

    /// Begins to make it in parts.
    Uploads.Created begin(Uploads uploads) throws IOException {
        boolean asks = true;
        while (true) {
            boolean withChecksum = asks;
            try {
                Uploads.Created created = uploads.create(r -> {
                    description.fill(r);
                    if (withChecksum) {
                        r.checksumAlgorithm(ChecksumAlgorithm.CRC32_C);
                    }
                });
                // Servers that know checksums say so in their answer; the others ignore what they are asked.
                return new Uploads.Created(
                        created.id(), withChecksum && (created.checksums() || s3.isAmazon()));
            } catch (SdkException e) {
                if (!asks || s3.isAmazon() || !S3Errors.isNotSupported(e)) {
                    throw S3Errors.translate(e, location.name(), "PutObject");
                }
                asks = false;
            }
        }
    }

    /// Makes it of parts that the server has.
    ///
    /// @param length of all parts together
    void complete(String uploadId, List<CompletedPart> parts, long length) throws IOException {
        boolean conditional = !s3.options().overwrite();
        while (true) {
            boolean sendsCondition = conditional;
            try {
                s3.callRaw(() -> s3.client().completeMultipartUpload(r -> {
                    r.bucket(location.bucket()).key(location.key()).uploadId(uploadId)
                            .multipartUpload(u -> u.parts(parts)).requestPayer(s3.requestPayer());
                    if (sendsCondition) {
                        r.ifNoneMatch("*");
                    }
                }));
                return;
            } catch (SdkException e) {
                if (isOurs(e, length)) {
                    return;
                }
                if (conditional && S3Errors.isNotSupported(e) && !s3.isAmazon()) {
                    conditional = false;
                } else {
                    throw refused(e);
                }
            }
        }
    }

    private IOException refused(SdkException e) {
        if (S3Errors.statusOf(e) == 412) {
            return alreadyThere(location);
        }
        return S3Errors.statusOf(e) == 409 && !s3.options().overwrite()
                ? S3Errors.failure(location.name(), "somebody else wrote it at the same time: try again")
                : S3Errors.translate(e, location.name(), "PutObject");
    }

    /// After a failure that may have been only the answer's: whether the key holds what was written. A request that was
    /// repeated after its answer was lost finds the upload gone (404) or the key taken (412), by itself.
    private boolean isOurs(SdkException e, long length) throws IOException {
        int status = S3Errors.statusOf(e);
        boolean mayHaveWorked = status == 0 || status >= 500 && status != 501
                || status == 404 || status == 409 || status == 412;
        if (!mayHaveWorked) {
            return false;
        }
        try {
            HeadObjectResponse there = head();
            return there.contentLength() != null && there.contentLength() == length
                    && description.isOf(there);
        } catch (SdkException look) {
            if (S3Errors.statusOf(look) == 404) {
                return false;
            }
            IOException cause = S3Errors.translate(e, location.name(), "PutObject");
            IOException unknown = S3Errors.failure(
                    location.name(), cause.getMessage().replace(location.name() + ": ", "")
                            + "; whether it is there all the same can't be seen: look for it, then try again");
            unknown.initCause(cause);
            unknown.addSuppressed(look);
            throw unknown;
        }
    }
}
