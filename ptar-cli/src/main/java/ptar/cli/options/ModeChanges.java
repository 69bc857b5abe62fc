package ptar.cli.options;

import java.util.ArrayList;
import java.util.List;

/// `--mode`: an octal number, or changes as `chmod` has them (`u+rwX,go-w,a=r,g=u`).
public final class ModeChanges {
    private static final int ALL = 07777;
    /// Of folders these stay unless they are named, or there are five digits: as in GNU's `chmod`.
    private static final int KEPT_OF_FOLDERS = 06000;

    /// @param exact nothing is kept of what was before
    /// @param who bits of those it is about: 04700 for the user, and so on
    /// @param copy one of `ugo` whose bits are taken, or NUL
    private record Change(char operator, int who, boolean everybody, int bits, boolean conditionalX, char copy,
            boolean exact) {}

    private final List<Change> changes = new ArrayList<>();
    private final int umask;

    /// @param umask holds back bits where it is not said whose they are
    /// @throws UsageException if it is no mode
    public ModeChanges(String text, int umask) throws UsageException {
        this.umask = umask;
        if (text.matches("[0-7]{1,5}")) {
            int bits = Integer.parseInt(text, 8);
            if (bits <= ALL) {
                changes.add(new Change('=', ALL, false, bits, false, '\0', text.length() == 5));
                return;
            }
        }
        for (String clause : text.split(",", -1)) {
            parse(clause, text);
        }
    }

    private void parse(String clause, String whole) throws UsageException {
        int at = 0;
        int who = 0;
        while (at < clause.length() && "ugoa".indexOf(clause.charAt(at)) >= 0) {
            who |= switch (clause.charAt(at++)) {
                case 'u' -> 04700;
                case 'g' -> 02070;
                case 'o' -> 01007;
                default -> ALL;
            };
        }
        boolean everybody = who == 0;
        who = everybody ? ALL : who;
        int start = at;
        while (at < clause.length() && "+-=".indexOf(clause.charAt(at)) >= 0) {
            char operator = clause.charAt(at++);
            int bits = 0;
            boolean conditionalX = false;
            char copy = '\0';
            while (at < clause.length() && "rwxXstugo".indexOf(clause.charAt(at)) >= 0) {
                char c = clause.charAt(at++);
                switch (c) {
                    case 'r' -> bits |= 0444;
                    case 'w' -> bits |= 0222;
                    case 'x' -> bits |= 0111;
                    case 'X' -> conditionalX = true;
                    case 's' -> bits |= 06000;
                    case 't' -> bits |= 01000;
                    default -> copy = c;
                }
            }
            changes.add(new Change(operator, who, everybody, bits, conditionalX, copy, false));
        }
        if (at == start || at < clause.length()) {
            throw new UsageException(UsageException.COMBINATION, "Invalid mode given on option: " + whole);
        }
    }

    public int apply(int mode, boolean isFolder) {
        int result = mode;
        for (Change change : changes) {
            int bits = change.bits;
            if (change.conditionalX && (isFolder || (result & 0111) != 0)) {
                bits |= 0111;
            }
            if (change.copy != '\0') {
                int triple = result >> (change.copy == 'u' ? 6 : change.copy == 'g' ? 3 : 0) & 7;
                bits |= triple * 0111;
            }
            bits &= change.who;
            if (change.everybody) {
                bits &= ~umask;
            }
            result = switch (change.operator) {
                case '+' -> result | bits;
                case '-' -> result & ~bits;
                default -> {
                    int kept = isFolder && !change.exact ? KEPT_OF_FOLDERS & ~bits : 0;
                    yield result & (~change.who | kept) | bits;
                }
            };
        }
        return result & ALL;
    }
}
