package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import ptar.tree.Attribute;
import ptar.tree.Bytes;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.Timestamp;
import ptar.tree.Xattr;

class MetadataCodecTest {
    private static final Owner OWNER = new Owner(1000, 100, "anna", "users");
    private static final long PREVIOUS = 1_700_000_000;
    private static final Metadata FILE = Metadata.of(EntryType.FILE, 0644, OWNER, new Timestamp(PREVIOUS + 100, 5));
    private static final Metadata FULL = new Metadata(
            EntryType.FILE, 07123, OWNER, new Timestamp(-3, 999_999_999), 300, 1L << 62, Bytes.EMPTY, 0, 0,
            new Timestamp(-1, 1), new Timestamp(2, 2),
            List.of(new Xattr(Bytes.of("user.a"), Bytes.of("x")), new Xattr(Bytes.of("user.b"), Bytes.EMPTY)),
            0xffff_fffeL, List.of(new Attribute(5, Bytes.of("five")), new Attribute(300, Bytes.EMPTY)), true, true);

    private static byte[] bytes(Metadata metadata) {
        ByteWriter out = new ByteWriter(1);
        MetadataCodec.write(out, metadata, new OwnerTable(), PREVIOUS);
        return out.toArray();
    }

    private static Metadata read(byte[] bytes) throws Exception {
        ByteReader in = new ByteReader(ByteBuffer.wrap(bytes), "here");
        Metadata metadata = MetadataCodec.read(in, List.of(OWNER), PREVIOUS);
        in.end();
        return metadata;
    }

    static Stream<Metadata> oneOfEachKind() {
        Timestamp time = new Timestamp(PREVIOUS - 7, 0);
        return Stream.of(
                FULL, FILE, FILE.withSize(Long.MAX_VALUE), FILE.withHardLinkGroup(0),
                Metadata.of(EntryType.FOLDER, 01777, OWNER, time),
                Metadata.of(EntryType.SYMLINK, 0777, OWNER, time).withLinkTarget(Bytes.wrap(new byte[] {-1, '/', 1})),
                Metadata.of(EntryType.SYMLINK, 0777, OWNER, time).withLinkTarget(Sample.counting(1, 255)),
                Metadata.of(EntryType.CHARACTER_DEVICE, 0600, OWNER, time).withDevice(4, 64),
                Metadata.of(EntryType.BLOCK_DEVICE, 0600, OWNER, time).withDevice(-1, -2),
                Metadata.of(EntryType.FIFO, 0600, OWNER, time).withHardLinkGroup(Long.MAX_VALUE),
                Metadata.of(EntryType.SOCKET, 0, OWNER, time).withMarks(true, false),
                FILE.withMarks(false, true),
                FILE.withTimes(new Timestamp(Long.MIN_VALUE, 0), null),
                FILE.withTimes(null, new Timestamp(Long.MAX_VALUE, 999_999_999)),
                FILE.withInodeFlags(0),
                FILE.withUnknown(List.of(new Attribute(5, Sample.counting(0, 200)))),
                Metadata.of(EntryType.FILE, 0, OWNER, new Timestamp(Long.MIN_VALUE, 0)),
                Metadata.of(EntryType.FILE, 0, OWNER, new Timestamp(Long.MAX_VALUE, 0)));
    }

    @ParameterizedTest
    @MethodSource("oneOfEachKind")
    void comesBackAsItWasWrittenAndIsWrittenAsItWasRead(Metadata metadata) throws Exception {
        byte[] bytes = bytes(metadata);
        assertEquals(metadata, read(bytes));
        assertEquals(Sample.hex(bytes), Sample.hex(bytes(read(bytes))));
        assertNull(MetadataCodec.faultOf(metadata));
    }

    @Test
    void liesAsTheSpecificationSays() {
        assertEquals("01" + "a403" + "00" + "c801" + "05" + "00", Sample.hex(bytes(FILE)));
        long delta = (-3 - PREVIOUS) * -2 - 1;
        String seconds = Sample.hex(new ByteWriter(1).varint(delta));
        assertEquals(
                "f1" + "d31c" + "00" + seconds + "ff93ebdc03" + "ac02" + "808080808080808040"
                        + "07"
                        + "01" + "02" + "01" + "01"
                        + "02" + "02" + "04" + "02"
                        + "03" + "08" + "06757365722e61" + "78"
                        + "03" + "07" + "06757365722e62"
                        + "04" + "04" + "feffffff"
                        + "05" + "04" + "66697665"
                        + "ac02" + "00",
                Sample.hex(bytes(FULL)));
        Metadata device = Metadata.of(EntryType.BLOCK_DEVICE, 1, OWNER, new Timestamp(PREVIOUS, 0)).withDevice(8, 300);
        assertEquals("05" + "01" + "00" + "00" + "00" + "08" + "ac02", Sample.hex(bytes(device)));
        Metadata link = Metadata.of(EntryType.SYMLINK, 1, OWNER, new Timestamp(PREVIOUS, 0))
                .withLinkTarget(Bytes.of("to"));
        assertEquals("03" + "01" + "00" + "00" + "00" + "02746f", Sample.hex(bytes(link)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        // type, mode, owner, seconds, nanoseconds, then by type
        "unknown entry type 0, 00 00 00 00 00 00",
        "unknown entry type 8, 08 00 00 00 00 00",
        "mode is 4096, 01 8020 00 00 00 00",
        "owner is 1, 01 00 01 00 00 00",
        "nanoseconds is 1000000000, 01 00 00 00 8094ebdc03 00",
        "size is 9223372036854775808, 01 00 00 00 00 80808080808080808001",
        "a folder in a hard-link group, 12 00 00 00 00 00",
        "link target is empty, 03 00 00 00 00 00",
        "has a NUL byte, 03 00 00 00 00 02 6100",
        "link target is 65536, 03 00 00 00 00 808004",
        "major is 4294967296, 04 00 00 00 00 8080808010 00",
        "minor is 4294967296, 05 00 00 00 00 00 8080808010",
        "number of attributes is 0, 82 00 00 00 00 00",
        "tags do not increase, 82 00 00 00 00 01 00 00",
        "tags do not increase, 82 00 00 00 00 02 02 02 00 00 01 02 00 00",
        "tags do not increase, 82 00 00 00 00 02 01 02 00 00 01 02 00 00",
        "tags do not increase, 82 00 00 00 00 02 04 04 00000000 04 04 00000000",
        "attribute tag is 2147483648, 82 00 00 00 00 01 8080808008 00",
        "bytes left over, 82 00 00 00 00 01 01 03 00 00 00",
        "too early, 82 00 00 00 00 01 01 01 00",
        "nanoseconds is 1000000000, 82 00 00 00 00 01 02 06 00 8094ebdc03",
        "bytes left over, 82 00 00 00 00 01 04 05 0000000000",
        "too early, 82 00 00 00 00 01 04 03 000000",
        "xattr '' out of range, 82 00 00 00 00 01 03 02 00 78",
        "xattr 'a\\000' out of range, 82 00 00 00 00 01 03 03 02 6100",
        "xattr 'a' out of range, 82 00 00 00 00 02 03 02 01 61 03 02 01 61",
        "xattr 'a' out of range, 82 00 00 00 00 02 03 02 01 62 03 02 01 61",
        "length of an xattr's name is 256, 82 00 00 00 00 01 03 02 8002",
    })
    void refusesAFieldOutOfRange(String says, String hex) {
        assertCorrupt(says, () -> read(Sample.bytes(hex)));
    }

    @Test
    void anEntryNeedsAnOwner() {
        ByteReader in = new ByteReader(Sample.buffer("020000000000"), "here");
        assertCorrupt("without an owner", () -> MetadataCodec.read(in, List.of(), 0));
    }

    @Test
    void unknownAttributesAreKeptInTheirOrderAndMayRepeat() throws Exception {
        String hex = "82 00 00 00 00 03 7f 01 62 7f 01 61 8001 00";
        Metadata read = read(Sample.bytes(hex));
        assertEquals(
                List.of(new Attribute(127, Bytes.of("b")), new Attribute(127, Bytes.of("a")),
                        new Attribute(128, Bytes.EMPTY)),
                read.unknown());
        assertEquals(hex.replace(" ", ""), Sample.hex(bytes(read)));
    }

    @Test
    void xattrsAreAsLongAsLinuxLetsThemBe() throws Exception {
        Xattr longest = new Xattr(Bytes.of("u".repeat(255)), Bytes.wrap(new byte[65_536]));
        assertEquals(List.of(longest), read(bytes(FILE.withXattrs(List.of(longest)))).xattrs());
        Metadata longer =
                FILE.withXattrs(List.of(new Xattr(Bytes.of("u"), Bytes.wrap(new byte[65_537]))));
        assertCorrupt("xattr 'u' out of range", () -> read(bytes(longer)));
        assertNotNull(MetadataCodec.faultOf(longer));
        assertNotNull(MetadataCodec.faultOf(
                FILE.withXattrs(List.of(new Xattr(Bytes.of("u".repeat(256)), Bytes.EMPTY)))));
    }

    @Test
    void metadataIsAtMost4MiBForWriterAndReader() throws Exception {
        List<Xattr> xattrs = new ArrayList<>();
        for (int i = 0; i < 63; i++) {
            xattrs.add(new Xattr(Bytes.of("user." + (char) (32 + i)), Bytes.wrap(new byte[65_536])));
        }
        xattrs.add(new Xattr(Bytes.of("user.z"), Bytes.wrap(new byte[64_000])));
        Metadata fits = FILE.withXattrs(xattrs);
        assertNull(MetadataCodec.faultOf(fits));
        assertEquals(fits, read(bytes(fits)));
        xattrs.set(63, new Xattr(Bytes.of("user.z"), Bytes.wrap(new byte[65_536])));
        Metadata tooLong = FILE.withXattrs(xattrs);
        assertNotNull(MetadataCodec.faultOf(tooLong));
        assertCorrupt("longer than 4194304", () -> read(bytes(tooLong)));
    }

    @Test
    void anEntryHasAtMost65536AttributesForWriterAndReader() throws Exception {
        List<Attribute> attributes = new ArrayList<>();
        for (int i = 0; i < 65_536; i++) {
            attributes.add(new Attribute(9, Bytes.EMPTY));
        }
        Metadata most = FILE.withUnknown(attributes);
        assertNull(MetadataCodec.faultOf(most));
        assertEquals(65_536, read(bytes(most)).unknown().size());
        attributes.add(new Attribute(9, Bytes.EMPTY));
        Metadata more = FILE.withUnknown(attributes);
        assertNotNull(MetadataCodec.faultOf(more));
        assertCorrupt("number of attributes is 65537", () -> read(bytes(more)));
    }

    @Test
    void theWriterRefusesALinkTargetThatTheReaderWould() throws Exception {
        Metadata link = Metadata.of(EntryType.SYMLINK, 0777, OWNER, new Timestamp(0, 0));
        Metadata longest = link.withLinkTarget(Bytes.of("t".repeat(65_535)));
        assertNull(MetadataCodec.faultOf(longest));
        assertEquals(longest, read(bytes(longest)));
        assertNotNull(MetadataCodec.faultOf(link.withLinkTarget(Bytes.of("t".repeat(65_536)))));
        assertNotNull(MetadataCodec.faultOf(link));
        assertNotNull(MetadataCodec.faultOf(link.withLinkTarget(Bytes.of("a\0"))));
    }
}
