package ptar.cli.s3;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

/// What an object carries besides its content, the same whether it goes up whole or in parts: what the options say, and
/// a random mark by which it is known again.
final class ObjectDescription {
    /// In the metadata.
    static final String MARK = "ptar-upload";

    private final RemoteOptions options;
    private final Location.S3 object;
    private final String mark = UUID.randomUUID().toString();
    private final Map<String, String> metadata = new ConcurrentHashMap<>(Map.of(MARK, mark));
    private final Map<String, String> tags;
    private volatile String contentType;

    ObjectDescription(RemoteOptions options, Location.S3 object, String contentType) {
        this.options = options;
        this.object = object;
        this.contentType = contentType;
        this.tags = new ConcurrentHashMap<>(options.tags());
    }

    /// @param type null for none other
    void add(String type, Map<String, String> moreMetadata, Map<String, String> moreTags) {
        contentType = type == null ? contentType : type;
        metadata.putAll(moreMetadata);
        tags.putAll(moreTags);
    }

    String contentType() {
        return contentType;
    }

    boolean isOf(HeadObjectResponse there) {
        return mark.equals(there.metadata().get(MARK));
    }

    /// Tags only where there are some: not every server knows their header.
    void fill(PutObjectRequest.Builder request) {
        request.bucket(object.bucket()).key(object.key()).contentType(contentType).metadata(Map.copyOf(metadata))
                .storageClass(options.storageClass()).serverSideEncryption(options.sse())
                .ssekmsKeyId(options.sseKmsKeyId()).requestPayer(S3Connection.payerOf(options));
        if (!tags.isEmpty()) {
            request.tagging(tagging());
        }
    }

    void fill(CreateMultipartUploadRequest.Builder request) {
        request.bucket(object.bucket()).key(object.key()).contentType(contentType).metadata(Map.copyOf(metadata))
                .storageClass(options.storageClass()).serverSideEncryption(options.sse())
                .ssekmsKeyId(options.sseKmsKeyId()).requestPayer(S3Connection.payerOf(options));
        if (!tags.isEmpty()) {
            request.tagging(tagging());
        }
    }

    private Tagging tagging() {
        return Tagging.builder()
                .tagSet(tags.entrySet().stream()
                        .map(t -> Tag.builder().key(t.getKey()).value(t.getValue()).build()).toList())
                .build();
    }
}
