package ptar.cli;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import ptar.cli.match.TextLines;
import ptar.cli.match.XattrChoice;
import ptar.cli.options.ModeChanges;
import ptar.cli.options.Settings;
import ptar.cli.options.UsageException;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;
import ptar.tree.posix.Caller;

/// Changes metadata on its way into an archive: `--owner`, `--group` and their maps, `--mode`, `--mtime`,
/// `--numeric-owner`, and attributes that are not wanted.
final class MetadataOverrides implements UnaryOperator<Metadata> {
    private final Settings settings;
    private final XattrChoice xattrs;
    private final boolean keepsXattrs;
    private final Account owner;
    private final Account group;
    private final Map<String, Account> owners;
    private final Map<String, Account> groups;
    private final ModeChanges mode;
    private final Timestamp time;

    /// An account to store instead: a name, a number, or both.
    ///
    /// @param number -1 for none
    private record Account(String name, long number) {}

    MetadataOverrides(Settings settings, Times times) throws UsageException {
        this.settings = settings;
        Settings.CreateSettings create = settings.create;
        xattrs = new XattrChoice(settings);
        keepsXattrs = xattrs.all();
        owner = create.owner == null ? null : account(create.owner.toString(), true);
        group = create.group == null ? null : account(create.group.toString(), false);
        owners = create.ownerMap == null ? Map.of() : map(create.ownerMap, true);
        groups = create.groupMap == null ? Map.of() : map(create.groupMap, false);
        mode = create.modeChanges == null ? null : new ModeChanges(create.modeChanges.toString(), 0);
        time = create.mtime == null ? null : times.of(create.mtime, "--mtime");
    }

    /// True if nothing is ever changed.
    boolean isIdentity() {
        return keepsXattrs && owner == null && group == null && owners.isEmpty() && groups.isEmpty() && mode == null
                && time == null && !settings.numericOwner;
    }

    @Override
    public Metadata apply(Metadata metadata) {
        Metadata changed = metadata.withOwner(ownerOf(metadata.owner()));
        if (mode != null) {
            changed = changed.withMode(mode.apply(changed.mode(), changed.type() == EntryType.FOLDER));
        }
        boolean isLater = time != null && changed.modificationTime().compareTo(time) > 0;
        if (time != null && (isLater || !settings.create.clampMtime)) {
            changed = changed.withModificationTime(time);
        }
        if (!keepsXattrs && !changed.xattrs().isEmpty()) {
            List<Xattr> kept = changed.xattrs().stream().filter(x -> xattrs.test(x.name())).toList();
            changed = changed.withXattrs(kept);
        }
        return changed;
    }

    private Owner ownerOf(Owner found) {
        Account user = mapped(owners, found.user(), found.uid(), owner);
        Account members = mapped(groups, found.group(), found.gid(), group);
        long uid = user == null || user.number < 0 ? found.uid() : user.number;
        long gid = members == null || members.number < 0 ? found.gid() : members.number;
        if (settings.numericOwner) {
            return new Owner(uid, gid, "", "");
        }
        return new Owner(
                uid, gid, user == null ? found.user() : user.name, members == null ? found.group() : members.name);
    }

    private static Account mapped(Map<String, Account> map, String name, long number, Account otherwise) {
        Account byName = map.get(name);
        Account byNumber = map.get("+" + number);
        return byName != null ? byName : byNumber != null ? byNumber : otherwise;
    }

    /// `NAME`, `NAME:ID`, `ID`, `+ID`, `:ID`.
    private static Account account(String text, boolean isUser) throws UsageException {
        String option = isUser ? "--owner" : "--group";
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        if (colon == 0) {
            return numbered(id(text.substring(1), option), isUser);
        }
        if (colon > 0) {
            return new Account(name, id(text.substring(colon + 1), option));
        }
        if (name.startsWith("+")) {
            return numbered(id(name.substring(1), option), isUser);
        }
        long number = isUser ? Caller.userId(name) : Caller.groupId(name);
        if (number >= 0) {
            return new Account(name, number);
        }
        return name.matches("\\d+") ? numbered(id(name, option), isUser) : new Account(name, -1);
    }

    private static Account numbered(long number, boolean isUser) {
        return new Account(isUser ? Caller.userName(number) : Caller.groupName(number), number);
    }

    private static long id(String text, String option) throws UsageException {
        try {
            long id = Long.parseLong(text);
            if (id >= 0 && id <= 0xffff_ffffL) {
                return id;
            }
        } catch (NumberFormatException noNumber) {
            // told below
        }
        throw new UsageException(UsageException.COMBINATION, text + ": Invalid owner or group ID (" + option + ")");
    }

    /// Lines of `old new`, where old is a name or `+ID`, new as for `--owner`; `#` starts a comment.
    private static Map<String, Account> map(Bytes file, boolean isUser) throws UsageException {
        Map<String, Account> map = new HashMap<>();
        try {
            for (Bytes line : TextLines.of(LocalFiles.read(file), (byte) '\n')) {
                String text = line.toString().replaceFirst("#.*", "").strip();
                String[] fields = text.split("\\s+");
                if (fields.length == 2) {
                    map.put(fields[0], account(fields[1], isUser));
                } else if (!text.isEmpty()) {
                    throw new UsageException(
                            UsageException.COMBINATION, file + ": '" + text + "' is not an old and a new account");
                }
            }
        } catch (IOException e) {
            throw new Fatal(file + ": Cannot open: " + Failure.reason(e), e);
        }
        return map;
    }
}
