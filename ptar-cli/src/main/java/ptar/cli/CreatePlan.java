package ptar.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ptar.cli.match.ExclusionFilter;
import ptar.cli.match.Exclusions;
import ptar.cli.options.Given;
import ptar.cli.options.Settings;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.SourceTree;
import ptar.write.MemberName;
import ptar.write.WalkFilter;
import ptar.write.WalkOperand;

/// Turns the names to be archived into operands of a walk.
final class CreatePlan implements Selected.Receiver {
    private static final Bytes SLASH = Bytes.of("/");

    private final Settings settings;
    private final Console console;
    private final SourceTree tree;
    private final ExclusionFilter.Choice choice;
    private final List<WalkOperand> operands = new ArrayList<>();
    private final Set<Bytes> prefixesTold = new HashSet<>();
    private Exclusions lastExclusions;
    private WalkFilter lastFilter;

    private CreatePlan(Settings settings, Console console, SourceTree tree, ExclusionFilter.Choice choice) {
        this.settings = settings;
        this.console = console;
        this.tree = tree;
        this.choice = choice;
    }

    static CreatePlan of(Settings settings, Console console, SourceTree tree, ExclusionFilter.Choice choice) {
        CreatePlan plan = new CreatePlan(settings, console, tree, choice);
        Selected rest = Selected.go(settings.selection, console, plan);
        if (!rest.withoutEffect().isEmpty()) {
            console.warn("The following options were used after any non-optional arguments in archive create or update"
                    + " mode.  These options are positional and affect only arguments that follow them.  Please,"
                    + " rearrange them properly.");
            for (Given given : rest.withoutEffect()) {
                String value = given.value() == null ? "" : " '" + console.shown(given.value()) + "'";
                console.error(given.typed() + value + " has no effect");
            }
        }
        return plan;
    }

    List<WalkOperand> operands() {
        return operands;
    }

    @Override
    public void name(Bytes typed, Bytes unquoted, boolean fromList, Selected state) {
        if (typed.isEmpty()) { // to some calls it would be the folder, to others nothing
            console.error(": Cannot stat: No such file or directory");
            return;
        }
        Bytes name = withoutSlashes(typed);
        if (unquoted != typed) {
            // On the command line a name stands for itself first; a list is what `ptar t` printed.
            Bytes other = withoutSlashes(unquoted);
            boolean otherIsMeant = fromList
                    ? exists(other, state) || !exists(name, state) : !exists(name, state) && exists(other, state);
            name = otherIsMeant ? other : name;
        }
        Bytes source = Selected.resolve(state.folder(), name);
        if (FarTrees.isFar(name)) {
            // A prefix is archived as what `-C PREFIX .` is, an object by its last component.
            int slash = name.lastIndexOf((byte) '/');
            boolean isPrefix = typed.endsWith(SLASH) || name.indexOf((byte) '/', "s3://".length()) < 0;
            name = isPrefix ? LocalFiles.HERE : name.slice(slash + 1, name.length());
        }
        MemberName member;
        try {
            member = MemberName.of(name);
        } catch (IllegalArgumentException e) {
            console.error(e.getMessage());
            return;
        }
        boolean absolute = settings.absoluteNames && name.length() > 0 && name.get(0) == '/'
                && !member.path().isRoot();
        boolean keepsPrefix = settings.absoluteNames && isSlashes(member.removed());
        if (!member.removed().isEmpty() && !keepsPrefix && prefixesTold.add(member.removed())) {
            console.warn("Removing leading `" + console.shown(member.removed()) + "' from member names");
        }
        operands.add(new WalkOperand(
                tree, source, name, member.path(), absolute,
                state.toggles().recursion(), settings.create.dereference, settings.create.dereference,
                filter(state.exclusions())));
    }

    private WalkFilter filter(Exclusions exclusions) {
        if (exclusions != lastExclusions) {
            lastExclusions = exclusions;
            lastFilter = new ExclusionFilter(exclusions, choice);
        }
        return lastFilter;
    }

    private boolean exists(Bytes name, Selected state) {
        try {
            tree.stat(Selected.resolve(state.folder(), name), false);
            return true;
        } catch (IOException missing) {
            return false;
        }
    }

    /// `d/` and `d` are the same name.
    private static Bytes withoutSlashes(Bytes name) {
        int length = name.length();
        while (length > 1 && name.get(length - 1) == '/') {
            length--;
        }
        return name.slice(0, length);
    }

    private static boolean isSlashes(Bytes text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.get(i) != '/') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void folder(Bytes typed, Selected state) {
        try {
            SourceTree.Found found = tree.stat(state.folder(), true);
            if (found.metadata().type() != EntryType.FOLDER) {
                throw new Fatal(console.shown(typed) + ": Cannot open: Not a directory");
            }
        } catch (IOException e) {
            throw new Fatal(console.shown(typed) + ": Cannot open: " + Failure.reason(e), e);
        }
    }
}
