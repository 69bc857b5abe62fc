import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Makes a folder that runs on a machine without Java, and a compressed tar of it: the assembled program, the launcher
/// and a Java run-time of just the modules it needs, with an AOT cache made by that run-time.
///
/// Run by Maven's profile `image` with the JDK of the build, as a source file beside [AssembleProgram].
final class BuildImage {
    private static final Set<String> MODULES = Set.of("java.base", "java.logging", "java.naming", "java.net.http",
            "java.security.jgss", "java.xml", "jdk.net", "jdk.unsupported");

    /// What only parts of the libraries ask for that ptar never calls: BouncyCastle's LDAP search.
    private static final Set<String> LEFT_OUT = Set.of("java.sql");

    private BuildImage() {
    }

    /// Arguments: the assembled program, the launcher, the licence, the folder for images, the version.
    public static void main(String[] args) throws IOException, InterruptedException {
        Path program = Path.of(args[0]);
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT).replaceFirst("^mac.*", "macos");
        String name = "ptar-" + args[4] + "-" + os + "-" + System.getProperty("os.arch");
        Path images = Path.of(args[3]).toAbsolutePath();
        Path image = images.resolve("ptar");

        AssembleProgram.deleteTree(images);
        copyTree(program, image);
        Files.copy(Path.of(args[1]), image.resolve("ptar"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(Path.of(args[2]), image.resolve("LICENSE"));
        try (DirectoryStream<Path> caches = Files.newDirectoryStream(image, "*.aot")) {
            for (Path cache : caches) {
                Files.delete(cache);
            }
        }

        checkModules(image);
        Path runtime = image.resolve("runtime");
        AssembleProgram.run(AssembleProgram.tool("jlink"), "--add-modules", String.join(",", new TreeSet<>(MODULES)),
                "--strip-debug", "--no-header-files", "--no-man-pages", "--output", runtime.toString());
        Files.writeString(image.resolve("java-home"), "runtime\n");
        AssembleProgram.trainAll(runtime, image, images);
        AssembleProgram.run("tar", "-czf", images.resolve(name + ".tar.gz").toString(), "-C", images.toString(),
                "ptar");
    }

    private static void checkModules(Path image) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(AssembleProgram.tool("jdeps"), "--ignore-missing-deps",
                "--print-module-deps", "--multi-release", "base"));
        try (Stream<Path> jars = Files.list(image.resolve("lib"))) {
            jars.map(Path::toString).forEach(command::add);
        }
        String needed = AssembleProgram.run(command.toArray(String[]::new)).strip();
        Set<String> unknown = new TreeSet<>(Arrays.asList(needed.split(",")));
        unknown.removeAll(MODULES);
        unknown.removeAll(LEFT_OUT);
        if (!unknown.isEmpty()) {
            throw new IOException("the jars use JDK modules that the image does not have: " + unknown);
        }
    }

    /// Times stay: the AOT cache knows its jars by them.
    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}
