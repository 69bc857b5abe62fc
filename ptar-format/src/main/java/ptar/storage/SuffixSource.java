package ptar.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A range source whose last bytes have been read: what lies in them is served from memory.
public final class SuffixSource implements RangeSource {
    private final RangeSource source;
    private final long length;
    private final long start;
    private final MemorySegment suffix;

    /// @param source closed with this
    public SuffixSource(RangeSource source, Suffix suffix) {
        this.source = source;
        this.length = suffix.length();
        this.suffix = MemorySegment.ofBuffer(suffix.bytes());
        this.start = length - this.suffix.byteSize();
    }

    /// Of the whole source.
    public long length() {
        return length;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public int parallelReads() {
        return source.parallelReads();
    }

    @Override
    public boolean isFar() {
        return source.isFar();
    }

    @Override
    public Suffix readSuffix(int atMost) throws IOException {
        return source.readSuffix(atMost);
    }

    @Override
    public void read(MemorySegment target, long offset) throws IOException {
        if (offset >= start && offset <= length - target.byteSize()) {
            MemorySegment.copy(suffix, offset - start, target, 0, target.byteSize());
        } else {
            source.read(target, offset);
        }
    }

    @Override
    public void readAll(List<Range> ranges, Receiver receiver) throws IOException {
        source.readAll(ranges, receiver);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
