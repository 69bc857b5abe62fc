package ptar.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ptar.Trees;
import ptar.cli.match.Transform;
import ptar.cli.options.Settings;
import ptar.cli.options.UsageException;
import ptar.error.CorruptArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.read.ArchiveReader;
import ptar.read.ForwardExtractor;
import ptar.read.RestoreOptions;
import ptar.read.Restorer;
import ptar.read.Selection;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.SourceFile;
import ptar.tree.TargetTree;

/// `ptar x` with `-O` or `--to-command`: gives away the content of files instead of making them.
///
/// A pipe brings content in its own order and repeats by reference what came before, so its files are extracted into
/// a temporary folder first.
final class ContentCommand {
    private static final int BUFFER_SIZE = 1 << 18;

    private final Settings settings;
    private final Console console;
    private final Taken taken;
    private final TargetNames names;
    private final EntryPrinter printer;
    private final Prompt prompt;
    private final ContentTaker taker;

    /// Takes one file after the other.
    interface ContentTaker {
        /// @param name as it would be extracted
        void begin(Bytes name, Bytes stored, Metadata metadata) throws IOException;

        void write(byte[] data, int length) throws IOException;

        void end() throws IOException;
    }

    ContentCommand(Settings settings, Console console) throws IOException, UsageException {
        this.settings = settings;
        this.console = console;
        this.taken = new Taken(
                settings, MemberPlan.of(settings, console), ListCommand.newer(settings, console), console);
        this.names = new TargetNames(settings, console, new Transform(settings.transforms));
        this.printer = new EntryPrinter(console, settings, Math.min(settings.verbosity, 3));
        this.prompt = settings.interactive ? new Prompt(Archives.isStandard(settings)) : null;
        this.taker = settings.extract.toCommand == null ? new ToOutput() : new ToCommand(settings, console);
        console.listOnError();
    }

    private final class ToOutput implements ContentTaker {
        @Override
        public void begin(Bytes name, Bytes stored, Metadata metadata) {}

        @Override
        public void write(byte[] data, int length) {
            try {
                console.out().write(data, 0, length);
            } catch (IOException e) {
                throw console.failedOutput(e);
            }
        }

        @Override
        public void end() {}
    }

    void run() throws IOException {
        try (OpenArchive archive = new OpenArchive(settings, console)) {
            if (archive.random() != null) {
                taken.setFromRoot(archive.random().hasRootEntry());
                archive.verifySeals(taken, true);
                for (EntryCursor entries : archive.cursors(taken.members())) {
                    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
                        give(archive.random(), entry);
                    }
                }
            } else {
                giveForward(archive);
            }
            taken.tellMissing(console);
            archive.tellTotals();
        }
    }

    /// @return the name under which it is given away, null if it is not
    private Bytes wanted(EntryPath path, Metadata metadata) {
        if (taken.folderOf(path, metadata) < 0) {
            return null;
        }
        Bytes name = names.of(path, metadata, taken.fromRoot());
        if (name == null || prompt != null && !prompt.confirms(console, "extract", path.bytes())) {
            return null;
        }
        printer.print(EntryPrinter.nameOf(path, metadata, taken.fromRoot()), metadata, null);
        return metadata.type() == EntryType.FILE ? name : null;
    }

    private void give(ArchiveReader archive, Entry entry) throws IOException {
        Bytes name = wanted(entry.path(), entry.metadata());
        if (name == null) {
            return;
        }
        byte[] buffer = new byte[(int) Math.min(BUFFER_SIZE, Math.max(1, entry.metadata().size()))];
        taker.begin(name, entry.path().bytes(), entry.metadata());
        try (SeekableByteChannel content = archive.open(entry)) {
            for (int n = content.read(ByteBuffer.wrap(buffer)); n > 0; n = content.read(ByteBuffer.wrap(buffer))) {
                taker.write(buffer, n);
            }
        } catch (CorruptArchiveException damaged) {
            console.error(console.shown(entry.path().bytes()) + ": Cannot extract: " + damaged.getMessage());
        } finally {
            taker.end();
        }
    }

    /// What is to be given away from the temporary folder.
    private record Extracted(Bytes temporary, Bytes name, Bytes stored, Metadata metadata) {}

    private void giveForward(OpenArchive archive) throws IOException {
        Path folder = Files.createTempDirectory(ExtractCommand.temporaryFolder(), "ptar");
        try (Interruption _ = new Interruption(() -> deleteFiles(folder))) {
            giveThrough(folder, archive);
        } finally {
            deleteFiles(folder);
        }
    }

    private void giveThrough(Path folder, OpenArchive archive) throws IOException {
        List<Extracted> files = new ArrayList<>();
        RestoreMessages messages = new RestoreMessages(
                settings, console, temporary -> files.get(Integer.parseInt(temporary.toString().substring(1))).stored);
        TargetTree.Restore nothing = new TargetTree.Restore(false, true, false, false, false, false, false);
        RestoreOptions options = new RestoreOptions(
                RestoreOptions.Existing.REPLACE, false, false, false, RestoreOptions.Backup.NONE, Bytes.of("~"),
                nothing, _ -> false);
        Selection selection = (path, metadata) -> {
            Bytes name = wanted(path, metadata);
            if (name == null) {
                return null;
            }
            Bytes temporary = Bytes.of("f" + files.size());
            files.add(new Extracted(temporary, name, path.bytes(), metadata));
            return temporary;
        };
        try (TargetTree tree = Trees.target(Bytes.of(folder.toString()), false)) {
            try (Restorer restorer = new Restorer(tree, options, messages);
                    ForwardExtractor extractor = new ForwardExtractor(
                            restorer, tree, folder, selection, false, messages, archive::damaged)) {
                archive.forward().read(extractor);
            }
            for (Extracted file : files) {
                give(tree, file);
            }
        }
    }

    private void give(TargetTree tree, Extracted file) throws IOException {
        if (tree.stat(file.temporary) == null) {
            return; // damaged, which has been told
        }
        taker.begin(file.name, file.stored, file.metadata);
        try (SourceFile source = tree.openFile(file.temporary); Arena arena = Arena.ofConfined()) {
            byte[] buffer = new byte[BUFFER_SIZE];
            MemorySegment memory = arena.allocate(BUFFER_SIZE);
            long at = 0;
            for (long n = source.read(memory, at); n > 0; n = source.read(memory, at)) {
                MemorySegment.copy(memory, 0, MemorySegment.ofArray(buffer), 0, n);
                taker.write(buffer, (int) n);
                at += n;
            }
        } finally {
            taker.end();
        }
    }

    private static void deleteFiles(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }
}
