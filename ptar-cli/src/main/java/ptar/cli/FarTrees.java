package ptar.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.cli.options.Given;
import ptar.cli.options.Settings;
import ptar.storage.TransferStats;
import ptar.tree.Bytes;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.tree.TargetTree;

/// Trees that are in S3: paths that start with `s3://bucket/` lead there, all others into a tree of this machine.
final class FarTrees implements SourceTree {
    private static final Bytes S3 = Bytes.of("s3://");

    private final SourceTree here;
    private final RemoteOptions options;
    private final TransferStats network;
    private final Map<Bytes, SourceTree> buckets = new ConcurrentHashMap<>();

    private FarTrees(SourceTree here, RemoteOptions options, TransferStats network) {
        this.here = here;
        this.options = options;
        this.network = network;
    }

    static boolean isFar(Bytes path) {
        return path.startsWith(S3);
    }

    /// @return the tree itself where nothing on the command line is in S3
    static SourceTree around(SourceTree here, Settings settings, Console console) {
        for (Given given : settings.selection) {
            if (given.value() != null && isFar(given.value())) {
                return new FarTrees(here, settings.remote.build(), console.network(settings));
            }
        }
        return here;
    }

    /// Opens a prefix to extract into.
    static TargetTree target(Bytes folder, Settings settings, Console console) throws IOException {
        boolean replaces = settings.extract.backup == null
                && (settings.extract.overwriting == Settings.Overwriting.REPLACE
                        || settings.extract.overwriting == Settings.Overwriting.IN_PLACE);
        return Locations.openTargetTree(
                locationOf(folder), replaces, settings.remote.build(), console.network(settings));
    }

    private static Location.S3 locationOf(Bytes path) throws FileSystemException {
        String text = path.utf8OrNull();
        try {
            if (text != null && Locations.parse(text) instanceof Location.S3 location) {
                return location;
            }
        } catch (IllegalArgumentException e) {
            throw new FileSystemException(path.toString(), null, e.getMessage());
        }
        throw new FileSystemException(path.toString(), null, "is not of the form s3://bucket/prefix/");
    }

    /// A tree and a path in it.
    private record Place(SourceTree tree, Bytes path) {}

    private Place placeOf(Bytes path) throws IOException {
        if (!isFar(path)) {
            return new Place(here, path);
        }
        int slash = path.indexOf((byte) '/', S3.length());
        Bytes root = slash < 0 ? path : path.slice(0, slash);
        SourceTree tree = buckets.get(root);
        if (tree == null) {
            tree = open(root);
        }
        return new Place(tree, slash < 0 ? Bytes.EMPTY : path.slice(slash + 1, path.length()));
    }

    private synchronized SourceTree open(Bytes root) throws IOException {
        SourceTree tree = buckets.get(root);
        if (tree == null) {
            tree = Locations.openSourceTree(locationOf(root), options, network);
            buckets.put(root, tree);
        }
        return tree;
    }

    @Override
    public Found stat(Bytes path, boolean followLink) throws IOException {
        Place place = placeOf(path);
        return place.tree.stat(place.path, followLink);
    }

    @Override
    public Folder openFolder(Bytes path, boolean followLink) throws IOException {
        Place place = placeOf(path);
        return place.tree.openFolder(place.path, followLink);
    }

    @Override
    public SourceFile openFile(Bytes path, boolean followLink) throws IOException {
        Place place = placeOf(path);
        return place.tree.openFile(place.path, followLink);
    }

    @Override
    public int parallelReads() {
        return options.parallel();
    }

    @Override
    public void close() throws IOException {
        try {
            for (SourceTree tree : buckets.values()) {
                tree.close();
            }
        } finally {
            here.close();
        }
    }
}
