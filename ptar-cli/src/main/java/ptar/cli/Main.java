package ptar.cli;

import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import ptar.ProgramEnd;
import ptar.Trees;
import ptar.cli.keys.KeyCommand;
import ptar.cli.list.Quoter;
import ptar.cli.options.CommandLine;
import ptar.cli.options.Given;
import ptar.cli.options.Option;
import ptar.cli.options.Settings;
import ptar.cli.options.SettingsReader;
import ptar.cli.options.ShellWords;
import ptar.cli.options.UsageException;
import ptar.crypto.CryptoProvider;
import ptar.error.ArchiveException;
import ptar.error.BrokenSealException;
import ptar.error.WrongKeyException;
import ptar.tree.Bytes;

/// Where the program starts: reads the command line, runs one command, and turns whatever goes wrong into one line and
/// tar's exit code.
public final class Main {
    /// The same for every reason, so that it tells none: a change of keys that was interrupted is one.
    private static final String FOR_A_KEY = " ('ptar key ls' shows what opens it)";
    private static final String FOR_WHAT_IS_WHOLE = ": nothing more is taken from an encrypted archive then"
            + " (but what is whole from a pipe: 'cat ARCHIVE | ptar x')";

    private Main() {}

    public static void main(String[] args) {
        int exitCode = run(args);
        Interruption.awaitEnd();
        if (Locations.wereFar()) {
            ProgramEnd.now(exitCode);
        }
        // Not System.exit, which loads the logging classes to say that it was called: 4 ms of every start.
        Runtime.getRuntime().halt(exitCode);
    }

    /// Runs one command and returns its exit code. Never ends the JVM, so that the build's training run can do several
    /// commands in one.
    static int run(String... args) {
        return run(new Console(), args);
    }

    static int run(Console console, String... args) {
        try {
            try {
                if (args.length > 0 && args[0].equals("key")) {
                    PrintStream out = new PrintStream(console.out(), false, StandardCharsets.UTF_8);
                    console.raise(KeyCommand.run(List.of(args).subList(1, args.length), out));
                } else {
                    run(console, RawArguments.of(args));
                }
            } catch (UsageException e) {
                console.warn(e.getMessage());
                console.say("Try '" + console.program() + " --help' or '" + console.program()
                        + " --usage' for more information.");
                console.raise(e.exitCode());
            } catch (Fatal e) {
                fail(console, e.getMessage(), e);
            } catch (WrongKeyException e) {
                refuse(console, e.getMessage() + FOR_A_KEY, e);
            } catch (BrokenSealException e) {
                refuse(console, e.getMessage() + FOR_WHAT_IS_WHOLE, e);
            } catch (ArchiveException e) {
                fail(console, e.getMessage(), e);
            } catch (UncheckedIOException e) {
                fail(console, e.getCause().getMessage(), e);
            } catch (IOException e) {
                fail(console, e instanceof java.nio.file.FileSystemException f && f.getFile() != null
                        ? Bytes.of(f.getFile()) + ": " + Failure.reason(e) : Failure.reason(e), e);
            } catch (OutOfMemoryError e) {
                fail(console, "memory exhausted: fewer --threads or a smaller"
                        + " --block-size take less, PTAR_JAVA_OPTS=-Xmx8g gives it 8 GiB", e);
            } catch (OutputClosed nobodyReads) {
                throw nobodyReads;
            } catch (RuntimeException | Error e) {
                Interruption.awaitEnd(); // nothing works as it should while the JVM ends
                fail(console, "internal error: " + e + " (PTAR_DEBUG=1 shows where)", e);
            }
            return console.end();
        } catch (OutputClosed nobodyReads) {
            return OutputClosed.EXIT_CODE;
        } catch (Fatal e) {
            fail(console, e.getMessage(), e); // the output could not be flushed
            return Console.FAILED;
        }
    }

    private static void fail(Console console, String message, Throwable cause) {
        refuse(console, message, cause);
        console.warn("Error is not recoverable: exiting now");
    }

    /// Ends the command by one line: an encrypted archive is not opened, or was changed.
    private static void refuse(Console console, String message, Throwable cause) {
        console.warn(message);
        for (Throwable besides : cause.getSuppressed()) {
            if (besides instanceof java.nio.file.FileSystemException said && said.getReason() != null) {
                console.warn(said.getMessage()); // such as what could not be cleaned up
            }
        }
        if (System.getenv("PTAR_DEBUG") != null) {
            Throwable root = cause.getCause() != null ? cause.getCause() : cause;
            for (StackTraceElement at : root.getStackTrace()) {
                console.say("    at " + at);
            }
        }
        console.fatal();
    }

    private static void run(Console console, List<Bytes> arguments) throws IOException, UsageException {
        List<Given> environment = new ArrayList<>();
        for (String name : new String[] {"TAR_OPTIONS", "PTAR_OPTIONS"}) {
            String options = System.getenv(name);
            if (options != null) {
                environment.addAll(CommandLine.parse(ShellWords.split(Bytes.of(options)), false));
            }
        }
        Settings settings = SettingsReader.read(environment, CommandLine.parse(arguments, true));
        if (settings.information != null) {
            tell(console, settings);
            return;
        }
        if (settings.mode == Option.CREATE || settings.mode == Option.EXTRACT) {
            Trees.prepare();
        }
        prepare(console, settings);
        switch (settings.mode) {
            case CREATE -> new CreateCommand(settings, console).run();
            case LIST -> new ListCommand(settings, console).run();
            case EXTRACT -> {
                if (settings.extract.toStdout || settings.extract.toCommand != null) {
                    new ContentCommand(settings, console).run();
                } else {
                    new ExtractCommand(settings, console).run();
                }
            }
            default -> throw new Fatal("'--" + settings.mode.names().getFirst()
                    + "' is not there yet: nothing was changed");
        }
    }

    private static void prepare(Console console, Settings settings) throws IOException, UsageException {
        String style = settings.listing.quotingStyle == null ? "escape" : settings.listing.quotingStyle;
        if (!Quoter.STYLES.contains(style)) {
            throw new UsageException(
                    UsageException.COMBINATION, "Unknown quoting style '" + style + "'");
        }
        console.quoter(new Quoter(
                style, console.isUtf8(), settings.listing.quoteChars, settings.listing.noQuoteChars));
        if (settings.indexFile != null) {
            try {
                console.listInto(new FileOutputStream(LocalFiles.path(settings.indexFile).toFile()));
            } catch (FileNotFoundException e) {
                String reason = e.getMessage().replaceFirst("(?s).*\\((.*)\\)$", "$1");
                throw new Fatal(settings.indexFile + ": Cannot open: " + reason, e);
            }
        }
    }

    private static void tell(Console console, Settings settings) throws IOException {
        Option what = settings.information;
        switch (what) {
            case VERSION -> {
                console.list(Bytes.of("ptar " + Version.NUMBER));
                if (settings.verbosity > 0) {
                    console.list(Bytes.of("encryption by " + CryptoProvider.chosen().description()));
                }
            }
            case SHOW_DEFAULTS -> console.list(Bytes.of("-f- --level=3 --block-size=16M --quoting-style=escape"));
            default -> {
                String name = what == Option.HELP ? "help.txt" : "usage.txt";
                try (InputStream text = Main.class.getResourceAsStream(name)) {
                    String help = new String(text.readAllBytes(), StandardCharsets.UTF_8);
                    console.out().write(help.getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }
}
