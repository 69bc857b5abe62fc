package ptar.cli;

import java.io.IOException;
import ptar.cli.options.Settings;
import ptar.error.CorruptArchiveException;
import ptar.read.ForwardReader;
import ptar.read.KeyFinder;

/// `-W`: reads back what was written, from its first byte to its last, and checks every tag, checksum and length.
final class Verification implements ForwardReader.Visitor {
    private final Settings settings;
    private final Console console;
    private boolean isDamaged;

    Verification(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    /// @param keys of what was written
    /// @return true if the archive is whole
    boolean run(KeyFinder keys) throws IOException {
        int threads = settings.threads == 0 ? Runtime.getRuntime().availableProcessors() : settings.threads;
        try (ForwardReader reader =
                ForwardReader.open(Archives.reopenAsStream(settings, console), keys, threads)) {
            reader.read(this);
        }
        return !isDamaged;
    }

    @Override
    public boolean wantsLeaves() {
        return true;
    }

    @Override
    public void damage(CorruptArchiveException what, boolean cutShort) {
        isDamaged = true;
        console.error(what.getMessage());
    }
}
