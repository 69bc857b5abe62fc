package ptar.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ptar.ProgramEnd;
import ptar.cli.location.CaBundle;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.cli.s3.S3;
import ptar.storage.FileSink;
import ptar.storage.FileSource;
import ptar.storage.HttpSource;
import ptar.storage.RangeSource;
import ptar.storage.Sink;
import ptar.storage.TransferStats;
import ptar.tree.SourceTree;
import ptar.tree.TargetTree;

/// Reads what `-f` and `-C` name and opens it. Classes of the SDK load when something in S3 is opened, and not before.
public final class Locations {
    /// Buckets are named as AWS says, but for capitals and underscores, which old ones and other servers have.
    private static final Pattern S3_URL = Pattern.compile(
            "s3://(arn:[^/]+[:/]accesspoint[/:][^/]+|[A-Za-z0-9][A-Za-z0-9._-]*)(?:/(.*))?", Pattern.DOTALL);

    private static final Pattern VERSION_QUERY = Pattern.compile("(.*)\\?versionId=([^?&=/]+)", Pattern.DOTALL);

    private static volatile boolean far;

    private Locations() {
    }

    /// Whether something that is not of this machine was opened.
    static boolean wereFar() {
        return far;
    }

    private static void reachOut() {
        far = true;
        ProgramEnd.prepare(); // while answers are waited for
    }

    /// Reads a value of `-f`.
    ///
    /// @throws IllegalArgumentException with a message for the user if it starts like a URL and is none
    public static Location parse(String value) {
        if (value.equals("-")) {
            return new Location.Standard();
        }
        String scheme = value.substring(0, Math.max(0, value.indexOf("://"))).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "s3" -> parseS3(value);
            case "http", "https" -> parseWeb(value);
            default -> new Location.Local(value);
        };
    }

    private static Location parseS3(String value) {
        Matcher url = S3_URL.matcher("s3" + value.substring(2));
        if (!url.matches()) {
            throw new IllegalArgumentException("'" + value + "' is not of the form s3://bucket/key");
        }
        String key = url.group(2) == null ? "" : url.group(2);
        Matcher query = VERSION_QUERY.matcher(key);
        return query.matches()
                ? new Location.S3(
                        url.group(1), query.group(1), URLDecoder.decode(query.group(2), StandardCharsets.UTF_8))
                : new Location.S3(url.group(1), key, null);
    }

    private static Location parseWeb(String value) {
        String safe = value.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//");
        URI uri;
        try {
            // What people paste may hold spaces and letters that a URL must have encoded.
            uri = new URI(encodeIllegal(value));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + safe + "' is not a URL", e);
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("'" + safe + "' has no valid host name");
        }
        return new Location.Web(uri, safe + (uri.getRawQuery() == null ? "" : "?…"));
    }

    private static String encodeIllegal(String url) {
        StringBuilder out = new StringBuilder();
        for (byte b : url.getBytes(StandardCharsets.UTF_8)) {
            if (b <= 0x20 || b == 0x7f || "\"<>\\^`{|}".indexOf(b) >= 0) {
                out.append(String.format(Locale.ROOT, "%%%02X", b & 0xff));
            } else {
                out.append((char) b);
            }
        }
        return out.toString();
    }

    /// Opens an archive to be read by range. Of what is far away nothing is asked for yet: the first
    /// [RangeSource#readSuffix] finds out whether it is there, and may throw a
    /// [ptar.storage.RangesIgnoredException] that holds the archive as a stream.
    ///
    /// @param location not standard input, which has no ranges
    public static RangeSource openSource(Location location, RemoteOptions options, TransferStats stats)
            throws IOException {
        if (location instanceof Location.S3 || location instanceof Location.Web) {
            reachOut();
        }
        return switch (location) {
            case Location.S3 object -> S3.openSource(object, options, stats);
            case Location.Web web -> new HttpSource(
                    web.uri(), HttpSource.Options.of(CaBundle.contextOf(options)), stats);
            case Location.Local file -> new FileSource(Path.of(file.path()), file.path());
            case Location.Standard _ -> throw new IllegalArgumentException("standard input has no ranges");
        };
    }

    /// Opens a sink for a new archive.
    ///
    /// @param location not standard output, which the caller has
    /// @throws IllegalArgumentException with a message for the user if nothing can be written there
    public static Sink openSink(Location location, RemoteOptions options, TransferStats stats) throws IOException {
        return switch (location) {
            case Location.S3 object -> {
                reachOut();
                yield S3.openSink(object, options, stats);
            }
            case Location.Web web ->
                throw new IllegalArgumentException(web.name() + ": archives can't be written to web servers");
            case Location.Local file -> new FileSink(Path.of(file.path()), file.path());
            case Location.Standard _ -> throw new IllegalArgumentException("standard output is open already");
        };
    }

    /// Opens a tree in S3 to be archived: the objects below a prefix.
    public static SourceTree openSourceTree(Location.S3 prefix, RemoteOptions options, TransferStats stats)
            throws IOException {
        reachOut();
        return S3.openSourceTree(prefix, options, stats);
    }

    /// Opens a tree in S3 to extract into.
    ///
    /// @param replaces whether objects that are there may be replaced
    public static TargetTree openTargetTree(
            Location.S3 prefix, boolean replaces, RemoteOptions options, TransferStats stats) throws IOException {
        reachOut();
        return S3.openTargetTree(prefix, replaces, options, stats);
    }
}
