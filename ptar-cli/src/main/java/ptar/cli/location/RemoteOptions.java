package ptar.cli.location;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// The options that say how to reach S3 and web servers, as given on the command line. What is null or 0 was not given.
///
/// @param endpoint URL of a server that is not Amazon's
/// @param profile of `~/.aws/config`
/// @param pathStyle bucket in the path and not in the host name; null decides by the endpoint
/// @param sign false for public buckets (`--no-sign-request`)
/// @param requesterPays this account pays for requests and bytes
/// @param storageClass,sse,sseKmsKeyId,tags of the objects that are written
/// @param partSize of all parts but the last, 0 for growing ones
/// @param expectedSize of the archive in bytes, 0 if not known
/// @param overwrite an object that is there may be replaced
/// @param metadata user metadata and tags of objects are kept as xattrs (`--s3-metadata`)
/// @param caBundle PEM file of certificates to trust instead of Java's
/// @param parallel most requests in flight
/// @param bufferBytes most memory for the parts of one object that are on their way
public record RemoteOptions(
        String endpoint,
        String region,
        String profile,
        Boolean pathStyle,
        boolean sign,
        boolean requesterPays,
        String storageClass,
        String sse,
        String sseKmsKeyId,
        Map<String, String> tags,
        long partSize,
        long expectedSize,
        boolean overwrite,
        boolean metadata,
        Path caBundle,
        int parallel,
        long bufferBytes) {
    public static final RemoteOptions DEFAULT = new Builder().build();

    public RemoteOptions {
        tags = Map.copyOf(tags);
        if (partSize < 0 || expectedSize < 0) {
            throw new IllegalArgumentException("part size and expected size can't be negative");
        }
        if (parallel < 1 || parallel > 1000) {
            throw new IllegalArgumentException("number of parallel requests out of range: " + parallel);
        }
    }

    public RemoteOptions withOverwrite(boolean value) {
        return new RemoteOptions(
                endpoint, region, profile, pathStyle, sign, requesterPays, storageClass, sse, sseKmsKeyId, tags,
                partSize, expectedSize, value, metadata, caBundle, parallel, bufferBytes);
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Collects options one by one.
    public static final class Builder {
        private String endpoint;
        private String region;
        private String profile;
        private Boolean pathStyle;
        private boolean sign = true;
        private boolean requesterPays;
        private String storageClass;
        private String sse;
        private String sseKmsKeyId;
        private final Map<String, String> tags = new LinkedHashMap<>();
        private long partSize;
        private long expectedSize;
        private boolean overwrite;
        private boolean metadata;
        private Path caBundle;
        // One connection carries 20 to 90 MB/s.
        private int parallel = 16;
        // Sixteen parts of 8 MiB on their way, or eleven of 12 MiB, and room to fill more.
        private long bufferBytes = 150L << 20;

        private Builder() {
        }

        /// `--endpoint-url`
        public Builder endpoint(String value) {
            endpoint = value;
            return this;
        }

        /// `--region`
        public Builder region(String value) {
            region = value;
            return this;
        }

        /// `--profile`
        public Builder profile(String value) {
            profile = value;
            return this;
        }

        /// `--s3-path-style[=no]`
        public Builder pathStyle(boolean value) {
            pathStyle = value;
            return this;
        }

        /// `--no-sign-request` gives false
        public Builder sign(boolean value) {
            sign = value;
            return this;
        }

        /// `--requester-pays`
        public Builder requesterPays(boolean value) {
            requesterPays = value;
            return this;
        }

        /// `--storage-class`
        public Builder storageClass(String value) {
            storageClass = value;
            return this;
        }

        /// `--sse`
        public Builder sse(String value) {
            sse = value;
            return this;
        }

        /// `--sse-kms-key-id`
        public Builder sseKmsKeyId(String value) {
            sseKmsKeyId = value;
            return this;
        }

        /// `--s3-tag KEY=VALUE`, may be repeated
        public Builder tag(String key, String value) {
            tags.put(key, value);
            return this;
        }

        /// `--s3-part-size`
        public Builder partSize(long bytes) {
            partSize = bytes;
            return this;
        }

        /// `--expected-size`
        public Builder expectedSize(long bytes) {
            expectedSize = bytes;
            return this;
        }

        /// `--overwrite-archive`
        public Builder overwrite(boolean value) {
            overwrite = value;
            return this;
        }

        /// `--s3-metadata`
        public Builder metadata(boolean value) {
            metadata = value;
            return this;
        }

        /// `--ca-bundle`
        public Builder caBundle(Path value) {
            caBundle = value;
            return this;
        }

        /// `--s3-parallel`
        public Builder parallel(int value) {
            parallel = value;
            return this;
        }

        public Builder bufferBytes(long value) {
            bufferBytes = value;
            return this;
        }

        public RemoteOptions build() {
            return new RemoteOptions(
                    endpoint, region, profile, pathStyle, sign, requesterPays, storageClass, sse, sseKmsKeyId, tags,
                    partSize, expectedSize, overwrite, metadata, caBundle, parallel, bufferBytes);
        }
    }
}
