package ptar.cli.remote;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import ptar.cli.Locations;
import ptar.cli.location.Location;
import ptar.cli.location.RemoteOptions;
import ptar.storage.RangeSource;
import ptar.storage.TransferStats;

class FileSourceTest implements RangeSourceContract {
    @TempDir
    private Path folder;

    @Override
    public RangeSource open(byte[] content) throws Exception {
        Path file = Files.write(folder.resolve("archive"), content);
        return Locations.openSource(new Location.Local(file.toString()), RemoteOptions.DEFAULT, new TransferStats());
    }
}
