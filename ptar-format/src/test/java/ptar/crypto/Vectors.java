package ptar.crypto;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/// Published test vectors, which lie beside the project and not in it. Without them a test is skipped and says so;
/// what every build must show has a small vector of its own.
final class Vectors {
    /// Names the folder where it lies elsewhere.
    private static final String PROPERTY = "ptar.vectors";

    private Vectors() {}

    static Path file(String name) {
        Path file = folder().resolve(name);
        assumeTrue(Files.isRegularFile(file),
                "skipped: no " + file + " (-D" + PROPERTY + "=FOLDER says where the published vectors are)");
        return file;
    }

    /// `shared/vectors` beside the project, or beside a folder above it.
    private static Path folder() {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return Path.of(given);
        }
        Path from = Path.of("").toAbsolutePath();
        for (Path above = from; above != null; above = above.getParent()) {
            Path found = above.resolve("shared/vectors");
            if (Files.isDirectory(found)) {
                return found;
            }
        }
        return from.resolve("../../shared/vectors").normalize();
    }
}
