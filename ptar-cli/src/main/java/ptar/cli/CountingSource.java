package ptar.cli;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import ptar.storage.RangeSource;

/// Counts what is read of an archive, for `-vvv` and `--totals`.
final class CountingSource implements RangeSource {
    private final RangeSource source;
    /// Reads that something waited for: ranges asked for together are one.
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    CountingSource(RangeSource source) {
        this.source = source;
    }

    long reads() {
        return reads.get();
    }

    long bytes() {
        return bytes.get();
    }

    private void count(long length) {
        reads.incrementAndGet();
        bytes.addAndGet(length);
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
        Suffix suffix = source.readSuffix(atMost);
        count(suffix.bytes().remaining());
        return suffix;
    }

    @Override
    public void read(MemorySegment target, long offset) throws IOException {
        count(target.byteSize());
        source.read(target, offset);
    }

    @Override
    public void readAll(List<Range> ranges, Receiver receiver) throws IOException {
        long length = 0;
        for (Range range : ranges) {
            length += range.target().byteSize();
        }
        count(length);
        source.readAll(ranges, receiver);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
