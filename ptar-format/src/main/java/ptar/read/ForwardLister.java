package ptar.read;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import ptar.error.CorruptArchiveException;
import ptar.layout.Journal;
import ptar.layout.Leaf;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;

/// Lists from a forward reader: by the leaves, which come in the order of paths behind their window's blocks; what the
/// journals told of and no leaf did comes from them, when the next window begins or nothing follows. Memory is bounded
/// by a window. One thread.
public final class ForwardLister implements ForwardReader.Visitor {
    private final Output output;
    private final ForwardExtractor.DamageListener damage;
    /// Entries that journals have told of and no leaf has yet.
    private final Map<EntryPath, Metadata> told = new TreeMap<>();
    private boolean inLeaves;

    /// A window has fewer entries (spec §14); who writes more wants the reader's memory.
    private static final int MAX_TOLD = 1 << 18;

    /// Takes entries.
    @FunctionalInterface
    public interface Output {
        /// @param hasLeaf false if only a journal told of it: its content may not be whole
        void entry(EntryPath path, Metadata metadata, boolean hasLeaf) throws IOException;
    }

    public ForwardLister(Output output, ForwardExtractor.DamageListener damage) {
        this.output = output;
        this.damage = damage;
    }

    @Override
    public boolean wantsLeaves() {
        return true;
    }

    @Override
    public void block(ForwardReader.DecodedBlock block) throws IOException {
        if (inLeaves) {
            finish();
            inLeaves = false;
        }
        for (Journal.Record record : block.journal()) {
            if (record.begins()) {
                told.put(record.path(), record.metadata());
                if (told.size() > MAX_TOLD) {
                    told.clear();
                    throw new CorruptArchiveException("more than " + MAX_TOLD + " entries before their leaves");
                }
            }
        }
    }

    @Override
    public void leaf(Leaf leaf) throws IOException {
        inLeaves = true;
        for (var entry : leaf.entries()) {
            told.remove(entry.path());
            output.entry(entry.path(), entry.metadata(), true);
        }
    }

    @Override
    public void damage(CorruptArchiveException what, boolean cutShort) {
        damage.damage(what, cutShort);
    }

    /// Hands over what no leaf told of: to be called when the reader is done.
    public void finish() throws IOException {
        for (Map.Entry<EntryPath, Metadata> entry : told.entrySet()) {
            output.entry(entry.getKey(), entry.getValue(), false);
        }
        told.clear();
    }
}
