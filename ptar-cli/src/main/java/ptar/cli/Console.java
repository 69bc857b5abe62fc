package ptar.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import ptar.cli.list.Quoter;
import ptar.cli.options.Settings;
import ptar.storage.TransferStats;
import ptar.tree.Bytes;

/// Where everything that ptar says goes, and what exit code follows from it. Thread-safe.
///
/// Messages are one line each on standard error, with the program's name in front. Names in them are escaped, so that
/// they can't write to a terminal. What was listed before a message appears before it.
public final class Console {
    public static final int OK = 0;
    /// Files differ or changed while they were read.
    public static final int DIFFERS = 1;
    public static final int FAILED = 2;

    private static final int BUFFER_SIZE = 1 << 16;

    private final String program;
    private final boolean utf8;
    private final boolean lineByLine;
    private final OutputStream out;
    private final OutputStream err;
    /// Where names of entries go.
    private OutputStream listing;
    private Quoter quoter;
    private int status;
    private boolean hasDelayedErrors;
    private TransferStats network;
    /// What is still in the buffers can't be written: nobody tries again.
    private boolean outputLost;

    Console() {
        this(
                System.getProperty("ptar.program", "ptar"), isUtf8(System.getenv()),
                new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err),
                Terminal.is(Terminal.OUTPUT));
    }

    /// @param lineByLine whether what is listed is shown at once, not when the buffer is full
    Console(String program, boolean utf8, OutputStream out, OutputStream err, boolean lineByLine) {
        this.program = program;
        this.utf8 = utf8;
        this.lineByLine = lineByLine;
        this.out = new BufferedOutputStream(out, BUFFER_SIZE);
        this.err = err;
        this.listing = this.out;
        this.quoter = new Quoter("escape", utf8, Bytes.EMPTY, Bytes.EMPTY);
    }

    /// The locale's characters, as the C library finds them.
    static boolean isUtf8(Map<String, String> environment) {
        for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
            String value = environment.get(name);
            if (value != null && !value.isEmpty()) {
                String lower = value.toLowerCase(java.util.Locale.ROOT);
                return lower.contains("utf-8") || lower.contains("utf8");
            }
        }
        return false;
    }

    boolean isUtf8() {
        return utf8;
    }

    String program() {
        return program;
    }

    void quoter(Quoter names) {
        quoter = names;
    }

    /// Lists names on standard error, unless in a file: standard output has content.
    synchronized void listOnError() {
        listing = listing == out ? err : listing;
    }

    /// Lists names in a file.
    synchronized void listInto(OutputStream file) {
        listing = new BufferedOutputStream(file, BUFFER_SIZE);
    }

    /// Counts for `--stats` and `-vvv`, and with `-vvvv` says a line for each request. One for all of a command that
    /// talk to the network.
    synchronized TransferStats network(Settings settings) {
        if (network == null) {
            network = settings.verbosity > 3 ? new TransferStats(this::say) : new TransferStats();
        }
        return network;
    }

    /// The line of `--stats` and `-vvv`, where anything is not on this machine.
    synchronized void tellNetwork(Settings settings) {
        if (network != null && (settings.stats || settings.verbosity > 2)) {
            say("Network: " + network.snapshot());
        }
    }

    /// Standard output, for what goes by the buffer.
    OutputStream out() {
        return out;
    }

    /// A name as it is printed.
    public Bytes quoted(Bytes name) {
        return quoter.quote(name);
    }

    /// A name as it is printed in a message.
    public String shown(Bytes name) {
        String text = quoter.quote(name).utf8OrNull();
        return text == null ? name.toString() : text;
    }

    /// Lists a line.
    public synchronized void list(Bytes line) {
        write(listing, line, '\n');
    }

    /// Lists a name that ends with NUL.
    synchronized void listNul(Bytes name) {
        write(listing, name, '\0');
    }

    private void write(OutputStream stream, Bytes line, char end) {
        try {
            line.writeTo(stream);
            stream.write(end);
            if (lineByLine && stream == out) {
                stream.flush();
            }
        } catch (IOException e) {
            throw failedOutput(e);
        }
    }

    /// Standard output can't be written to.
    RuntimeException failedOutput(IOException e) {
        outputLost = true;
        return Failure.isBrokenPipe(e) ? new OutputClosed()
                : new Fatal("standard output: Cannot write: " + Failure.reason(e), e);
    }

    /// Says something that changes no exit code.
    public void warn(String message) {
        say(program + ": " + message);
    }

    /// A file differs or changed while it was read.
    public void differs(String message) {
        warn(message);
        raise(DIFFERS);
    }

    /// Something failed, and the rest goes on.
    public void error(String message) {
        warn(message);
        raise(FAILED);
        hasDelayedErrors = true;
    }

    /// Everything ends here, and it has been said why.
    synchronized void fatal() {
        raise(FAILED);
        hasDelayedErrors = false;
    }

    /// Sets the exit code to at least this.
    synchronized void raise(int code) {
        status = Math.max(status, code);
    }

    /// A line on standard error as it is.
    synchronized void say(String line) {
        try {
            flush();
            err.write(Bytes.of(line + "\n").toArray());
            err.flush();
        } catch (IOException nobodyListens) {
            // The exit code still says it.
        }
    }

    /// A question, where names are listed, without a line's end.
    synchronized void ask(String question) {
        try {
            listing.write(Bytes.of(question).toArray());
            listing.flush();
        } catch (IOException e) {
            throw failedOutput(e);
        }
    }

    synchronized void flush() {
        if (outputLost) {
            return;
        }
        try {
            listing.flush();
            out.flush();
        } catch (IOException e) {
            throw failedOutput(e);
        }
    }

    /// The last word, and the exit code.
    synchronized int end() {
        flush();
        if (hasDelayedErrors) {
            say(program + ": Exiting with failure status due to previous errors");
        }
        return status;
    }
}
