package ptar.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/// A pipe or another stream: what is written is gone, so nothing can be taken back, and a reader sees a cut
/// archive when the writer fails.
public final class ChannelSink implements Sink {
    private final WritableByteChannel channel;
    private final String name;
    private final boolean durable;

    /// @param channel closed with the sink
    public ChannelSink(WritableByteChannel channel, String name) {
        this(channel, name, false);
    }

    /// @param channel closed with the sink
    /// @param durable true if an archive in a file is to be on the disk once it is committed
    public ChannelSink(WritableByteChannel channel, String name, boolean durable) {
        this.channel = channel;
        this.name = name;
        this.durable = durable;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void commit() throws IOException {
        if (durable && channel instanceof FileChannel file) {
            FileSink.force(file);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
