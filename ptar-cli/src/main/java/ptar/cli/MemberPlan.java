package ptar.cli;

import java.util.ArrayList;
import java.util.List;
import ptar.cli.match.Exclusions;
import ptar.cli.match.Members;
import ptar.cli.options.Settings;
import ptar.tree.Bytes;

/// Turns the names to be taken out of an archive into members, with the folder that each goes to.
final class MemberPlan implements Selected.Receiver {
    private final List<Members.Member> members = new ArrayList<>();
    private final List<Bytes> folders = new ArrayList<>();
    private Exclusions exclusions;
    private int lastFolder;

    private MemberPlan() {}

    static MemberPlan of(Settings settings, Console console) {
        MemberPlan plan = new MemberPlan();
        plan.folders.add(LocalFiles.HERE);
        Selected rest = Selected.go(settings.selection, console, plan);
        plan.exclusions = rest.exclusions();
        return plan;
    }

    Members members() {
        return new Members(members, lastFolder);
    }

    /// What is left out: options count wherever they stand.
    Exclusions exclusions() {
        return exclusions;
    }

    /// Where members go; their numbers are positions here.
    List<Bytes> folders() {
        return folders;
    }

    /// Whether anything goes to a folder.
    boolean isUsed(int folder) {
        return members.isEmpty() ? folder == lastFolder : members.stream().anyMatch(m -> m.folder() == folder);
    }

    @Override
    public void name(Bytes typed, Bytes unquoted, boolean fromList, Selected state) {
        members.add(Members.member(typed, unquoted, state.toggles(), lastFolder));
    }

    @Override
    public void folder(Bytes typed, Selected state) {
        lastFolder = folders.indexOf(state.folder());
        if (lastFolder < 0) {
            lastFolder = folders.size();
            folders.add(state.folder());
        }
    }
}
