package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.storage.TransferStats;

/// Amazon's SDK takes half a second to load: who has nothing in S3 must not wait for it.
class NothingOfTheSdkLoadsTest {
    /// What a command without anything in S3 does at most.
    public static void main(String[] args) throws Exception {
        RemoteOptions options = RemoteOptions.builder().region("x").build();
        Location local = Locations.parse("archive.ptar");
        Location web = Locations.parse("http://localhost/a.ptar");
        try (var source = Locations.openSource(web, options, new TransferStats())) {
            System.out.println("opened " + local.name() + " and " + source.name());
        }
    }

    @Test
    void forLocalArchivesAndWebServers(@TempDir Path folder) throws Exception {
        Process process = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java", "-Xlog:class+load", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), NothingOfTheSdkLoadsTest.class.getName())
                .redirectErrorStream(true).directory(folder.toFile()).start();
        List<String> said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertEquals(0, process.waitFor());
        assertTrue(said.contains("opened archive.ptar and http://localhost/a.ptar"));
        assertTrue(said.stream().anyMatch(l -> l.contains("ptar.cli.Locations ")));
        assertEquals(
                List.of(), said.stream().filter(l -> l.contains("amazon") || l.contains("ptar.cli.s3")).toList());
    }
}
