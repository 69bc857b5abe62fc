package ptar.cli;

import java.util.HashSet;
import java.util.Set;
import ptar.cli.match.Transform;
import ptar.cli.options.Settings;
import ptar.cli.options.Warning;
import ptar.tree.Bytes;
import ptar.tree.EntryPath;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.write.MemberName;

/// The names that entries get when they are extracted: transformed, stripped, put below one folder; in this order, as
/// in GNU tar.
final class TargetNames {
    private static final Bytes SLASH = Bytes.of("/");

    private final Settings settings;
    private final Console console;
    private final Transform transform;
    private final Bytes topLevel;
    private final Set<Bytes> prefixesTold = new HashSet<>();

    TargetNames(Settings settings, Console console, Transform transform) {
        this.settings = settings;
        this.console = console;
        this.transform = transform;
        this.topLevel = settings.extract.oneTopLevel ? topLevel(settings) : null;
    }

    private static Bytes topLevel(Settings settings) {
        try {
            return MemberName.of(settings.extract.topLevel).path().bytes();
        } catch (IllegalArgumentException tooLong) {
            throw new Fatal("--one-top-level: the name is longer than " + EntryPath.MAX_LENGTH + " bytes", tooLong);
        }
    }

    /// True if every name keeps its place in the order of names.
    boolean keepOrder() {
        return transform.isEmpty() && settings.stripComponents == 0;
    }

    /// @return the name in the target; empty for the target itself; null if nothing is left of the name, or it can't
    ///     be one
    Bytes of(EntryPath path, Metadata metadata, boolean fromRoot) {
        try {
            return placed(path, metadata, fromRoot);
        } catch (IllegalArgumentException tooLong) {
            console.error(console.shown(path.bytes()) + ": Cannot extract: its new name is longer than "
                    + EntryPath.MAX_LENGTH + " bytes");
            return null;
        }
    }

    private Bytes placed(EntryPath path, Metadata metadata, boolean fromRoot) {
        Bytes name = path.bytes();
        boolean isAbsolute = settings.absoluteNames && metadata.absolute();
        if (!keepOrder()) {
            name = changed(withoutSlash(EntryPrinter.nameOf(path, metadata, fromRoot)), path);
            if (name == null) {
                return null;
            }
            isAbsolute = settings.absoluteNames && name.startsWith(SLASH);
            name = isAbsolute ? MemberName.of(name).path().bytes() : relative(name);
        }
        name = topLevel == null ? name : belowTop(name);
        return isAbsolute ? SLASH.concat(name) : name;
    }

    private Bytes belowTop(Bytes name) {
        if (new EntryPath(name).isAtOrBelow(new EntryPath(topLevel))) {
            return name;
        }
        return name.isEmpty() ? topLevel : new EntryPath(topLevel.concat(SLASH).concat(name)).bytes();
    }

    /// A name that may lead anywhere, made one below the target.
    private Bytes relative(Bytes name) {
        MemberName member = MemberName.of(name);
        if (!member.removed().isEmpty() && prefixesTold.add(member.removed())) {
            console.warn("Removing leading `" + console.shown(member.removed()) + "' from member names");
        }
        return member.path().bytes();
    }

    /// As `--show-transformed-names` prints it.
    Bytes shown(EntryPath path, Metadata metadata, boolean fromRoot) {
        Bytes plain = EntryPrinter.nameOf(path, metadata, fromRoot);
        Bytes name = keepOrder() ? plain : changed(withoutSlash(plain), path);
        if (name == null) {
            return SLASH;
        }
        name = topLevel == null ? name : belowTop(MemberName.of(name).path().bytes());
        return metadata.type() == EntryType.FOLDER && !name.endsWith(SLASH) ? name.concat(SLASH) : name;
    }

    /// Targets of symbolic links are transformed too, unless the expression says otherwise.
    Metadata withTarget(Metadata metadata) {
        if (transform.isEmpty() || metadata.type() != EntryType.SYMLINK) {
            return metadata;
        }
        Bytes target = transform.apply(metadata.linkTarget(), Transform.Scope.SYMLINK);
        boolean isTarget = !target.isEmpty() && target.indexOf((byte) 0, 0) < 0;
        return isTarget ? metadata.withLinkTarget(target) : metadata;
    }

    /// @return null if nothing is left
    private Bytes changed(Bytes stored, EntryPath path) {
        Bytes name = transform.apply(stored, Transform.Scope.ENTRY);
        if (name.isEmpty()) {
            if (!transform.isEmpty() && !settings.silenced.contains(Warning.EMPTY_TRANSFORM)) {
                console.warn(console.shown(path.bytes()) + ": transforms to empty name");
            }
            return null;
        }
        if (settings.stripComponents == 0) {
            return name;
        }
        Bytes stripped = stripped(name, settings.stripComponents);
        return stripped == null || stripped.isEmpty() ? null : stripped;
    }

    /// @return what is left behind so many components; null if there are no more
    static Bytes stripped(Bytes name, int components) {
        int at = 0;
        while (at < name.length() && name.get(at) == '/') {
            at++;
        }
        for (int left = components; left > 0; left--) {
            int slash = name.indexOf((byte) '/', at);
            if (slash < 0) {
                return null;
            }
            at = slash;
            while (at < name.length() && name.get(at) == '/') {
                at++;
            }
        }
        return name.slice(at, name.length());
    }

    private static Bytes withoutSlash(Bytes name) {
        return name.length() > 1 && name.endsWith(SLASH) ? name.slice(0, name.length() - 1) : name;
    }
}
