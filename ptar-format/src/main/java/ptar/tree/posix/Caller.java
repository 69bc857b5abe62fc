package ptar.tree.posix;

/// Who runs this program, and the accounts that this machine knows; where there are no system calls, as much as Java
/// can tell.
public final class Caller {
    private Caller() {}

    /// True for root: may set owners and make devices.
    public static boolean isSuperuser() {
        return PosixSourceTree.isSupported()
                ? Kernel.call(Scratch.get(), Call.GETEUID, 0, 0) == 0
                : System.getProperty("user.name").equals("root");
    }

    /// -1 if no user has this name.
    public static long userId(String name) {
        return PosixSourceTree.isSupported() ? Accounts.users().number(name) : -1;
    }

    /// Empty if the number has no name.
    public static String userName(long id) {
        return PosixSourceTree.isSupported() ? Accounts.users().name(id) : "";
    }

    /// -1 if no group has this name.
    public static long groupId(String name) {
        return PosixSourceTree.isSupported() ? Accounts.groups().number(name) : -1;
    }

    /// Empty if the number has no name.
    public static String groupName(long id) {
        return PosixSourceTree.isSupported() ? Accounts.groups().name(id) : "";
    }
}
