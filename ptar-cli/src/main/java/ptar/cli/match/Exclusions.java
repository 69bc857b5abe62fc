package ptar.cli.match;

import java.util.ArrayList;
import java.util.List;
import ptar.cli.options.Option;
import ptar.tree.Bytes;

/// What is left out, as far as the command line has said it up to an operand. Immutable: operands that follow more
/// options get another object.
///
/// @param patterns names left out
/// @param includes if there are any, what is not a folder is kept only if one matches (bsdtar's `--include`)
public record Exclusions(
        List<Pattern> patterns, List<Pattern> includes, List<FolderTag> tags, List<IgnoreFile> ignoreFiles) {
    public static final Exclusions NONE = new Exclusions(List.of(), List.of(), List.of(), List.of());

    private static final List<String> VERSION_CONTROL = List.of(
            "CVS", ".cvsignore", "RCS", "SCCS", ".git", ".gitignore", ".gitattributes", ".gitmodules", ".arch-ids",
            "{arch}", "=RELEASE-ID", "=meta-update", "=update", ".bzr", ".bzrignore", ".bzrtags", ".hg", ".hgignore",
            ".hgtags", ".svn", "_darcs");
    private static final List<String> BACKUPS = List.of(".#*", "*~", "#*#");
    private static final Toggles ANYWHERE = new Toggles(true, false, true, false, true);
    private static final Toggles VERBATIM_ANYWHERE = new Toggles(false, false, true, false, true);

    /// This and what an option adds; the same object if it adds nothing.
    public Exclusions after(Option option, Bytes value, Toggles toggles) {
        return switch (option) {
            case EXCLUDE -> excluding(List.of(value), toggles);
            case INCLUDE -> new Exclusions(
                    patterns, plus(includes, List.of(Pattern.excluding(value, toggles))), tags, ignoreFiles);
            case EXCLUDE_VCS -> excluding(bytes(VERSION_CONTROL), VERBATIM_ANYWHERE);
            case EXCLUDE_BACKUPS -> excluding(bytes(BACKUPS), ANYWHERE);
            case EXCLUDE_VCS_IGNORES -> ignoring(IgnoreFile.OF_VERSION_CONTROL);
            case EXCLUDE_IGNORE -> ignoring(List.of(new IgnoreFile(value, false, IgnoreFile.Syntax.PLAIN)));
            case EXCLUDE_IGNORE_RECURSIVE -> ignoring(List.of(new IgnoreFile(value, true, IgnoreFile.Syntax.PLAIN)));
            default -> {
                FolderTag tag = FolderTag.of(option, value);
                yield tag == null ? this : new Exclusions(patterns, includes, plus(tags, List.of(tag)), ignoreFiles);
            }
        };
    }

    /// This and the patterns of a file, one a line; blank lines and blanks at the end of a line mean nothing.
    public Exclusions afterFile(Bytes content, byte end, Toggles toggles) {
        List<Bytes> lines = new ArrayList<>();
        for (Bytes line : TextLines.of(content, end)) {
            int length = line.length();
            while (end == '\n' && length > 0 && isBlank(line.get(length - 1))) {
                length--;
            }
            if (length > 0) {
                lines.add(line.slice(0, length));
            }
        }
        return excluding(lines, toggles);
    }

    /// True if a name is left out by a pattern, or not asked for.
    public boolean excludes(Bytes name) {
        return Pattern.anyMatches(patterns, name);
    }

    /// True if `--include` was given and no pattern of it matches.
    public boolean omits(Bytes name) {
        return !includes.isEmpty() && !Pattern.anyMatches(includes, name);
    }

    private Exclusions excluding(List<Bytes> texts, Toggles toggles) {
        List<Pattern> added = new ArrayList<>();
        for (Bytes text : texts) {
            added.add(Pattern.excluding(text, toggles));
        }
        return new Exclusions(plus(patterns, added), includes, tags, ignoreFiles);
    }

    private Exclusions ignoring(List<IgnoreFile> files) {
        return new Exclusions(patterns, includes, tags, plus(ignoreFiles, files));
    }

    private static <T> List<T> plus(List<T> some, List<T> more) {
        List<T> all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    private static List<Bytes> bytes(List<String> texts) {
        List<Bytes> all = new ArrayList<>();
        for (String text : texts) {
            all.add(Bytes.of(text));
        }
        return all;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }
}
