package ptar.tree;

/// Who owns an entry: numbers always, names where the writer's machine knew them (else empty).
///
/// @param uid below 2^32
/// @param gid below 2^32
public record Owner(long uid, long gid, String user, String group) {
    public Owner {
        if (uid < 0 || uid > 0xffff_ffffL || gid < 0 || gid > 0xffff_ffffL) {
            throw new IllegalArgumentException("uid or gid out of range: " + uid + ":" + gid);
        }
    }

    // As a record has them, but these need no classes that are made at run time (10 ms at start).
    @Override
    public boolean equals(Object other) {
        return other instanceof Owner o
                && uid == o.uid && gid == o.gid && user.equals(o.user) && group.equals(o.group);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Long.hashCode(uid) + Long.hashCode(gid)) + user.hashCode();
    }
}
