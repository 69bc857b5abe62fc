package ptar.cli;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import ptar.cli.match.Transform;
import ptar.cli.options.Settings;
import ptar.cli.options.Warning;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.FileId;
import ptar.tree.Metadata;
import ptar.tree.SourceTree;
import ptar.write.EntrySource;
import ptar.write.MemberName;
import ptar.write.TreeWalk;
import ptar.write.WalkListener;
import ptar.write.WalkOperand;

/// The entries of a walk on their way into an archive: told of with `-v`, given other names, counted.
///
/// Names may be changed to any order; [SortedEntries] puts them into the archive's.
final class WalkedEntries implements EntrySource, WalkListener {
    private final Settings settings;
    private final Console console;
    private final TreeWalk walk;
    private final EntryPrinter printer;
    private final Transform transform;
    private final MtimeCommand mtimes;
    private final LinkCount links;
    /// The first name printed of each inode with several, to print `link to` behind the others.
    private final Map<FileId, Bytes> firstNames = new HashMap<>();
    private Bytes lastName;
    private int count;

    /// How often it is looked whether the heap should be cleaned up, in entries.
    private static final int CLEAN_UP_ENTRIES = 1 << 16;

    private static final long LARGE_HEAP_BYTES = 256L << 20;

    WalkedEntries(
            Settings settings, Console console, List<WalkOperand> operands, UnaryOperator<Metadata> overrides,
            Transform transform) {
        this.settings = settings;
        this.console = console;
        this.walk = new TreeWalk(operands, overrides, this);
        this.printer = new EntryPrinter(console, settings, Math.min(settings.verbosity, 3));
        this.transform = transform;
        this.mtimes = settings.create.mtimeCommand == null ? null : new MtimeCommand(settings, console);
        this.links = settings.create.checkLinks ? new LinkCount() : null;
    }

    @Override
    public Item next() throws IOException {
        while (true) {
            Item item = walk.next();
            if (item == null) {
                if (links != null) {
                    links.tellMissing(console);
                }
                return null;
            }
            Item changed = changed(item, lastName);
            if (changed != null) {
                cleanUp();
                print(changed, lastName);
                return changed;
            }
        }
    }

    /// Entries live for a window, so they are old when they go, and the serial collector grows the old generation up to
    /// the limit rather than collect it. A million small files took 960 MB so, and 530 when asked to in time.
    private void cleanUp() {
        count++;
        if (count % CLEAN_UP_ENTRIES == 0 && Runtime.getRuntime().totalMemory() > LARGE_HEAP_BYTES) {
            System.gc();
        }
    }

    private Item changed(Item item, Bytes name) {
        Item changed = item;
        SourceTree.Found found = item.found();
        if (links != null && found.links() > 1) {
            links.saw(item);
        }
        if (settings.create.hardDereference && found.links() > 1) {
            SourceTree.Found alone = new SourceTree.Found(
                    found.metadata(), found.device(), found.inode(), 1, found.changeTime(), found.storedBytes());
            changed = new Item(
                    item.path(), item.metadata(), item.tree(), item.name(), item.sourcePath(), item.followLink(), alone,
                    item.overrides());
        }
        if (mtimes != null) {
            changed = changed.withModificationTime(
                    mtimes.applyTo(changed.metadata(), item.sourcePath()).modificationTime());
        }
        return transform.isEmpty() ? changed : transformed(changed, name);
    }

    /// @return null if nothing is left of the name
    private Item transformed(Item item, Bytes name) {
        int removed = item.metadata().absolute() ? 0 : MemberName.of(name).removed().length();
        Bytes stored = name.slice(removed, name.length());
        Bytes changedName = transform.apply(stored.isEmpty() ? Bytes.of(".") : stored, Transform.Scope.ENTRY);
        if (changedName.isEmpty()) {
            if (!settings.silenced.contains(Warning.EMPTY_TRANSFORM)) {
                console.warn(console.shown(name) + ": transforms to empty name");
            }
            return null;
        }
        EntryPath path;
        try {
            path = MemberName.of(changedName).path();
        } catch (IllegalArgumentException e) {
            console.error(e.getMessage());
            return null;
        }
        boolean isAbsolute = settings.absoluteNames && changedName.startsWith(Bytes.of("/"));
        Metadata metadata = item.metadata();
        metadata = metadata.withMarks(metadata.changedWhileRead(), isAbsolute);
        if (metadata.type() == EntryType.SYMLINK) {
            Bytes target = transform.apply(metadata.linkTarget(), Transform.Scope.SYMLINK);
            metadata = target.isEmpty() ? metadata : metadata.withLinkTarget(target);
        }
        return item.with(path, metadata);
    }

    private void print(Item item, Bytes name) {
        if (printer.isQuiet()) {
            return;
        }
        Metadata metadata = item.metadata();
        boolean isFolder = metadata.type() == EntryType.FOLDER;
        Bytes shown = settings.showTransformedNames
                ? EntryPrinter.nameOf(item.path(), metadata, name.startsWith(Bytes.of("./")) && transform.isEmpty())
                : isFolder && !name.endsWith(Bytes.of("/")) ? name.concat(Bytes.of("/")) : name;
        Bytes linkTo = null;
        if (printer.printsLines() && !isFolder && item.found().links() > 1) {
            linkTo = firstNames.putIfAbsent(FileId.of(item.found()), shown);
        }
        printer.print(shown, metadata, linkTo);
    }

    @Override
    public void entry(Bytes name, Item item) {
        lastName = name;
    }

    @Override
    public void cannotStat(Bytes name, IOException cause, boolean isOperand) {
        if (!isOperand && cause instanceof NoSuchFileException) {
            new ReadTroubles(settings, console).removed(name);
        } else {
            new ReadTroubles(settings, console).failed(name, "Cannot stat: " + Failure.reason(cause));
        }
    }

    @Override
    public void cannotOpenFolder(Bytes name, IOException cause) {
        new ReadTroubles(settings, console).failed(name, "Cannot open: " + Failure.reason(cause));
    }

    @Override
    public void folderLoop(Bytes name, SourceTree.Found found) {
        console.error(console.shown(name) + ": contains itself through a link; not dumped");
    }

    @Override
    public void cannotStore(Bytes name, String reason) {
        console.error(console.shown(name) + ": " + reason + "; not dumped");
    }

    @Override
    public void close() throws IOException {
        walk.close();
    }
}
