package ptar.cli.list;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.tree.EntryType;
import ptar.tree.Metadata;
import ptar.tree.Owner;
import ptar.tree.Timestamp;

class ListingLineTest {
    private static final Owner ROOT = new Owner(0, 0, "root", "root");
    private static final Timestamp TIME = new Timestamp(1_795_380_303, 250_000_000);

    private static ListingLine line(boolean fullTime, boolean numericOwner) {
        return new ListingLine(new TimeText(fullTime, true), numericOwner);
    }

    @Test
    void growsItsColumnsAndNeverShrinksThem() {
        ListingLine line = line(false, false);
        Metadata file = Metadata.of(EntryType.FILE, 0644, ROOT, TIME).withSize(3);
        Metadata wide = file.withOwner(new Owner(1, 1, "somebody", "something")).withSize(1_234_567);
        assertEquals("-rw-r--r-- root/root         3 2026-11-22 20:45", line.of(file, false, ""));
        assertEquals("-rw-r--r-- somebody/something 1234567 2026-11-22 20:45", line.of(wide, false, ""));
        assertEquals("-rw-r--r-- root/root                3 2026-11-22 20:45", line.of(file, false, ""));
        assertEquals("hrw-r--r-- root/root                0 2026-11-22 20:45", line.of(file, true, ""));
    }

    @Test
    void showsDevicesNumbersAndMarks() {
        Metadata device = Metadata.of(EntryType.BLOCK_DEVICE, 0660, new Owner(0, 6, "root", ""), TIME)
                .withDevice(8, 17);
        assertEquals("brw-rw---- root/6         8,17 2026-11-22 20:45", line(false, false).of(device, false, ""));
        assertEquals("brw-rw----* 0/6            8,17 2026-11-22 20:45", line(false, true).of(device, false, "*"));
    }

    @Test
    void padsTimesOfDifferentLength() {
        ListingLine line = line(true, true);
        Metadata file = Metadata.of(EntryType.FILE, 0644, ROOT, TIME);
        assertEquals("-rw-r--r-- 0/0               0 2026-11-22 20:45:03.25", line.of(file, false, ""));
        assertEquals(
                "-rw-r--r-- 0/0               0 2026-11-22 20:45:03   ",
                line.of(file.withModificationTime(new Timestamp(TIME.seconds(), 0)), false, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "04755, -rwsr-xr-x", "04644, -rwSr--r--", "02711, -rwx--s--x", "02701, -rwx--S--x", "01777, -rwxrwxrwt",
        "01776, -rwxrwxrwT", "0, ----------"
    })
    void writesModes(String octal, String expected) {
        assertEquals(expected, ModeText.of('-', Integer.parseInt(octal, 8)));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1970-01-01 00:00:00", "-1, 1969-12-31 23:59:59", "253402300800, 10000-01-01 00:00:00",
        "9223372036854775807, 9223372036854775807"
    })
    void writesTimesFarAway(long seconds, String expected) {
        assertEquals(expected, new TimeText(true, true).of(new Timestamp(seconds, 0)));
    }
}
