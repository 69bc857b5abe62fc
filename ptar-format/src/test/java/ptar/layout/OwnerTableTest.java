package ptar.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static ptar.layout.Sample.assertCorrupt;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.tree.Owner;

class OwnerTableTest {
    private static final Owner FIRST = new Owner(1000, 0xffff_ffffL, "anna", "users");
    private static final Owner SECOND = new Owner(0, 7, "", "größe");

    private static List<Owner> read(byte[] bytes) throws Exception {
        ByteReader in = new ByteReader(ByteBuffer.wrap(bytes), "here");
        List<Owner> owners = OwnerTable.readFrom(in);
        in.end();
        return owners;
    }

    private static byte[] bytes(OwnerTable table) {
        ByteWriter out = new ByteWriter(1);
        table.writeTo(out);
        return out.toArray();
    }

    @Test
    void liesAsTheSpecificationSays() throws Exception {
        OwnerTable table = new OwnerTable();
        assertEquals(0, table.positionOf(FIRST));
        assertEquals(1, table.positionOf(SECOND));
        assertEquals("02" + "e807ffffffff0f" + "04616e6e61" + "057573657273" + "0007" + "00" + "076772c3b6c39f65",
                Sample.hex(bytes(table)));
        assertEquals(List.of(FIRST, SECOND), read(bytes(table)));
    }

    @Test
    void anOwnerStandsOnceInTheOrderOfComing() throws Exception {
        OwnerTable table = new OwnerTable();
        int[] positions = {table.positionOf(SECOND), table.positionOf(FIRST), table.positionOf(SECOND),
            table.positionOf(new Owner(1000, 0xffff_ffffL, "anna", "users"))};
        assertEquals("[0, 1, 0, 1]", java.util.Arrays.toString(positions));
        assertEquals(List.of(SECOND, FIRST), read(bytes(table)));
    }

    @Test
    void aNameTooLongForTheFormatIsLeftOutAndTheNumberStays() throws Exception {
        OwnerTable table = new OwnerTable();
        table.positionOf(new Owner(5, 6, "u".repeat(256), "g".repeat(255)));
        assertEquals(List.of(new Owner(5, 6, "", "g".repeat(255))), read(bytes(table)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "uid is, 01 8080808010 00 00 00", "gid is, 01 00 8080808010 00 00", "name is 256, 01 00 00 8002 00",
        "not UTF-8, 01 00 00 01ff 00", "number of owners is 2, 02 00 00 00 00 00 00", "too early, 01 00 00 0361 00",
    })
    void refusesAFieldOutOfRange(String says, String hex) {
        assertCorrupt(says, () -> read(Sample.bytes(hex)));
    }
}
