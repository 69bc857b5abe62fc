package ptar.cli.match;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import ptar.cli.options.Settings;
import ptar.tree.Bytes;

/// Which extended attributes are recorded and restored: all, but for `--no-xattrs`, `--no-acls`, `--no-selinux` and
/// the masks of `--xattrs-include` and `--xattrs-exclude`.
public final class XattrChoice implements Predicate<Bytes> {
    /// What an attribute is, by its name.
    public enum Kind { ACL, SELINUX, OTHER }

    private static final Bytes ACL_PREFIX = Bytes.of("system.posix_acl_");
    private static final Bytes SELINUX_NAME = Bytes.of("security.selinux");
    /// Whole names, `*` crosses everything.
    private static final Toggles MASK = new Toggles(true, true, true, false, false);

    private final boolean acls;
    private final boolean selinux;
    private final boolean others;
    private final List<Pattern> included;
    private final List<Pattern> excluded;

    public XattrChoice(Settings settings) {
        acls = !Boolean.FALSE.equals(settings.acls);
        selinux = !Boolean.FALSE.equals(settings.selinux);
        others = !Boolean.FALSE.equals(settings.xattrs);
        included = patterns(settings.xattrsIncluded);
        excluded = patterns(settings.xattrsExcluded);
    }

    private static List<Pattern> patterns(List<Bytes> masks) {
        List<Pattern> patterns = new ArrayList<>();
        for (Bytes mask : masks) {
            patterns.add(Pattern.excluding(mask, MASK));
        }
        return patterns;
    }

    public static Kind kindOf(Bytes name) {
        return name.startsWith(ACL_PREFIX) ? Kind.ACL : name.equals(SELINUX_NAME) ? Kind.SELINUX : Kind.OTHER;
    }

    /// True if some are wanted, so that they are worth looking for.
    public boolean any() {
        return acls || selinux || others;
    }

    /// True if all are.
    public boolean all() {
        return acls && selinux && others && included.isEmpty() && excluded.isEmpty();
    }

    @Override
    public boolean test(Bytes name) {
        return switch (kindOf(name)) {
            case ACL -> acls;
            case SELINUX -> selinux;
            case OTHER -> others && (included.isEmpty() || Pattern.anyMatches(included, name))
                    && !Pattern.anyMatches(excluded, name);
        };
    }
}
