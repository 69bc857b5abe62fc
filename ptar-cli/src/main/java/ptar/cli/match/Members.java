package ptar.cli.match;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.write.MemberName;

/// The entries that `-t` and `-x` are asked for, and which of these names were found.
///
/// Every name is tried as it stands first, so that a name with a `*` in it matches itself; `./x` means `x`.
public final class Members {
    /// One name as typed.
    ///
    /// @param path what it means as it stands
    /// @param unquotedPath what it means if escapes in it count (`a\nb`); the same object if there are none
    /// @param recursion whether what lies below it is meant too
    /// @param folder where it is extracted to, by the `-C`s before it; a number that the caller understands
    public record Member(
            Bytes typed, EntryPath path, EntryPath unquotedPath, Pattern pattern, boolean recursion, int folder) {}

    private final List<Member> members;
    private final boolean[] found;
    private final int defaultFolder;
    /// Members that are plain paths, by path, so that a list of a million names is looked up, not gone through.
    private final Map<Bytes, List<Integer>> byPath = new HashMap<>();
    private final List<Integer> patterns = new ArrayList<>();

    /// @param defaultFolder of entries when no name is given
    public Members(List<Member> members, int defaultFolder) {
        this.members = List.copyOf(members);
        this.found = new boolean[members.size()];
        this.defaultFolder = defaultFolder;
        for (int i = 0; i < found.length; i++) {
            Member member = members.get(i);
            byPath.computeIfAbsent(member.path.bytes(), _ -> new ArrayList<>(1)).add(i);
            if (member.unquotedPath != member.path) {
                byPath.computeIfAbsent(member.unquotedPath.bytes(), _ -> new ArrayList<>(1)).add(i);
            }
            if (!member.pattern.isLiteral()) {
                patterns.add(i);
            }
        }
    }

    public static Member member(Bytes typed, Bytes unquoted, Toggles toggles, int folder) {
        EntryPath path = MemberName.of(typed).path();
        EntryPath unquotedPath = unquoted.equals(typed) ? path : MemberName.of(unquoted).path();
        Bytes pattern = Glob.hasWildcards(typed) ? withoutDots(typed) : path.bytes();
        return new Member(
                typed, path, unquotedPath, Pattern.selecting(pattern, toggles), toggles.recursion(), folder);
    }

    private static Bytes withoutDots(Bytes typed) {
        int from = 0;
        while (from + 1 < typed.length() && typed.get(from) == '.' && typed.get(from + 1) == '/') {
            from += 2;
        }
        while (from < typed.length() && typed.get(from) == '/') {
            from++;
        }
        int to = typed.length();
        while (to > from && typed.get(to - 1) == '/') {
            to--;
        }
        return typed.slice(from, to);
    }

    /// True if no name was given: every entry is meant.
    public boolean isEverything() {
        return members.isEmpty();
    }

    /// The paths to look up when every name is a path and nothing else; null if all entries must be looked at.
    public List<EntryPath> pathsOrNull() {
        List<EntryPath> paths = new ArrayList<>();
        for (Member member : members) {
            if (!member.pattern.isLiteral()) {
                return null;
            }
            paths.add(member.path);
            if (member.unquotedPath != member.path) {
                paths.add(member.unquotedPath);
            }
        }
        return paths;
    }

    /// Where an entry goes; -1 if it was not asked for.
    public int folderOf(EntryPath path) {
        if (members.isEmpty()) {
            return defaultFolder;
        }
        int first = take(path, path, Integer.MAX_VALUE);
        for (EntryPath above = path; !above.isRoot(); ) {
            above = above.parent();
            first = take(above, path, first);
        }
        for (int i : patterns) {
            if (members.get(i).pattern.matches(path.bytes())) {
                found[i] = true;
                first = Math.min(first, i);
            }
        }
        return first == Integer.MAX_VALUE ? -1 : members.get(first).folder;
    }

    /// Marks the members with a path that is the entry's, or lies above it and means what is below too.
    private int take(EntryPath member, EntryPath entry, int first) {
        int least = first;
        for (int i : byPath.getOrDefault(member.bytes(), List.of())) {
            if (member == entry || members.get(i).recursion) {
                found[i] = true;
                least = Math.min(least, i);
            }
        }
        return least;
    }

    /// True if a name was typed like a pattern where none was asked for.
    public static boolean looksLikePattern(Member member) {
        return member.pattern.isLiteral() && Glob.hasWildcards(member.typed);
    }

    /// Names that no entry had, in the order in which they were typed.
    public List<Member> notFound() {
        return those(false);
    }

    /// Names that entries had.
    public List<Member> found() {
        return those(true);
    }

    private List<Member> those(boolean wereFound) {
        List<Member> those = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            if (found[i] == wereFound) {
                those.add(members.get(i));
            }
        }
        return those;
    }
}
