package ptar.layout;

import java.util.ArrayList;
import java.util.List;
import ptar.error.CorruptArchiveException;
import ptar.tree.Attribute;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

/// An entry's metadata in leaves and journals. Spec §7.2.
final class MetadataCodec {
    static final int MAX_LENGTH = 1 << 22;
    private static final int GROUP = 0x10;
    private static final int CHANGED = 0x20;
    private static final int ABSOLUTE = 0x40;
    private static final int ATTRIBUTES = 0x80;
    private static final int MAX_TARGET_LENGTH = 65_535;
    private static final int MAX_XATTR_NAME = 255;
    private static final int MAX_XATTR_VALUE = 65_536;
    private static final int MAX_ATTRIBUTES = 65_536;

    private MetadataCodec() {}

    /// @param previousSeconds of the entry before in the same leaf or journal, 0 before the first
    static void write(ByteWriter out, Metadata m, OwnerTable owners, long previousSeconds) {
        List<Attribute> attributes = attributesOf(m);
        int head = m.type().code();
        head |= m.hardLinkGroup() >= 0 ? GROUP : 0;
        head |= m.changedWhileRead() ? CHANGED : 0;
        head |= m.absolute() ? ABSOLUTE : 0;
        head |= attributes.isEmpty() ? 0 : ATTRIBUTES;
        out.u8(head).varint(m.mode()).varint(owners.positionOf(m.owner()));
        out.zigzag(m.modificationTime().seconds() - previousSeconds).varint(m.modificationTime().nanos());
        if (m.hardLinkGroup() >= 0) {
            out.varint(m.hardLinkGroup());
        }
        switch (m.type()) {
            case FILE -> out.varint(m.size());
            case SYMLINK -> out.counted(m.linkTarget());
            case CHARACTER_DEVICE, BLOCK_DEVICE ->
                out.varint(Integer.toUnsignedLong(m.major())).varint(Integer.toUnsignedLong(m.minor()));
            case FOLDER, FIFO, SOCKET -> { }
        }
        if (!attributes.isEmpty()) {
            out.varint(attributes.size());
            for (Attribute attribute : attributes) {
                out.varint(attribute.tag()).counted(attribute.value());
            }
        }
    }

    private static List<Attribute> attributesOf(Metadata m) {
        if (m.accessTime() == null && m.birthTime() == null && m.xattrs().isEmpty() && m.inodeFlags() < 0
                && m.unknown().isEmpty()) {
            return List.of();
        }
        List<Attribute> all = new ArrayList<>();
        if (m.accessTime() != null) {
            all.add(new Attribute(Attribute.ACCESS_TIME, time(m.accessTime())));
        }
        if (m.birthTime() != null) {
            all.add(new Attribute(Attribute.BIRTH_TIME, time(m.birthTime())));
        }
        for (Xattr xattr : m.xattrs()) {
            ByteWriter value = new ByteWriter(64);
            all.add(new Attribute(
                    Attribute.XATTR, Bytes.wrap(value.counted(xattr.name()).bytes(xattr.value()).toArray())));
        }
        if (m.inodeFlags() >= 0) {
            all.add(new Attribute(Attribute.INODE_FLAGS, Bytes.wrap(new ByteWriter(4).u32(m.inodeFlags()).toArray())));
        }
        all.addAll(m.unknown()); // their tags are above all that is known
        return all;
    }

    private static Bytes time(Timestamp t) {
        return Bytes.wrap(new ByteWriter(16).zigzag(t.seconds()).varint(t.nanos()).toArray());
    }

    static Metadata read(ByteReader in, List<Owner> owners, long previousSeconds) throws CorruptArchiveException {
        int start = in.position();
        int head = in.u8();
        EntryType type;
        try {
            type = EntryType.ofCode(head & 0xf);
        } catch (IllegalArgumentException unknown) {
            throw in.corrupt(unknown.getMessage());
        }
        int mode = in.varint(07777, "mode");
        if (owners.isEmpty()) {
            throw in.corrupt("entry without an owner");
        }
        Owner owner = owners.get(in.varint(owners.size() - 1, "owner"));
        Timestamp modified = new Timestamp(previousSeconds + in.zigzag(), in.varint(999_999_999, "nanoseconds"));
        long group = (head & GROUP) != 0 ? in.varint(Long.MAX_VALUE, "hard-link group") : -1;
        if (group >= 0 && type == EntryType.FOLDER) {
            throw in.corrupt("a folder in a hard-link group");
        }
        long size = 0;
        Bytes linkTarget = Bytes.EMPTY;
        int major = 0;
        int minor = 0;
        switch (type) {
            case FILE -> size = in.varint(Long.MAX_VALUE, "size");
            case SYMLINK -> linkTarget = target(in);
            case CHARACTER_DEVICE, BLOCK_DEVICE -> {
                major = (int) in.varint(0xffff_ffffL, "major");
                minor = (int) in.varint(0xffff_ffffL, "minor");
            }
            case FOLDER, FIFO, SOCKET -> { }
        }
        Metadata m = new Metadata(
                type, mode, owner, modified, group, size, linkTarget, major, minor, null, null, List.of(), -1,
                List.of(), (head & CHANGED) != 0, (head & ABSOLUTE) != 0);
        if ((head & ATTRIBUTES) != 0) {
            m = readAttributes(in, m);
        }
        if (in.position() - start > MAX_LENGTH) {
            throw in.corrupt("metadata is longer than " + MAX_LENGTH);
        }
        return m;
    }

    private static Bytes target(ByteReader in) throws CorruptArchiveException {
        Bytes target = in.counted(MAX_TARGET_LENGTH, "length of a link target");
        if (!isTarget(target)) {
            throw in.corrupt("link target is empty or has a NUL byte");
        }
        return target;
    }

    private static boolean isTarget(Bytes target) {
        return !target.isEmpty() && target.length() <= MAX_TARGET_LENGTH && target.indexOf((byte) 0, 0) < 0;
    }

    private static Metadata readAttributes(ByteReader in, Metadata m) throws CorruptArchiveException {
        int count = in.count(2, "number of attributes");
        if (count == 0 || count > MAX_ATTRIBUTES) {
            throw in.corrupt("number of attributes is " + count);
        }
        List<Xattr> xattrs = new ArrayList<>();
        List<Attribute> unknown = new ArrayList<>();
        Metadata with = m;
        int previousTag = 0;
        for (int i = 0; i < count; i++) {
            int tag = in.varint(Integer.MAX_VALUE, "attribute tag");
            if (tag < previousTag || tag == previousTag && tag <= Attribute.INODE_FLAGS && tag != Attribute.XATTR) {
                throw in.corrupt("attribute tags do not increase");
            }
            previousTag = tag;
            Bytes value = in.counted(MAX_LENGTH, "length of an attribute");
            ByteReader v = new ByteReader(value.asBuffer(), "attribute " + tag);
            switch (tag) {
                case Attribute.ACCESS_TIME -> with = with.withTimes(time(v), with.birthTime());
                case Attribute.BIRTH_TIME -> with = with.withTimes(with.accessTime(), time(v));
                case Attribute.XATTR -> xattrs.add(xattr(v, xattrs));
                case Attribute.INODE_FLAGS -> {
                    with = with.withInodeFlags(v.u32());
                    v.end();
                }
                default -> unknown.add(new Attribute(tag, value));
            }
        }
        return with.withXattrs(xattrs).withUnknown(unknown);
    }

    private static Timestamp time(ByteReader v) throws CorruptArchiveException {
        Timestamp time = new Timestamp(v.zigzag(), v.varint(999_999_999, "nanoseconds"));
        v.end();
        return time;
    }

    private static Xattr xattr(ByteReader v, List<Xattr> before) throws CorruptArchiveException {
        Bytes name = v.counted(MAX_XATTR_NAME, "length of an xattr's name");
        boolean increases = before.isEmpty() || before.getLast().name().compareTo(name) < 0;
        if (name.isEmpty() || name.indexOf((byte) 0, 0) >= 0 || !increases || v.remaining() > MAX_XATTR_VALUE) {
            throw v.corrupt("xattr '" + name.brief() + "' out of range");
        }
        return new Xattr(name, v.bytes(v.remaining()));
    }

    /// What of a metadata breaks the format's bounds, or null: for the writer to ask, before it tells of the entry.
    static String faultOf(Metadata m) {
        if (m.type() == EntryType.SYMLINK && !isTarget(m.linkTarget())) {
            return "link target is empty, has a NUL byte, or is longer than " + MAX_TARGET_LENGTH + " bytes";
        }
        if (m.xattrs().isEmpty() && m.unknown().isEmpty()) {
            return null; // all that is left has a fixed greatest length
        }
        if (attributesOf(m).size() > MAX_ATTRIBUTES) {
            return "more than " + MAX_ATTRIBUTES + " attributes";
        }
        for (Xattr xattr : m.xattrs()) {
            if (xattr.name().length() > MAX_XATTR_NAME || xattr.value().length() > MAX_XATTR_VALUE) {
                return "xattr '" + xattr.name().brief() + "' is too long";
            }
        }
        ByteWriter out = new ByteWriter(1 << 12);
        write(out, m, new OwnerTable(), 0);
        int numbersThatMayBeLonger = 20; // owner and time depend on what stands before
        return out.length() > MAX_LENGTH - numbersThatMayBeLonger ? "metadata is longer than 4 MiB" : null;
    }
}
