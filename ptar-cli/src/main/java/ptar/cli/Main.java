package ptar.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// Where the program starts.
///
/// The options are given to picocli by its builders, not by annotations: reading annotations makes proxy classes at
/// every start, which no AOT cache holds, and doubles the time that `--version` takes.
public final class Main {
    /// The command line makes no sense: tar's own number for it.
    static final int EXIT_USAGE = 64;

    private Main() {
    }

    public static void main(String[] args) {
        int exitCode = run(args);
        System.out.flush();
        System.err.flush();
        // Not System.exit, which loads the logging classes to say that it was called: 4 ms of every start.
        Runtime.getRuntime().halt(exitCode);
    }

    /// Runs one command and returns its exit code. Never ends the JVM, so that the build's training run can do several
    /// commands in one.
    static int run(String... args) {
        return new CommandLine(commandSpec())
                .setExecutionStrategy(Main::execute)
                .setParameterExceptionHandler((e, _) -> usageError(e.getCommandLine().getErr(), e.getMessage()))
                .execute(args);
    }

    private static CommandSpec commandSpec() {
        CommandSpec spec = CommandSpec.create()
                .name("ptar")
                .versionProvider(new Version())
                .addOption(OptionSpec.builder("--help").usageHelp(true)
                        .description("Print this help and exit.").build())
                .addOption(OptionSpec.builder("--version").versionHelp(true)
                        .description("Print the version and exit.").build());
        spec.usageMessage().description(
                "Archives with deduplication, compression, encryption and random access, used like tar.");
        return spec;
    }

    private static int execute(ParseResult parsed) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        return helped != null ? helped
                : usageError(parsed.commandSpec().commandLine().getErr(), "You must specify an operation");
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
