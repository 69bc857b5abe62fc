package ptar.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads by ranges what a server has: what HTTP and S3 have in common.
///
/// What was opened stays what is read: the first answer's length, ETag and date are compared with every later one's, so
/// that something that is replaced meanwhile fails and is never mixed with the old.
public abstract class FarSource implements RangeSource {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    private final String name;
    private final int parallel;
    private final Backoff backoff;
    private final TransferStats stats;
    private final RangeFetcher fetcher;
    private volatile Version version;

    /// What an answer says of the whole.
    ///
    /// @param etag,lastModified as sent, null if not
    public record Version(long length, String etag, String lastModified) {}

    /// An answer, whose body is still to be read. Closing the body early does not read it to its end.
    ///
    /// @param start,end what of the whole the body is; `end` exclusive
    public record Answer(InputStream body, long start, long end, Version whole) {}

    /// There is no byte in the range: 416.
    public static final class NoSuchRangeException extends IOException {
        private static final long serialVersionUID = 1;
    }

    /// @param name for messages
    /// @param parallel most requests in flight
    /// @param known what is to be read, null if nothing is known
    @SuppressWarnings("this-escape") // the fetcher calls nothing before the first read
    protected FarSource(String name, int parallel, Backoff backoff, TransferStats stats, Version known) {
        this.name = name;
        this.parallel = parallel;
        this.backoff = backoff;
        this.stats = stats;
        this.version = known;
        this.fetcher = new RangeFetcher(this::openRange, name, parallel, backoff, stats);
    }

    /// Asks for a range, written as in RFC 9110. Has done its own retries up to the answer's head.
    ///
    /// @param expected what to insist on, null before the first answer
    protected abstract Answer ask(String range, Version expected) throws IOException;

    /// What there is where a suffix has no byte: nothing, or less than a server knows to give.
    protected abstract Version askWithoutRange() throws IOException;

    @Override
    public String name() {
        return name;
    }

    @Override
    public int parallelReads() {
        return parallel;
    }

    @Override
    public boolean isFar() {
        return true;
    }

    /// Reads `bytes 5-9/100` of a `Content-Range`.
    ///
    /// @return null if that is not what it says
    protected static Answer answerOf(InputStream body, String contentRange, String etag, String lastModified) {
        Matcher m = CONTENT_RANGE.matcher(contentRange == null ? "" : contentRange);
        if (!m.matches()) {
            return null;
        }
        long start = Long.parseLong(m.group(1));
        long end = Long.parseLong(m.group(2)) + 1;
        long length = Long.parseLong(m.group(3));
        return start < end && end <= length ? new Answer(body, start, end, new Version(length, etag, lastModified))
                : null;
    }

    @Override
    public Suffix readSuffix(int atMost) throws IOException {
        int failures = 0;
        while (true) {
            Answer answer;
            try {
                answer = ask("bytes=-" + atMost, version);
            } catch (NoSuchRangeException nothing) {
                return readEnd(askWithoutRange(), atMost);
            }
            String fault = "the server ended its answer early";
            try (InputStream body = answer.body) {
                requireSame(answer.whole);
                long length = answer.whole.length;
                if (answer.end != length || answer.start != Math.max(0, length - atMost)) {
                    // Not what was asked for (s3rver takes a suffix for a prefix); but now the length is known.
                    return readEnd(answer.whole, atMost);
                }
                byte[] bytes = body.readNBytes((int) (answer.end - answer.start));
                stats.countReceived(bytes.length);
                if (bytes.length == answer.end - answer.start) {
                    pin(answer.whole);
                    return new Suffix(length, ByteBuffer.wrap(bytes));
                }
            } catch (FileSystemException said) {
                throw said;
            } catch (IOException lost) {
                fault = lost.getMessage() == null ? lost.getClass().getSimpleName() : lost.getMessage();
            }
            if (++failures >= backoff.attempts()) {
                throw failure("connection lost " + failures + " times: " + fault);
            }
            stats.countRetry();
            backoff.pause(failures);
        }
    }

    private Suffix readEnd(Version whole, int atMost) throws IOException {
        pin(whole);
        byte[] bytes = new byte[(int) Math.min(whole.length, atMost)];
        fetcher.read(MemorySegment.ofArray(bytes), whole.length - bytes.length);
        return new Suffix(whole.length, ByteBuffer.wrap(bytes));
    }

    @Override
    public void read(MemorySegment target, long offset) throws IOException {
        checkBounds(offset, target.byteSize());
        fetcher.read(target, offset);
    }

    @Override
    public void readAll(List<Range> ranges, Receiver receiver) throws IOException {
        for (Range range : ranges) {
            checkBounds(range.offset(), range.target().byteSize());
        }
        fetcher.readAll(ranges, receiver);
    }

    private void checkBounds(long offset, long length) throws EOFException {
        Version known = version;
        if (offset < 0) {
            throw new IllegalArgumentException("offset is negative: " + offset);
        }
        if (known != null && offset + length > known.length) {
            throw endsBefore(offset + length, known.length);
        }
    }

    private EOFException endsBefore(long end, long length) {
        return new EOFException(name + ": ends at byte " + length + ", before byte " + end);
    }

    private InputStream openRange(long start, long end) throws IOException {
        Answer answer;
        try {
            answer = ask("bytes=" + start + "-" + (end - 1), version);
        } catch (NoSuchRangeException e) {
            throw new EOFException(name + ": ends before byte " + end);
        }
        boolean usable = false;
        try {
            requireSame(answer.whole);
            if (end > answer.whole.length) {
                throw endsBefore(end, answer.whole.length);
            }
            if (answer.start != start || answer.end > end) {
                throw failure("the server sent bytes " + answer.start + " to " + answer.end + " instead of " + start
                        + " to " + end);
            }
            pin(answer.whole);
            usable = true;
            return answer.body;
        } finally {
            if (!usable) {
                answer.body.close();
            }
        }
    }

    private synchronized void pin(Version first) {
        if (version == null) {
            version = first;
        }
    }

    protected final void requireSame(Version now) throws ChangedException {
        if (version != null && !version.equals(now)) {
            throw changed();
        }
    }

    protected final ChangedException changed() {
        return new ChangedException(name, "was replaced while it was read: start again");
    }

    protected final FileSystemException failure(String reason) {
        return new FileSystemException(name, null, reason);
    }

    @Override
    public void close() {
        fetcher.close();
    }
}
