package ptar.layout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ptar.error.CorruptArchiveException;
import ptar.tree.Bytes;
import ptar.tree.Owner;

/// The owners that a leaf's or journal's entries name by position. Spec §7.1.
final class OwnerTable {
    static final int MAX_NAME_LENGTH = 255;
    private static final int MIN_SIZE = 4;

    private final Map<Owner, Integer> positions = new HashMap<>();
    private final ByteWriter encoded = new ByteWriter(64);
    private Owner last;
    private int lastPosition;

    /// The owner's position, with a new one added when it is not there yet.
    int positionOf(Owner owner) {
        if (!owner.equals(last)) {
            last = owner;
            lastPosition = positions.computeIfAbsent(owner, this::add);
        }
        return lastPosition;
    }

    private int add(Owner owner) {
        encoded.varint(owner.uid()).varint(owner.gid());
        encoded.counted(nameOf(owner.user())).counted(nameOf(owner.group()));
        return positions.size();
    }

    /// A name too long for the format is left out: the number says who it is.
    private static Bytes nameOf(String name) {
        Bytes bytes = Bytes.of(name);
        return bytes.length() > MAX_NAME_LENGTH ? Bytes.EMPTY : bytes;
    }

    int length() {
        return encoded.length() + 3;
    }

    void writeTo(ByteWriter out) {
        out.varint(positions.size()).append(encoded);
    }

    static List<Owner> readFrom(ByteReader in) throws CorruptArchiveException {
        int count = in.count(MIN_SIZE, "number of owners");
        List<Owner> owners = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long uid = in.varint(0xffff_ffffL, "uid");
            long gid = in.varint(0xffff_ffffL, "gid");
            owners.add(new Owner(uid, gid, readName(in), readName(in)));
        }
        return owners;
    }

    private static String readName(ByteReader in) throws CorruptArchiveException {
        String name = in.counted(MAX_NAME_LENGTH, "length of an owner's name").utf8OrNull();
        if (name == null) {
            throw in.corrupt("owner's name is not UTF-8");
        }
        return name;
    }
}
