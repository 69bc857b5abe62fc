package ptar.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import ptar.cli.location.Location;
import ptar.cli.options.Settings;
import ptar.storage.ByteStream;
import ptar.storage.ChannelSink;
import ptar.storage.FileSink;
import ptar.storage.FileSource;
import ptar.storage.RangeChannel;
import ptar.storage.RangeSource;
import ptar.storage.RangesIgnoredException;
import ptar.storage.Sink;
import ptar.tree.Bytes;

/// Finds the archive that `-f` names: a file, standard input and output (`-`, and without `-f`), an object in S3, a
/// URL.
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

    /// Where the archive is if it is somewhere else; null if it is on this machine.
    private static Location remote(Bytes name) {
        String text = name.utf8OrNull();
        try {
            Location location = text == null ? null : Locations.parse(text);
            return location instanceof Location.S3 || location instanceof Location.Web ? location : null;
        } catch (IllegalArgumentException notALocation) {
            throw new Fatal(notALocation.getMessage(), notALocation);
        }
    }

    private static Input openRemote(Location location, Settings settings, Console console) {
        try {
            return new Input(
                    Locations.openSource(location, settings.remote.build(), console.network(settings)), null);
        } catch (IllegalArgumentException e) {
            throw new Fatal(e.getMessage(), e);
        } catch (IOException e) {
            throw new Fatal(location.name() + ": Cannot open: " + Failure.reason(e), e);
        }
    }

    /// A file as standard input. It stays open: what is damaged is read once more from its start, and nobody can open
    /// it again.
    private record StandardInput(FileSource file) implements RangeSource {
        @Override
        public String name() {
            return file.name();
        }

        @Override
        public Suffix readSuffix(int atMost) throws IOException {
            return file.readSuffix(atMost);
        }

        @Override
        public void read(MemorySegment target, long offset) throws IOException {
            file.read(target, offset);
        }

        @Override
        public void close() {}
    }

    static Input open(Settings settings, Console console) {
        Bytes name = nameOf(settings);
        Location remote = remote(name);
        if (remote != null) {
            return openRemote(remote, settings, console);
        }
        String shown = console.shown(name);
        try {
            if (name.equals(LocalFiles.STANDARD)) {
                return openStandardInput();
            }
            if (!LocalFiles.isPath(name)) {
                return new Input(new ByteNamed.Source(name, shown), null);
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
        if (input.random instanceof StandardInput standard) {
            return new ByteStream(standard.file.channel(), standard.name());
        }
        try {
            return new ByteStream(new RangeChannel(input.random), input.random.name());
        } catch (RangesIgnoredException whole) {
            return streamOf(whole, input.random.name());
        } catch (IOException e) {
            throw new Fatal(input.random.name() + ": Cannot open: " + Failure.reason(e), e);
        }
    }

    /// What a web server without ranges sends.
    static ByteStream streamOf(RangesIgnoredException whole, String name) {
        return new ByteStream(Channels.newChannel(whole.stream()), name);
    }

    private static Input openStandardInput() throws IOException {
        if (Terminal.is(Terminal.INPUT)) {
            throw new Fatal("Refusing to read archive contents from terminal (missing -f option?)");
        }
        FileChannel channel = new FileInputStream(FileDescriptor.in).getChannel();
        String name = "standard input";
        return isRewound(channel) ? new Input(new StandardInput(new FileSource(channel, name)), null)
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
        Location remote = remote(name);
        return remote == null ? createHere(name, settings, console) : createRemote(remote, settings, console);
    }

    private static Sink createRemote(Location location, Settings settings, Console console) {
        try {
            return Locations.openSink(location, settings.remote.build(), console.network(settings));
        } catch (IllegalArgumentException e) {
            throw new Fatal(e.getMessage(), e);
        } catch (IOException e) {
            throw new Fatal(location.name() + ": Cannot open: " + Failure.reason(e), e);
        }
    }

    private static Sink createHere(Bytes name, Settings settings, Console console) {
        String shown = console.shown(name);
        try {
            if (name.equals(LocalFiles.STANDARD)) {
                if (Terminal.is(Terminal.OUTPUT)) {
                    throw new Fatal("Refusing to write archive contents to terminal (missing -f option?)");
                }
                return new ChannelSink(
                        new FileOutputStream(FileDescriptor.out).getChannel(), "standard output",
                        settings.create.removeFiles);
            }
            boolean durable = settings.create.removeFiles;
            if (LocalFiles.isPath(name)) {
                try {
                    return new FileSink(LocalFiles.path(name), shown, durable);
                } catch (InvalidPathException linksToWhatIsNone) {
                    // It is reached by its bytes.
                }
            }
            return new ByteNamed.Output(name, shown, durable);
        } catch (IOException e) {
            throw new Fatal(shown + ": Cannot open: " + Failure.reason(e), e);
        }
    }
}
