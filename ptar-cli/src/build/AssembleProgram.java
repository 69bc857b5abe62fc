import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Puts the program together as the launcher runs it, after its jars are built:
///
///     target/ptar/lib/*.jar     the program and its libraries, ptar-cli.jar names the others in its manifest
///     target/ptar/native/*      the libraries' native parts for this platform, so that no start unpacks them
///     target/ptar/ptar.aot      the classes of a training run, loaded and linked (JEP 483, 514)
///     target/ptar/ptar-keys.aot    the same with those of encryption: all classes of a cache are there at every start
///     target/ptar/ptar-remote.aot  and with those that talk to S3 and web servers, 3,000, which cost 30 ms
///     target/ptar/java-home     the JDK that made the caches and must run them
///
/// Run by Maven with the JDK of the build, as a source file.
final class AssembleProgram {
    private static final String MAIN_JAR = "ptar-cli.jar";
    private static final String TRAINING_CLASS = "ptar.cli.Training";

    /// What C2 compiles in training it compiles at once in every run. Of the SDK's code and what that calls nothing is
    /// worth it: an upload of a few files takes 0.95 s of CPU without these, and 0.86 s with them.
    private static final List<String> FEW_COMPILED = List.of(
            "-XX:Tier4InvocationThreshold=400000", "-XX:Tier4MinInvocationThreshold=200000",
            "-XX:Tier4CompileThreshold=600000", "-XX:Tier4BackEdgeThreshold=1600000");

    private AssembleProgram() {
    }

    /// Arguments: the folder to make, the program's own jar, the class path of its libraries.
    public static void main(String[] args) throws IOException, InterruptedException {
        Path program = Path.of(args[0]);
        Path mainJar = Path.of(args[1]);
        List<Path> libraries = Stream.of(args[2].split(File.pathSeparator))
                .map(Path::of).filter(Files::isRegularFile).toList();

        Path fresh = program.resolveSibling(program.getFileName() + ".new");
        deleteTree(fresh);
        Path lib = Files.createDirectories(fresh.resolve("lib"));
        Path natives = Files.createDirectories(fresh.resolve("native"));
        for (Path library : libraries) {
            repack(library, lib.resolve(plainName(library)), natives, "");
        }
        repack(mainJar, lib.resolve(MAIN_JAR), natives,
                libraries.stream().map(AssembleProgram::plainName).collect(Collectors.joining(" ")));
        deleteTree(program);
        Files.move(fresh, program);
        // Trained where it stays: else every start looks for the jars at their old place first.
        trainAll(Path.of(System.getProperty("java.home")), program, program.getParent());
        // Last, as the launcher takes it for the sign that the program is complete.
        Files.writeString(program.resolve("java-home"), System.getProperty("java.home") + "\n");
    }

    /// `zstd-jni-1.5.7-28.jar` as `zstd-jni.jar`: the class path does not change with a version.
    private static String plainName(Path jar) {
        return jar.getFileName().toString().replaceFirst("-[0-9][^/]*\\.jar$", ".jar");
    }

    /// Copies a jar so that it starts fast: no signature is left to check, native libraries lie outside.
    ///
    /// Versions of classes for newer Java releases are left out. zstd-jni's reach its library through the
    /// foreign-function API, whose first call takes 110 ms here; the plain ones do it by JNI in 7 ms.
    private static void repack(Path from, Path to, Path natives, String manifestClassPath)
            throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        try (JarFile source = new JarFile(from.toFile())) {
            for (Attributes.Name name : List.of(Attributes.Name.IMPLEMENTATION_TITLE,
                    Attributes.Name.IMPLEMENTATION_VERSION)) {
                String value = source.getManifest().getMainAttributes().getValue(name);
                if (value != null) {
                    manifest.getMainAttributes().put(name, value);
                }
            }
            if (!manifestClassPath.isEmpty()) {
                manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, manifestClassPath);
            }
            try (OutputStream file = Files.newOutputStream(to);
                    JarOutputStream target = new JarOutputStream(file, manifest)) {
                for (JarEntry entry : source.stream().toList()) {
                    String name = entry.getName();
                    if (entry.isDirectory() || isLeftOut(name)) {
                        continue;
                    }
                    try (InputStream in = source.getInputStream(entry)) {
                        if (isNative(name)) {
                            if (isForThisPlatform(name)) {
                                Files.copy(in, natives.resolve(nativeName(name)));
                            }
                            continue;
                        }
                        byte[] content = in.readAllBytes();
                        JarEntry copy = new JarEntry(name);
                        copy.setTimeLocal(entry.getTimeLocal());
                        target.putNextEntry(copy);
                        target.write(content);
                    }
                }
            }
        }
    }

    private static boolean isLeftOut(String name) {
        return name.startsWith("META-INF/versions/")
                || name.startsWith("META-INF/maven/")
                || name.equals(JarFile.MANIFEST_NAME)
                || name.equals("module-info.class")
                || name.matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)");
    }

    private static boolean isNative(String name) {
        return name.matches(".*\\.(so|dll|dylib|jnilib)");
    }

    /// Whether a name such as `linux/amd64/libzstd-jni-1.5.7-28.so` or `…_jni-osx-x86_64.dylib` means this platform.
    private static boolean isForThisPlatform(String name) {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        String osNames = os.startsWith("mac") ? "darwin|osx" : os.startsWith("windows") ? "win|windows" : os;
        String archNames = arch.matches("amd64|x86_64") ? "amd64|x86_64"
                : arch.matches("aarch64|arm64") ? "aarch64|aarch_64" : arch;
        return name.matches("(.*[/-])?(" + osNames + ")[/-](" + archNames + ")[/.].*");
    }

    /// The file name without the library's version, so that the launcher need not know it.
    private static String nativeName(String name) {
        return name.substring(name.lastIndexOf('/') + 1).replaceFirst("-[0-9][0-9.-]*(\\.[a-z]+)$", "$1");
    }

    /// Makes all caches, `*.aot`.
    ///
    /// @param scratch where to leave the logs, and files while it runs
    static void trainAll(Path javaHome, Path program, Path scratch) throws IOException, InterruptedException {
        Path files = scratch.resolve("training");
        train(javaHome, program, scratch, "ptar.aot", List.of(), Map.of(), List.of(files.toString(), "local"));
        train(javaHome, program, scratch, "ptar-keys.aot", FEW_COMPILED, Map.of(), List.of(files.toString(), "keys"));
        Path home = scratch.resolve("training-home");
        deleteTree(home);
        Files.createDirectories(home);
        try (TrainingServer server = new TrainingServer(files.resolve("training.ptar"), home)) {
            train(javaHome, program, scratch, "ptar-remote.aot", FEW_COMPILED, server.environment(), List.of(
                    files.toString(), "remote", server.url()));
        } finally {
            deleteTree(home);
        }
    }

    /// Makes a cache from what one run of the program loads.
    ///
    /// @param arguments of the training: the folder for its files and what it is to do, which names its log; what that
    ///     needs
    private static void train(
            Path javaHome, Path program, Path scratch, String cacheName, List<String> flags,
            Map<String, String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        Path cache = program.resolve(cacheName);
        Path log = scratch.resolve("training-" + arguments.get(1) + ".log");
        Path files = Path.of(arguments.get(0));
        deleteTree(files);
        Files.createDirectories(files);
        List<String> command = new ArrayList<>(List.of(javaHome.resolve("bin/java").toString()));
        command.addAll(flags);
        command.addAll(List.of(
                "-XX:AOTCacheOutput=" + cache,
                "-XX:+UseSerialGC", "-XX:ObjectAlignmentInBytes=32", // as in the launcher
                "-XX:+DisplayVMOutputToStderr", // training ends by closing its output
                "--enable-native-access=ALL-UNNAMED",
                "-DZstdNativePath=" + program.resolve("native/" + System.mapLibraryName("zstd-jni")).toAbsolutePath(),
                "-Djava.library.path=" + program.resolve("native").toAbsolutePath(), // Conscrypt's, when it is needed
                "-cp", program.resolve("lib").resolve(MAIN_JAR).toString(),
                TRAINING_CLASS));
        command.addAll(arguments);
        ProcessBuilder training = new ProcessBuilder(command)
                .redirectErrorStream(true).redirectOutput(log.toFile());
        // Of who builds only where programs and temporary files are: no options, passwords, proxies, profiles.
        training.environment().keySet().removeIf(name -> !name.matches("PATH|TMPDIR"));
        training.environment().put("LC_ALL", "C.UTF-8"); // as users have it, else names go another way
        training.environment().putAll(environment);
        Process running = training.start();
        if (!running.waitFor(10, TimeUnit.MINUTES)) {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
            throw new IOException("the training run does not end, see " + log);
        }
        int exit = running.exitValue();
        deleteTree(files);
        if (exit != 0 || !Files.exists(cache)) {
            throw new IOException("the training run exited with " + exit + ", see " + log);
        }
        // Names of files in it may be of any bytes.
        Files.readString(log, StandardCharsets.ISO_8859_1).lines()
                .filter(line -> line.matches("training: .*: exit \\d+ in place of \\d+"))
                .forEach(line -> System.err.println("WARNING: this will start slower than it could, see " + log + ": "
                        + line));
    }

    /// A program of the JDK that builds.
    static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    /// @return what it printed
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), System.getProperty("native.encoding"));
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }
}
