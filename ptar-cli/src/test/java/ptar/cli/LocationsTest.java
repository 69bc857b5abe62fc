package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.storage.TransferStats;

class LocationsTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "a.ptar", "/dev/nst0", "host:file", "user@host:/dev/tape", "C:\\a.ptar", "./s3://x", "s3:/bucket/key", "s3", "",
        "ftp://host/a", "--", "-x"
    })
    void takesEverythingElseForAFileOfThisMachine(String value) {
        assertEquals(new Location.Local(value), Locations.parse(value));
    }

    @Test
    void takesADashForTheStandardStreams() {
        assertEquals(new Location.Standard(), Locations.parse("-"));
    }

    @Test
    void readsObjects() {
        assertEquals(new Location.S3("b.u-c", "k/e y%20?.ptar", null), Locations.parse("s3://b.u-c/k/e y%20?.ptar"));
        assertEquals(new Location.S3("b", "k", "v/1"), Locations.parse("S3://b/k?versionId=v%2F1"));
        assertEquals(new Location.S3("b", "/k//", null), Locations.parse("s3://b//k//"));
        String arn = "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine";
        assertEquals(new Location.S3(arn, "a/b", null), Locations.parse("s3://" + arn + "/a/b"));
        assertEquals("s3://b/k", Locations.parse("s3://b/k?versionId=x").name());
    }

    @Test
    void tellsTreesFromObjects() {
        for (String tree : List.of("s3://b", "s3://b/", "s3://b/p/")) {
            assertTrue(((Location.S3) Locations.parse(tree)).isPrefix(), tree);
        }
        assertFalse(((Location.S3) Locations.parse("s3://b/k")).isPrefix());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "s3://", "s3:///key", "s3://b?x/key", "https://", "http://a b/", "https:///x", "http://:80/"
    })
    void refusesWhatOnlyStartsLikeAUrl(String value) {
        var failure = assertThrows(IllegalArgumentException.class, () -> Locations.parse(value));
        assertTrue(failure.getMessage().startsWith("'" + value + "' "), failure::getMessage);
    }

    @Test
    void keepsSecretsOutOfNames() {
        Location web = Locations.parse("https://me:secret@host:8443/a b.ptar?X-Amz-Signature=secret#secret");
        assertEquals("https://host:8443/a b.ptar?…", web.name());
        assertFalse(web.toString().contains("secret"));
        assertEquals(
                "X-Amz-Signature=secret", ((Location.Web) web).uri().getRawQuery());
        var failure = assertThrows(
                IllegalArgumentException.class, () -> Locations.parse("https://me:secret@ho st/?a=secret"));
        assertFalse(failure.getMessage().contains("secret"), failure::getMessage);
    }

    @Test
    void refusesToWriteWhereThatCanNotBe() {
        TransferStats stats = new TransferStats();
        for (String value : List.of("https://host/a", "s3://b/", "s3://b/k?versionId=1", "-")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Locations.openSink(Locations.parse(value), RemoteOptions.DEFAULT, stats), value);
        }
    }
}
