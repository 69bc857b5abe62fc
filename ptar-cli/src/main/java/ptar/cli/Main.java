package ptar.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Where the program starts.
@Command(name = "ptar", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "Archives with deduplication, compression, encryption and random access, used like tar.")
public final class Main implements Runnable {
    /// The command line makes no sense: tar's own number for it.
    static final int EXIT_USAGE = 64;

    @Spec
    private CommandSpec spec;

    private Main() {
    }

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /// Runs one command and returns its exit code. Never calls [System#exit], so that the build's training run can do
    /// several commands in one JVM.
    static int run(String... args) {
        return new CommandLine(new Main())
                .setParameterExceptionHandler((e, _) -> usageError(e.getCommandLine().getErr(), e.getMessage()))
                .execute(args);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "You must specify an operation");
    }

    private static int usageError(PrintWriter err, String message) {
        err.println("ptar: " + message);
        err.println("Try 'ptar --help' for more information.");
        return EXIT_USAGE;
    }

    /// The version that the build wrote into the jar's manifest.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"ptar " + (version == null ? "(not built)" : version)};
        }
    }
}
