package ptar.cli;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import ptar.cli.keys.Keys;
import ptar.cli.match.Members;
import ptar.cli.options.Settings;
import ptar.error.BrokenSealException;
import ptar.error.CorruptArchiveException;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.layout.Header;
import ptar.read.ArchiveReader;
import ptar.read.ForwardReader;
import ptar.read.KeyFinder;
import ptar.read.SealVerifier;
import ptar.storage.ByteStream;
import ptar.storage.RangesIgnoredException;
import ptar.tree.EntryPath;

/// An archive that is being read: by its index if it can be, else from its first byte on, as a pipe or a damaged file
/// must be.
final class OpenArchive implements Closeable {
    /// For more names than one in so many entries, all entries are gone through.
    private static final int ENTRIES_FOR_A_LOOKUP = 500;

    private final Settings settings;
    private final Console console;
    private final Totals totals = new Totals();
    /// Of a run and of the archive that ends with it the same is said.
    private String lastDamage;
    /// Names that may be missing and have not been told of; up to the last if the second is null.
    private EntryPath lostFrom;
    private EntryPath lostUpTo;
    private final ByteStream stream;
    private final CountingSource counted;
    /// Exactly one of the two is not null.
    private final ArchiveReader random;
    private final ForwardReader forward;

    OpenArchive(Settings settings, Console console) throws IOException {
        this.settings = settings;
        this.console = console;
        Archives.Input input = Archives.open(settings, console);
        CountingSource counting = input.random() == null ? null : new CountingSource(input.random());
        ArchiveReader reader = null;
        ByteStream bytes = input.stream();
        try (Keys given = new Keys(settings.keys.options())) {
            KeyFinder keys = given.finder(
                    counting == null ? bytes.name() : counting.name(), settings.keys.isSealed());
            if (counting != null) {
                try {
                    reader = ArchiveReader.open(counting, keys);
                } catch (RangesIgnoredException whole) {
                    console.warn(whole.getMessage());
                    bytes = Archives.streamOf(whole, counting.name());
                    counting = null;
                } catch (CorruptArchiveException damaged) {
                    counting = null;
                    bytes = Archives.reopenAsStream(settings, console);
                    refuseIfSealed(bytes, damaged);
                    console.error(damaged.getMessage());
                    console.warn("Reading what can be read from the start");
                }
            }
            counted = counting;
            random = reader;
            stream = bytes;
            forward = bytes == null ? null : ForwardReader.open(bytes, keys, threads());
        }
        TotalsSignal.say(settings, console, () -> totals.line("read", bytesRead()));
    }

    /// Nothing of a sealed archive is used while its end is not authentic: spec §13.1.
    private static void refuseIfSealed(ByteStream bytes, CorruptArchiveException damaged) throws IOException {
        if (Header.isSealed(bytes.peek(Header.PROBE_SIZE))) {
            bytes.close();
            throw new BrokenSealException(damaged.getMessage(), damaged);
        }
    }

    /// Before anything comes out of a sealed archive: opens once what the command will read of it. Does nothing for
    /// others, and for one that is far away, of which the first damage ends the command.
    ///
    /// @param taken what the command takes
    /// @param content whether it takes content too, not only names
    void verifySeals(Taken taken, boolean content) throws IOException {
        if (!random.isVerifiedFirst()) {
            return;
        }
        try (SealVerifier seals = new SealVerifier(random, threads())) {
            if (content && taken.isEverything()) {
                seals.addAll();
            } else {
                for (EntryCursor entries : cursors(taken.members())) {
                    if (content) {
                        addContent(seals, entries, taken);
                    } else {
                        seals.addLeaves(entries);
                    }
                }
            }
            seals.finish();
        }
    }

    /// The leaves are opened by reading them.
    private static void addContent(SealVerifier seals, EntryCursor entries, Taken taken) throws IOException {
        for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
            if (taken.takes(entry.path(), entry.metadata())) {
                seals.addContent(entry);
            }
        }
    }

    int threads() {
        return settings.threads == 0 ? Runtime.getRuntime().availableProcessors() : settings.threads;
    }

    /// Null if it is read forward.
    ArchiveReader random() {
        return random;
    }

    /// Null if it is read by its index.
    ForwardReader forward() {
        return forward;
    }

    /// Cursors over all entries that may be members, in order and without meeting one twice.
    List<EntryCursor> cursors(Members members) {
        boolean wantsAll = members.isEverything() || settings.listing.showOmittedFolders;
        List<EntryPath> paths = wantsAll ? null : members.pathsOrNull();
        if (paths == null || paths.size() > 1 + random.root().entries() / ENTRIES_FOR_A_LOOKUP) {
            return List.of(random.entries(EntryPath.ROOT, this::lost));
        }
        List<EntryCursor> cursors = new ArrayList<>();
        EntryPath last = null;
        for (EntryPath path : new TreeSet<>(paths)) {
            if (last == null || !path.isAtOrBelow(last)) {
                cursors.add(random.entries(path, this::lost));
                last = path;
            }
        }
        return cursors;
    }

    private void lost(EntryPath first, EntryPath next, CorruptArchiveException cause) {
        boolean continues = lostFrom != null && first.equals(lostUpTo);
        if (!continues) {
            tellLost();
            lostFrom = first;
        }
        lostUpTo = next;
        damaged(cause, false);
    }

    /// Says which names may be missing; neighbouring ones at once. The journals have them: a reader forward finds them.
    private void tellLost() {
        if (lostFrom != null) {
            console.warn("Names from '" + console.shown(lostFrom.bytes()) + "'"
                    + (lostUpTo == null ? " to the last" : " up to '" + console.shown(lostUpTo.bytes()) + "'")
                    + " may be missing; a pipe brings them all the same: 'cat ARCHIVE | ptar x'");
            lostFrom = null;
        }
    }

    /// Something of the archive can't be read.
    void damaged(CorruptArchiveException what, boolean cutShort) {
        if (!what.getMessage().equals(lastDamage)) {
            lastDamage = what.getMessage();
            console.error(lastDamage);
        }
    }

    private long bytesRead() {
        return counted != null ? counted.bytes() : stream.offset();
    }

    /// What is said at the end: names that may be missing, `--totals`, and with `-vvv` how often it was read.
    void tellTotals() {
        tellLost();
        if (settings.totals) {
            console.say(totals.line("read", bytesRead()));
        }
        if (counted != null && (settings.stats || settings.verbosity > 2)) {
            console.say("Reads of the archive: " + counted.reads() + ", bytes read: " + counted.bytes());
        }
        console.tellNetwork(settings);
    }

    @Override
    public void close() throws IOException {
        if (random != null) {
            random.close();
        } else {
            forward.close();
        }
    }
}
