package ptar.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import ptar.cli.options.Settings;
import ptar.storage.ByteStream;
import ptar.storage.ChannelSink;
import ptar.storage.FileSink;
import ptar.storage.FileSource;
import ptar.storage.RangeSource;
import ptar.storage.Sink;
import ptar.tree.Bytes;

/// Finds the archive that `-f` names: a file, or standard input and output (`-`, and without `-f`).
final class Archives {
    private Archives() {}

    /// An archive to be read: at random if it can be, else as a stream. One of the two is null.
    record Input(RangeSource random, ByteStream stream) {}

    /// The name as given, or by `TAPE`, or `-`.
    static Bytes nameOf(Settings settings) {
        if (settings.archive != null) {
            return settings.archive;
        }
        String tape = System.getenv("TAPE");
        return tape == null || tape.isEmpty() ? LocalFiles.STANDARD : Bytes.of(tape);
    }

    static boolean isStandard(Settings settings) {
        return nameOf(settings).equals(LocalFiles.STANDARD);
    }

    static Input open(Settings settings, Console console) {
        Bytes name = nameOf(settings);
        String shown = console.shown(name);
        try {
            if (name.equals(LocalFiles.STANDARD)) {
                return openStandardInput();
            }
            Path path = LocalFiles.path(name);
            if (Files.isRegularFile(path) || Files.isDirectory(path)) {
                return new Input(new FileSource(path, shown), null);
            }
            return new Input(null, new ByteStream(FileChannel.open(path, StandardOpenOption.READ), shown));
        } catch (IOException e) {
            throw new Fatal(shown + ": Cannot open: " + Failure.reason(e), e);
        }
    }

    /// The same archive as a stream: what is damaged has no index to go by.
    static ByteStream reopenAsStream(Settings settings, Console console) {
        Input input = open(settings, console);
        if (input.stream != null) {
            return input.stream;
        }
        if (input.random instanceof FileSource file) {
            return new ByteStream(file.channel(), file.name());
        }
        throw new Fatal(input.random.name() + ": can't be read as a stream");
    }

    private static Input openStandardInput() throws IOException {
        if (Terminal.is(Terminal.INPUT)) {
            throw new Fatal("Refusing to read archive contents from terminal (missing -f option?)");
        }
        FileChannel channel = new FileInputStream(FileDescriptor.in).getChannel();
        String name = "standard input";
        return isRewound(channel) ? new Input(new FileSource(channel, name), null)
                : new Input(null, new ByteStream(channel, name));
    }

    /// True for a regular file that nobody has read of: `ptar t < a.ptar`.
    private static boolean isRewound(FileChannel channel) {
        try {
            return channel.position() == 0 && channel.size() > 0;
        } catch (IOException pipe) {
            return false;
        }
    }

    static Sink create(Settings settings, Console console) {
        Bytes name = nameOf(settings);
        String shown = console.shown(name);
        try {
            if (name.equals(LocalFiles.STANDARD)) {
                if (Terminal.is(Terminal.OUTPUT)) {
                    throw new Fatal("Refusing to write archive contents to terminal (missing -f option?)");
                }
                return new ChannelSink(new FileOutputStream(FileDescriptor.out).getChannel(), "standard output");
            }
            return new FileSink(LocalFiles.path(name), shown);
        } catch (IOException e) {
            throw new Fatal(shown + ": Cannot open: " + Failure.reason(e), e);
        }
    }
}
