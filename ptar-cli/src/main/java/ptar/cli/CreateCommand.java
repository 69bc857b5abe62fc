package ptar.cli;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import ptar.Trees;
import ptar.cli.keys.Keys;
import ptar.cli.match.Transform;
import ptar.cli.match.XattrChoice;
import ptar.cli.options.Settings;
import ptar.cli.options.UsageException;
import ptar.cli.options.Warning;
import ptar.crypto.CryptoProvider;
import ptar.crypto.MasterKey;
import ptar.layout.Header;
import ptar.storage.FileSink;
import ptar.storage.Sink;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.SourceTree;
import ptar.tree.Timestamp;
import ptar.write.ArchiveWriter;
import ptar.write.EntrySource;
import ptar.write.WriteListener;
import ptar.write.WriteOptions;
import ptar.write.WriteSummary;

/// `ptar c`: walks the operands and writes an archive.
final class CreateCommand implements WriteListener {
    private final Settings settings;
    private final Console console;
    private final ReadTroubles troubles;
    /// Entries whose files must stay where they are (`--remove-files`).
    private final Set<EntryPath> notStored = new HashSet<>();
    private final Map<EntryPath, SourceTree.Found> foundAgain = new HashMap<>();

    CreateCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
        this.troubles = new ReadTroubles(settings, console);
    }

    void run() throws IOException, UsageException {
        WriteOptions options = writeOptions();
        Transform transform = new Transform(settings.transforms);
        Checkpoints checkpoints = new Checkpoints(settings, console, "Write");
        if (Archives.isStandard(settings)) {
            if (settings.create.verify) {
                throw new Fatal("Cannot verify stdin/stdout archive");
            }
            console.listOnError();
        }
        XattrChoice xattrs = new XattrChoice(settings);
        SourceTree.Wanted wanted = new SourceTree.Wanted(
                !settings.numericOwner, xattrs.any(), settings.accessTimes, settings.birthTimes, settings.inodeFlags);
        try (SourceTree tree = FarTrees.around(Trees.source(LocalFiles.HERE, wanted), settings, console)) {
            Times times = new Times(tree, settings, console);
            Timestamp newer = times.newer();
            CreateChoice choice = new CreateChoice(settings, console, newer);
            CreatePlan plan = CreatePlan.of(settings, console, tree, choice);
            MetadataOverrides overrides = new MetadataOverrides(settings, times);
            UnaryOperator<ptar.tree.Metadata> changes =
                    overrides.isIdentity() ? UnaryOperator.identity() : overrides;
            WalkedEntries walked = new WalkedEntries(settings, console, plan.operands(), changes, transform);
            try (EntrySource entries = transform.isEmpty() ? walked : new SortedEntries(walked, console);
                    MasterKey key = settings.keys.encrypt ? MasterKey.random(new SecureRandom()) : MasterKey.plain()) {
                write(entries, tree, choice, options, checkpoints, key);
            }
        }
    }

    private WriteOptions writeOptions() throws UsageException {
        Settings.CreateSettings create = settings.create;
        if (settings.keys.pad && !settings.keys.encrypt) {
            throw new UsageException(UsageException.COMBINATION,
                    "--pad hides how long an encrypted archive is: it needs --encrypt");
        }
        WriteOptions options = settings.keys.pad ? WriteOptions.DEFAULT.withPadding() : WriteOptions.DEFAULT;
        try {
            options = create.level == null ? options : options.withLevel(create.level);
            options = options.withThreads(settings.threads == 0 ? threadsFor(options) : settings.threads);
            return create.blockSize == 0 ? options
                    : options.withBlockSize((int) Math.min(Integer.MAX_VALUE, create.blockSize));
        } catch (IllegalArgumentException outOfRange) {
            throw new UsageException(UsageException.COMBINATION, outOfRange.getMessage());
        }
    }

    /// One for each processor; at zstd's highest levels one for each GiB of memory at most, a quarter of which is what
    /// the JVM takes.
    private static int threadsFor(WriteOptions options) {
        long affordable = options.level() < WriteOptions.ULTRA_LEVEL ? Integer.MAX_VALUE
                : Math.max(1, (Runtime.getRuntime().maxMemory() + (32 << 20)) / (256 << 20));
        return (int) Math.min(options.threads(), affordable);
    }

    private void write(
            EntrySource entries, SourceTree tree, CreateChoice choice, WriteOptions options, Checkpoints checkpoints,
            MasterKey key)
            throws IOException, UsageException {
        Totals totals = new Totals();
        RemoveFiles removal = settings.create.removeFiles ? new RemoveFiles(console, entries) : null;
        WriteSummary summary;
        StoppableSink stoppable = new StoppableSink();
        try (Interruption _ = new Interruption(stoppable, stoppable::isCommitted);
                WatchedSink watched = stoppable.open(
                        () -> new WatchedSink(Archives.create(settings, console), checkpoints));
                Keys keys = settings.keys.encrypt ? new Keys(settings.keys.options()) : null) {
            TotalsSignal.say(settings, console, () -> totals.line("written", watched.bytes()));
            tellArchive(watched.sink(), tree, choice);
            summary = ArchiveWriter.write(
                    removal == null ? entries : removal, watched, options, this, header(key, keys), key);
        } catch (IOException e) {
            Interruption.awaitEnd();
            throw e;
        }
        if (settings.totals) {
            console.say(totals.line("written", summary.archiveBytes()));
        }
        if (settings.stats || settings.verbosity > 2) {
            console.say(statistics(summary));
        }
        console.tellNetwork(settings);
        boolean isWhole = !settings.create.verify || new Verification(settings, console).run(_ -> key.copy());
        if (removal != null && isWhole) {
            removal.run(notStored, foundAgain);
        }
    }

    /// Asks for the password where one is needed: behind everything that may forbid the archive, and before the walk
    /// begins, which tells of trouble on the same terminal.
    private Supplier<Header> header(MasterKey key, Keys keys) throws IOException {
        if (keys == null) {
            return () -> Header.plain(key);
        }
        CryptoProvider.chosen(); // one that PTAR_CRYPTO names may not be there
        String name = Archives.isStandard(settings) ? "standard output" : console.shown(Archives.nameOf(settings));
        return keys.header(key, "Password for " + name);
    }

    private static String statistics(WriteSummary summary) {
        return "Entries: " + summary.entries() + ", bytes in files: " + summary.fileBytes() + " ("
                + Totals.size(summary.fileBytes()) + "), of them not repeated: " + summary.uniqueBytes() + " ("
                + Totals.size(summary.uniqueBytes()) + "), archive: " + summary.archiveBytes() + " ("
                + Totals.size(summary.archiveBytes()) + ")";
    }

    /// Lets the walk pass over the archive: what it replaces, and what is being written.
    private void tellArchive(Sink sink, SourceTree tree, CreateChoice choice) throws IOException {
        Bytes name = Archives.nameOf(settings);
        if (Archives.isStandard(settings)) {
            SourceTree.Found output = statOrNull(tree, Bytes.of("/proc/self/fd/1"));
            if (output != null) {
                choice.isArchive(output, false, null);
            }
            return;
        }
        Bytes baseName = name.slice(name.lastIndexOf((byte) '/') + 1, name.length());
        SourceTree.Found target = statOrNull(tree, name);
        if (target != null) {
            choice.isArchive(target, false, null);
        }
        Bytes temporary = null;
        if (sink instanceof FileSink file && file.temporary() != null) { // a switch makes a class at run time: 5 ms
            temporary = Bytes.of(file.temporary().toString());
        } else if (sink instanceof ByteNamed.Output output) {
            temporary = output.temporary();
        }
        SourceTree.Found found = temporary == null ? null : statOrNull(tree, temporary);
        if (found != null) {
            choice.isArchive(found, target != null, baseName);
        }
    }

    private static SourceTree.Found statOrNull(SourceTree tree, Bytes path) {
        try {
            return tree.stat(path, true);
        } catch (IOException notThere) {
            return null;
        }
    }

    // ---- what the writer tells

    @Override
    public void cannotOpen(EntrySource.Item item, IOException cause) {
        notStored.add(item.path());
        if (cause instanceof NoSuchFileException) {
            troubles.removed(item.name());
        } else {
            troubles.failed(item.name(), "Cannot open: " + Failure.reason(cause));
        }
    }

    @Override
    public void cannotRead(EntrySource.Item item, long offset, IOException cause) {
        notStored.add(item.path());
        troubles.failed(item.name(), "Read error at byte " + offset + ": " + Failure.reason(cause));
    }

    @Override
    public void shrank(EntrySource.Item item, long missingBytes) {
        notStored.add(item.path());
        troubles.changed(
                item.name(), Warning.FILE_SHRANK, "File shrank by " + missingBytes + " bytes; padding with zeros");
    }

    @Override
    public void changed(EntrySource.Item item) {
        notStored.add(item.path());
        troubles.changed(item.name(), Warning.FILE_CHANGED, "file changed as we read it");
    }

    @Override
    public void readAgain(EntrySource.Item item, SourceTree.Found found) {
        if (settings.create.removeFiles) {
            foundAgain.put(item.path(), found);
        }
    }

    @Override
    public void tooLarge(EntrySource.Item item, String reason) {
        notStored.add(item.path());
        console.error(console.shown(item.name()) + ": " + reason + "; not dumped");
    }
}
