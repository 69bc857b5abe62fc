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
}
