package ptar.cli;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import ptar.Trees;
import ptar.cli.match.Transform;
import ptar.cli.options.Settings;
import ptar.cli.options.UsageException;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.read.ForwardLister;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.SourceTree;
import ptar.tree.Timestamp;

/// `ptar t`: lists the entries of an archive.
final class ListCommand {
    private final Settings settings;
    private final Console console;
    private final EntryPrinter printer;
    private final TargetNames names;
    private final Taken taken;
    /// The first name listed of each hard-link group.
    private final Map<Long, Bytes> groups = new HashMap<>();

    ListCommand(Settings settings, Console console) throws IOException, UsageException {
        this.settings = settings;
        this.console = console;
        this.printer = new EntryPrinter(console, settings, 1 + Math.min(settings.verbosity, 2));
        this.taken = new Taken(settings, MemberPlan.of(settings, console), newer(settings, console), console);
        this.names = new TargetNames(settings, console, new Transform(settings.transforms));
    }

    /// What `--newer` names, null without it.
    static Timestamp newer(Settings settings, Console console) throws IOException, UsageException {
        if (settings.create.newer == null) {
            return null;
        }
        SourceTree.Wanted nothing = new SourceTree.Wanted(false, false, false, false, false);
        try (SourceTree here = Trees.source(LocalFiles.HERE, nothing)) {
            return new Times(here, settings, console).newer();
        }
    }

    void run() throws IOException {
        try (OpenArchive archive = new OpenArchive(settings, console)) {
            if (archive.random() != null) {
                taken.setFromRoot(archive.random().hasRootEntry());
                archive.verifySeals(taken, false);
                for (EntryCursor entries : archive.cursors(taken.members())) {
                    boolean isMore = true;
                    while (isMore) {
                        isMore = listNext(entries);
                    }
                }
            } else {
                ForwardLister lister = new ForwardLister(
                        (path, metadata, hasLeaf) -> list(path, metadata), archive::damaged);
                archive.forward().read(lister);
                lister.finish();
            }
            taken.tellMissing(console);
            archive.tellTotals();
        }
    }

    /// Compiled long before the loop over all would be.
    private boolean listNext(EntryCursor entries) throws IOException {
        Entry entry = entries.next();
        if (entry != null) {
            list(entry.path(), entry.metadata());
        }
        return entry != null;
    }

    private void list(EntryPath path, Metadata metadata) {
        if (taken.folderOf(path, metadata) < 0) {
            return;
        }
        Bytes name = settings.showTransformedNames
                ? names.shown(path, metadata, taken.fromRoot())
                : EntryPrinter.nameOf(path, metadata, taken.fromRoot());
        Bytes linkTo = null;
        boolean mayBeLink = printer.printsLines() && metadata.type() != EntryType.FOLDER;
        if (mayBeLink && metadata.hardLinkGroup() >= 0) {
            linkTo = groups.putIfAbsent(metadata.hardLinkGroup(), name);
        }
        Metadata shown = settings.showTransformedNames ? names.withTarget(metadata) : metadata;
        printer.print(name, shown, linkTo);
    }
}
