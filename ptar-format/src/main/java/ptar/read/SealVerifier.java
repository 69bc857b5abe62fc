package ptar.read;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import ptar.index.EntryCursor;
import ptar.layout.Entry;
import ptar.layout.Extent;
import ptar.layout.Pointer;
import ptar.layout.SegmentHead;
import ptar.segment.RunReader;
import ptar.storage.Workers;

/// Opens every segment that a command is going to need of a sealed archive, before the command uses the first of them:
/// so nothing comes out of an archive that was changed. What is opened here is thrown away, and opened again when it is
/// used. Spec §13.1.
///
/// Segments are gathered, put in order and opened by several threads. Memory is bounded by what is gathered and by the
/// segments in flight.
public final class SealVerifier implements AutoCloseable {
    /// What one thread reads and opens at a time: 1 MiB.
    private static final int TASK_SEGMENTS = 16;
    private static final int MAX_GATHERED = 1 << 16;

    private final ArchiveReader archive;
    private final int threads;
    private final Deque<Future<?>> opening = new ArrayDeque<>();
    private List<Stretch> gathered = new ArrayList<>();
    /// Null until there is work for more than one.
    private ExecutorService workers;

    /// Segments of a run.
    private record Stretch(int run, long first, long last) {
        boolean isMetBy(Stretch next) {
            return run == next.run && first <= next.first && next.first <= last + 1;
        }

        Stretch with(Stretch next) {
            return new Stretch(run, first, Math.max(last, next.last));
        }
    }

    public SealVerifier(ArchiveReader archive, int threads) {
        this.archive = archive;
        this.threads = threads;
    }

    /// Everything there is.
    public void addAll() throws IOException {
        for (int i = 0; i < archive.runs().size(); i++) {
            gather(new Stretch(i, 0, archive.frames().run(i).segments() - 1));
        }
    }

    /// The leaves that a cursor goes through; the nodes on the way are opened by that.
    public void addLeaves(EntryCursor entries) throws IOException {
        for (Pointer leaf = entries.nextLeaf(); leaf != null; leaf = entries.nextLeaf()) {
            add(leaf);
        }
    }

    /// An entry's content.
    public void addContent(Entry entry) throws IOException {
        addBlocks(entry.extents());
    }

    private void addBlocks(List<Extent> extents) throws IOException {
        for (Extent extent : extents) {
            if (extent instanceof Extent.Data data) {
                add(data.block().pointer());
            } else if (extent instanceof Extent.More more) {
                addBlocks(archive.extentsOf(more));
            }
        }
    }

    private void add(Pointer frame) throws IOException {
        gather(new Stretch(
                frame.run(), frame.offset() / SegmentHead.PAYLOAD_SIZE, (frame.end() - 1) / SegmentHead.PAYLOAD_SIZE));
    }

    /// Files that lie apart may share blocks, which are opened once: so much of what is gathered is the same.
    private void gather(Stretch stretch) throws IOException {
        append(gathered, stretch);
        if (gathered.size() == MAX_GATHERED) {
            gathered = inOrder(gathered);
            if (gathered.size() > MAX_GATHERED / 2) {
                open();
            }
        }
    }

    private static List<Stretch> inOrder(List<Stretch> stretches) {
        stretches.sort((a, b) -> a.run != b.run ? Integer.compare(a.run, b.run) : Long.compare(a.first, b.first));
        List<Stretch> ordered = new ArrayList<>();
        for (Stretch stretch : stretches) {
            append(ordered, stretch);
        }
        return ordered;
    }

    /// As part of the last one where the two meet: files that follow one another share a block.
    private static void append(List<Stretch> stretches, Stretch next) {
        if (!stretches.isEmpty() && stretches.getLast().isMetBy(next)) {
            stretches.set(stretches.size() - 1, stretches.getLast().with(next));
        } else {
            stretches.add(next);
        }
    }

    /// To be called behind the last that was added.
    ///
    /// @throws ptar.error.BrokenSealException for the first segment that is not the one that was sealed in its place
    public void finish() throws IOException {
        for (int i = 0; i < archive.runs().size(); i++) {
            archive.frames().run(i).verifyPreamble();
        }
        open();
        while (!opening.isEmpty()) {
            Workers.await(opening.remove());
        }
    }

    private void open() throws IOException {
        List<Stretch> ordered = inOrder(gathered);
        gathered = new ArrayList<>();
        long segments = 0;
        for (Stretch stretch : ordered) {
            segments += stretch.last - stretch.first + 1;
        }
        if (workers == null && segments > TASK_SEGMENTS) {
            workers = Workers.start(threads, "ptar-verify");
        }
        for (Stretch stretch : ordered) {
            RunReader run = archive.frames().run(stretch.run);
            for (long at = stretch.first; at <= stretch.last; at += TASK_SEGMENTS) {
                open(run, at, Math.min(stretch.last, at + TASK_SEGMENTS - 1));
            }
        }
    }

    private void open(RunReader run, long first, long last) throws IOException {
        if (workers == null) {
            run.verify(first, last);
            return;
        }
        opening.add(workers.submit(() -> {
            run.verify(first, last);
            return null;
        }));
        if (opening.size() > 2 * threads) {
            Workers.await(opening.remove());
        }
    }

    /// Stops the threads.
    @Override
    public void close() {
        if (workers != null) {
            Workers.stop(workers);
        }
    }
}
