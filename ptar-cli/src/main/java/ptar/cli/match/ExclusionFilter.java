package ptar.cli.match;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.SourceFile;
import ptar.tree.SourceTree;
import ptar.write.WalkFilter;

/// Applies [Exclusions] to a walk, with the ignore files found on the way down.
public final class ExclusionFilter implements WalkFilter {
    /// An ignore file that is larger is not one.
    private static final int MAX_IGNORE_FILE = 1 << 20;

    private final Exclusions exclusions;
    private final Choice choice;
    /// Ignore files of the folder and those above it, innermost first; empty without the options.
    private final List<FoundRules> found;

    /// What is decided by more than the name.
    public interface Choice {
        /// @param isOperand false for what was found below an operand
        boolean accepts(Bytes name, SourceTree.Found found, boolean isOperand);

        /// Whether a folder is walked.
        boolean enters(Bytes name, SourceTree.Found found, SourceTree.Found parent);

        /// A tagged folder is left out, in whole or in part.
        void tagged(Bytes folder, Bytes tag, String message);

        /// An ignore or tag file can't be read.
        void unreadable(Bytes name, IOException cause);
    }

    /// Rules of one ignore file.
    ///
    /// @param folder name of its folder as walked, with a `/` at the end unless empty
    private record FoundRules(Bytes folder, List<IgnoreFile.Rule> rules, boolean recursive) {}

    public ExclusionFilter(Exclusions exclusions, Choice choice) {
        this(exclusions, choice, List.of());
    }

    private ExclusionFilter(Exclusions exclusions, Choice choice, List<FoundRules> found) {
        this.exclusions = exclusions;
        this.choice = choice;
        this.found = found;
    }

    @Override
    public boolean acceptsName(Bytes name) {
        return !exclusions.excludes(name) && !isIgnored(name, false);
    }

    @Override
    public boolean acceptsFound(Bytes name, SourceTree.Found at, boolean isOperand) {
        if (at.metadata().type() != EntryType.FOLDER && exclusions.omits(name)) {
            return false;
        }
        return choice.accepts(name, at, isOperand);
    }

    private boolean isIgnored(Bytes name, boolean isFolder) {
        for (FoundRules file : found) {
            Boolean verdict = verdict(file, name, isFolder);
            if (verdict != null) {
                return verdict;
            }
        }
        return false;
    }

    /// The last rule that matches decides; null if none does.
    private static Boolean verdict(FoundRules file, Bytes name, boolean isFolder) {
        Bytes baseName = name.slice(name.lastIndexOf((byte) '/') + 1, name.length());
        Bytes relative = name.slice(Math.min(file.folder.length(), name.length()), name.length());
        for (int i = file.rules.size() - 1; i >= 0; i--) {
            IgnoreFile.Rule rule = file.rules.get(i);
            if ((!rule.foldersOnly() || isFolder) && rule.matches(relative, baseName)) {
                return !rule.keeps();
            }
        }
        return null;
    }

    @Override
    public Below below(OpenedFolder folder, SourceTree.Found parent) {
        if (!found.isEmpty() && isIgnored(folder.name(), true)) {
            return new Below(false, List.of(), this);
        }
        for (FolderTag tag : exclusions.tags()) {
            if (contains(folder.names(), tag.fileName()) && isSigned(folder, tag)) {
                choice.tagged(folder.name(), tag.fileName(), tag.effect().message);
                return new Below(tag.effect() != FolderTag.Effect.KEEP_NOTHING, tag.namesKept(), this);
            }
        }
        if (!choice.enters(folder.name(), folder.found(), parent)) {
            return new Below(true, List.of(), this);
        }
        return new Below(true, folder.names(), exclusions.ignoreFiles().isEmpty() ? this : inside(folder));
    }

    /// The filter for what is in a folder.
    private ExclusionFilter inside(OpenedFolder folder) {
        List<FoundRules> inside = new ArrayList<>();
        for (IgnoreFile file : exclusions.ignoreFiles()) {
            if (contains(folder.names(), file.fileName())) {
                Bytes content = read(folder, file.fileName(), MAX_IGNORE_FILE);
                inside.add(new FoundRules(withSlash(folder.name()), file.rules(content), file.recursive()));
            }
        }
        for (FoundRules above : found) {
            if (above.recursive) {
                inside.add(above);
            }
        }
        return inside.isEmpty() && found.isEmpty() ? this : new ExclusionFilter(exclusions, choice, inside);
    }

    private boolean isSigned(OpenedFolder folder, FolderTag tag) {
        return tag.signature().isEmpty()
                || read(folder, tag.fileName(), tag.signature().length()).equals(tag.signature());
    }

    private Bytes read(OpenedFolder folder, Bytes name, int most) {
        Bytes path = withSlash(folder.sourcePath()).concat(name);
        try (SourceFile file = folder.tree().openFile(path, true); Arena arena = Arena.ofConfined()) {
            long size = Math.min(most, file.stat().metadata().size());
            MemorySegment target = arena.allocate(Math.max(1, size));
            long length = size == 0 ? 0 : file.read(target.asSlice(0, size), 0);
            return Bytes.wrap(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        } catch (IOException e) {
            choice.unreadable(withSlash(folder.name()).concat(name), e);
            return Bytes.EMPTY;
        }
    }

    private static boolean contains(List<Bytes> sorted, Bytes name) {
        return Collections.binarySearch(sorted, name) >= 0;
    }

    private static Bytes withSlash(Bytes folder) {
        return folder.isEmpty() || folder.get(folder.length() - 1) == '/' ? folder : folder.concat(Bytes.of("/"));
    }
}
