package ptar.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// A pipe or another stream: what is written is gone, so nothing can be taken back, and a reader sees a cut
/// archive when the writer fails.
public final class ChannelSink implements Sink {
    private final WritableByteChannel channel;
    private final String name;

    /// @param channel closed with the sink
    public ChannelSink(WritableByteChannel channel, String name) {
        this.channel = channel;
        this.name = name;
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
    public void commit() {}

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
