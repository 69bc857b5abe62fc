package ptar.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FileSinkTest {
    @TempDir
    private Path folder;

    private Path target() {
        return folder.resolve("a.ptar");
    }

    private static void write(Sink sink, String text) throws IOException {
        sink.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private void assertHoldsOnly(String text) throws IOException {
        assertEquals(text, Files.readString(target()));
        try (Stream<Path> all = Files.list(folder)) {
            assertEquals(1, all.count());
        }
    }

    @Test
    void keepsWhatIsThereUntilItIsCommitted() throws IOException {
        Files.writeString(target(), "old");
        try (Sink sink = new FileSink(target())) {
            write(sink, "new");
            assertEquals("old", Files.readString(target()));
        }
        assertHoldsOnly("old");
        try (Sink sink = new FileSink(target())) {
            write(sink, "new");
            sink.commit();
        }
        assertHoldsOnly("new");
    }

    @Test
    void takesThePlaceOfWhatHasGoneMeanwhile() throws IOException {
        Files.writeString(target(), "old");
        try (Sink sink = new FileSink(target())) {
            write(sink, "new");
            Files.delete(target());
            sink.commit();
        }
        assertHoldsOnly("new");
    }

    /// Permissions that a usual umask leaves alone, and some that it does not.
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void mayBeReadByNobodyElseThanWhatItReplaces() throws IOException {
        for (String permissions : new String[] {"rw-------", "rw-rw-rw-"}) {
            Files.writeString(target(), "old");
            Files.setPosixFilePermissions(target(), PosixFilePermissions.fromString(permissions));
            try (FileSink sink = new FileSink(target())) {
                write(sink, "new");
                assertEquals(permissions,
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(sink.temporary())));
                sink.commit();
            }
            assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(target())));
            assertHoldsOnly("new");
        }
    }
}
