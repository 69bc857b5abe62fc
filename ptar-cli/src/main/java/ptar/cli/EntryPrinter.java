package ptar.cli;

import ptar.cli.list.ListingLine;
import ptar.cli.list.TimeText;
import ptar.cli.match.XattrChoice;
import ptar.cli.options.Settings;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Xattr;

/// Prints entries: their names, or whole `-tv` lines.
final class EntryPrinter {
    private static final Bytes SLASH = Bytes.of("/");
    private static final Bytes DOT_SLASH = Bytes.of("./");

    private final Console console;
    private final Settings settings;
    private final XattrChoice xattrs;
    private final ListingLine line;
    /// 0 nothing, 1 names, 2 lines, 3 lines with what a mark stands for
    private final int detail;

    EntryPrinter(Console console, Settings settings, int detail) {
        this.console = console;
        this.settings = settings;
        this.detail = detail;
        this.xattrs = new XattrChoice(settings);
        this.line = new ListingLine(
                new TimeText(settings.listing.fullTime, settings.listing.utc), settings.numericOwner);
    }

    boolean isQuiet() {
        return detail == 0;
    }

    boolean printsLines() {
        return detail >= 2;
    }

    /// An entry's name as tar's archives have it.
    ///
    /// @param fromRoot whether the tree has an entry for its own root, so that names start with `./`
    static Bytes nameOf(EntryPath path, Metadata metadata, boolean fromRoot) {
        if (path.isRoot()) {
            return DOT_SLASH;
        }
        Bytes name = metadata.absolute() ? SLASH.concat(path.bytes())
                : fromRoot ? DOT_SLASH.concat(path.bytes()) : path.bytes();
        return metadata.type() == EntryType.FOLDER ? name.concat(SLASH) : name;
    }

    /// @param name with a `/` at the end if it is a folder
    /// @param linkTo the name that was printed of the same inode before, null if none was
    void print(Bytes name, Metadata metadata, Bytes linkTo) {
        if (detail == 0) {
            return;
        }
        if (detail == 1) {
            if (settings.listing.nul) {
                console.listNul(name);
            } else {
                console.list(console.quoted(name));
            }
            return;
        }
        Bytes text = Bytes.of(line.of(metadata, linkTo != null, mark(metadata)) + " ").concat(shown(name));
        if (linkTo != null) {
            text = text.concat(Bytes.of(" link to ")).concat(shown(linkTo));
        } else if (metadata.type() == EntryType.SYMLINK) {
            text = text.concat(Bytes.of(" -> ")).concat(shown(metadata.linkTarget()));
        }
        if (metadata.changedWhileRead()) {
            text = text.concat(Bytes.of(" (changed while it was read)"));
        }
        if (settings.listing.nul) {
            console.listNul(text);
        } else {
            console.list(text);
        }
        if (detail >= 3) {
            printXattrs(metadata);
        }
    }

    private Bytes shown(Bytes name) {
        return settings.listing.nul ? name : console.quoted(name);
    }

    /// Behind the mode, only where an option asks for it: SELinux `.`, ACL `+`, another xattr `*`, else a blank.
    private String mark(Metadata metadata) {
        boolean asked = Boolean.TRUE.equals(settings.xattrs) || Boolean.TRUE.equals(settings.acls)
                || Boolean.TRUE.equals(settings.selinux);
        if (!asked) {
            return "";
        }
        String mark = " ";
        for (Xattr xattr : metadata.xattrs()) {
            switch (XattrChoice.kindOf(xattr.name())) {
                case ACL -> {
                    if (Boolean.TRUE.equals(settings.acls)) {
                        return "+";
                    }
                }
                case SELINUX -> mark = Boolean.TRUE.equals(settings.selinux) ? "." : mark;
                case OTHER -> {
                    boolean shown = Boolean.TRUE.equals(settings.xattrs) && xattrs.test(xattr.name());
                    mark = shown && mark.equals(" ") ? "*" : mark;
                }
            }
        }
        return mark;
    }

    private void printXattrs(Metadata metadata) {
        for (Xattr xattr : metadata.xattrs()) {
            String value = switch (XattrChoice.kindOf(xattr.name())) {
                case SELINUX -> Boolean.TRUE.equals(settings.selinux) ? "  s: " + console.shown(xattr.value()) : null;
                case ACL -> Boolean.TRUE.equals(settings.acls)
                        ? "  a: " + xattr.value().length() + " " + console.shown(xattr.name()) : null;
                case OTHER -> Boolean.TRUE.equals(settings.xattrs) && xattrs.test(xattr.name())
                        ? "  x: " + xattr.value().length() + " " + console.shown(xattr.name()) : null;
            };
            if (value != null) {
                console.list(Bytes.of(value));
            }
        }
    }
}
