package ptar.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ptar.Trees;
import ptar.cli.match.Transform;
import ptar.cli.options.Settings;
import ptar.cli.options.UsageException;
import ptar.error.CorruptArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.Leaf;
import ptar.read.Extractor;
import ptar.read.ForwardExtractor;
import ptar.read.ForwardReader;
import ptar.read.RestoreOptions;
import ptar.read.Restorer;
import ptar.read.Selection;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;
import ptar.tree.TargetTree;

/// `ptar x`: extracts entries of an archive, each into the folder that the `-C` before its name says.
final class ExtractCommand {
    private final Settings settings;
    private final Console console;
    private final Taken taken;
    private final TargetNames names;
    private final EntryPrinter printer;
    private final Prompt prompt;
    private final MemberPlan plan;
    private final List<Destination> destinations = new ArrayList<>();

    /// A folder that is extracted to.
    private record Destination(TargetTree tree, Restorer restorer, RestoreMessages messages) {}

    ExtractCommand(Settings settings, Console console) throws IOException, UsageException {
        this.settings = settings;
        this.console = console;
        this.plan = MemberPlan.of(settings, console);
        this.taken = new Taken(settings, plan, ListCommand.newer(settings, console), console);
        this.names = new TargetNames(settings, console, new Transform(settings.transforms));
        this.printer = new EntryPrinter(console, settings, Math.min(settings.verbosity, 3));
        this.prompt = settings.interactive ? new Prompt(Archives.isStandard(settings)) : null;
    }

    void run() throws IOException, UsageException {
        RestoreChoices choices = new RestoreChoices(settings);
        try (OpenArchive archive = new OpenArchive(settings, console)) {
            try {
                openDestinations(choices.options());
                extract(archive);
            } finally {
                for (Destination destination : destinations) {
                    destination.restorer.close();
                    destination.messages.tellSummary();
                    destination.tree.close();
                }
            }
            taken.tellMissing(console);
            archive.tellTotals();
        }
    }

    private void openDestinations(RestoreOptions options) {
        for (Bytes folder : plan.folders()) {
            try {
                TargetTree tree = FarTrees.isFar(folder) ? FarTrees.target(folder, settings, console)
                        : Trees.target(folder, settings.absoluteNames);
                RestoreMessages messages = new RestoreMessages(settings, console);
                destinations.add(new Destination(tree, new Restorer(tree, options, messages), messages));
            } catch (IOException e) {
                throw new Fatal(console.shown(folder) + ": Cannot open: " + Failure.reason(e), e);
            }
        }
    }

    private void extract(OpenArchive archive) throws IOException {
        try (Interruption _ = new Interruption(this::stop)) {
            if (archive.random() != null) {
                taken.setFromRoot(archive.random().hasRootEntry());
                archive.verifySeals(taken, true);
                for (int i = 0; i < destinations.size(); i++) {
                    extractByIndex(archive, i);
                }
            } else {
                extractForward(archive);
            }
        } catch (IOException e) {
            Interruption.awaitEnd();
            throw e;
        }
    }

    private void stop() {
        destinations.forEach(destination -> destination.restorer.beginNoMore());
        for (Destination destination : destinations) {
            destination.restorer.stop();
        }
    }

    private void extractByIndex(OpenArchive archive, int folder) throws IOException {
        Destination destination = destinations.get(folder);
        if (!plan.isUsed(folder)) {
            return;
        }
        try (Extractor extractor = new Extractor(
                archive.random(), destination.restorer, selectionFor(folder),
                destination.messages, archive.threads())) {
            for (EntryCursor entries : archive.cursors(taken.members())) {
                extractor.extract(entries, names.keepOrder());
            }
        }
    }

    /// Every block is given to each folder's extractor: a pipe can't be read again.
    private void extractForward(OpenArchive archive) throws IOException {
        List<ForwardExtractor> extractors = new ArrayList<>();
        try {
            for (int i = 0; i < destinations.size(); i++) {
                if (!plan.isUsed(i)) {
                    continue; // it would hold content back where nothing is extracted to
                }
                Destination destination = destinations.get(i);
                extractors.add(new ForwardExtractor(
                        destination.restorer, destination.tree, heldContentFolder(plan.folders().get(i)),
                        selectionFor(i), names.keepOrder(), destination.messages,
                        (_, _) -> { }));
            }
            archive.forward().read(new ForwardReader.Visitor() {
                @Override
                public void block(ForwardReader.DecodedBlock block) throws IOException {
                    for (ForwardExtractor extractor : extractors) {
                        extractor.block(block);
                    }
                }

                @Override
                public boolean wantsLeaves() {
                    return extractors.stream().anyMatch(ForwardExtractor::wantsLeaves);
                }

                @Override
                public void leaf(Leaf leaf) {
                    for (ForwardExtractor extractor : extractors) {
                        extractor.leaf(leaf);
                    }
                }

                @Override
                public void windowEnd() {
                    extractors.forEach(ForwardExtractor::windowEnd);
                }

                @Override
                public void damage(CorruptArchiveException what, boolean cutShort) {
                    archive.damaged(what, cutShort);
                    for (ForwardExtractor extractor : extractors) {
                        extractor.damage(what, cutShort);
                    }
                }
            });
        } finally {
            for (ForwardExtractor extractor : extractors) {
                extractor.close();
            }
        }
    }

    /// Content that is held back lies where the extracted files will: there is room, or nothing can be extracted.
    private static Path heldContentFolder(Bytes target) {
        try {
            return FarTrees.isFar(target) ? temporaryFolder() : LocalFiles.path(target);
        } catch (FileSystemException notForJava) {
            return temporaryFolder();
        }
    }

    static Path temporaryFolder() {
        String folder = System.getenv("TMPDIR");
        return Path.of(folder == null || folder.isEmpty() ? System.getProperty("java.io.tmpdir") : folder);
    }

    private Selection selectionFor(int folder) {
        return new Selection() {
            @Override
            public Bytes targetName(EntryPath path, Metadata metadata) {
                return nameIn(folder, path, metadata);
            }

            @Override
            public Metadata targetMetadata(Metadata archived) {
                return names.withTarget(archived);
            }
        };
    }

    /// @return null if the entry does not go to this folder
    private Bytes nameIn(int folder, EntryPath path, Metadata metadata) {
        if (taken.folderOf(path, metadata) != folder) {
            return null;
        }
        Bytes target = names.of(path, metadata, taken.fromRoot());
        if (target == null || prompt != null && !prompt.confirms(console, "extract", path.bytes())) {
            return null;
        }
        if (!printer.isQuiet()) {
            Bytes shown = settings.showTransformedNames
                    ? names.shown(path, metadata, taken.fromRoot())
                    : EntryPrinter.nameOf(path, metadata, taken.fromRoot());
            printer.print(shown, settings.showTransformedNames ? names.withTarget(metadata) : metadata, null);
        }
        return target;
    }
}
