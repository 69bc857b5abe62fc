package ptar.cli.location;

import java.net.URI;

/// Where an archive or a tree is, as the user has written it.
///
/// `host:file` is GNU tar's way to another machine's tape by rsh; here it is the name of a local file, as with
/// `--force-local`: the program has no such transport, and file names with a colon are common.
public sealed interface Location {
    /// For messages: without secrets.
    String name();

    /// A file or folder of this machine.
    record Local(String path) implements Location {
        @Override
        public String name() {
            return path;
        }
    }

    /// Standard input or standard output: `-`.
    record Standard() implements Location {
        @Override
        public String name() {
            return "-";
        }
    }

    /// An object in S3, or with a key that is empty or ends in `/`, a tree of them.
    ///
    /// @param bucket a name, or the ARN of an access point
    /// @param key as it is, not percent-encoded
    /// @param versionId null for the newest
    record S3(String bucket, String key, String versionId) implements Location {
        @Override
        public String name() {
            return "s3://" + bucket + "/" + key;
        }

        /// Whether this names a tree of objects and not one.
        public boolean isPrefix() {
            return key.isEmpty() || key.endsWith("/");
        }
    }

    /// A file on a web server.
    ///
    /// @param uri `http` or `https` with a host; its query, user and password may be secrets
    /// @param name `uri` without them
    record Web(URI uri, String name) implements Location {
        @Override
        public String toString() {
            return name;
        }
    }
}
