package ptar.tree.posix;

/// Who runs this program, and the accounts that this machine knows.
public final class Caller {
    private Caller() {}

    /// True for root: may set owners and make devices.
    public static boolean isSuperuser() {
        return Kernel.call(Scratch.get(), Call.GETEUID, 0, 0) == 0;
    }

    /// -1 if no user has this name.
    public static long userId(String name) {
        return Accounts.users().number(name);
    }

    /// Empty if the number has no name.
    public static String userName(long id) {
        return Accounts.users().name(id);
    }

    /// -1 if no group has this name.
    public static long groupId(String name) {
        return Accounts.groups().number(name);
    }

    /// Empty if the number has no name.
    public static String groupName(long id) {
        return Accounts.groups().name(id);
    }
}
