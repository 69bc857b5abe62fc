package ptar.cli.s3;

import java.io.IOException;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.storage.RangeSource;
import ptar.storage.Sink;
import ptar.storage.TransferStats;
import ptar.tree.SourceTree;
import ptar.tree.TargetTree;

/// The door to S3: the rest of the program sees this class only, and its signatures name nothing of the SDK.
public final class S3 {
    private S3() {
    }

    /// Opens an archive to be read. Nothing is asked for yet.
    public static RangeSource openSource(Location.S3 object, RemoteOptions options, TransferStats stats)
            throws IOException {
        requireObject(object);
        return new S3Source(S3Connection.open(options, stats), object);
    }

    /// Opens an object to be written. Everything that takes time is done in the background, and whether it may be
    /// written to is asked for there too.
    public static Sink openSink(Location.S3 object, RemoteOptions options, TransferStats stats) throws IOException {
        requireObject(object);
        if (object.versionId() != null) {
            throw new IllegalArgumentException(object.name() + ": a version can't be written to");
        }
        if (options.endpoint() != null) {
            S3Connection.checkedEndpoint(options.endpoint());
        }
        return S3Sink.opening(() -> S3Connection.open(options, stats), options, object);
    }

    /// Opens a prefix to archive the objects below it as files.
    public static SourceTree openSourceTree(Location.S3 prefix, RemoteOptions options, TransferStats stats)
            throws IOException {
        return new S3SourceTree(S3Connection.open(options, stats), asPrefix(prefix));
    }

    /// Opens a prefix to extract files as objects below it.
    ///
    /// @param replaces whether objects that are there may be replaced
    public static TargetTree openTargetTree(
            Location.S3 prefix, boolean replaces, RemoteOptions options, TransferStats stats) throws IOException {
        // Whether something is there is looked for by the tree, if at all.
        return new S3TargetTree(S3Connection.open(options.withOverwrite(true), stats), asPrefix(prefix), replaces);
    }

    private static Location.S3 asPrefix(Location.S3 location) {
        return location.isPrefix() ? location : new Location.S3(location.bucket(), location.key() + "/", null);
    }

    private static void requireObject(Location.S3 object) {
        if (object.isPrefix()) {
            throw new IllegalArgumentException(object.name() + ": names no object: s3://bucket/key is needed");
        }
    }
}
