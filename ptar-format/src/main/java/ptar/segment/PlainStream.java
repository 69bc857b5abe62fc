package ptar.segment;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import ptar.crypto.SegmentCipher;
import ptar.layout.Header;
import ptar.layout.SegmentHead;
import ptar.storage.ByteStream;

/// One run's plain stream, read forward from a stream of stored bytes. A damaged segment leaves a gap: what lies before
/// it comes first, then [#atGap] is true, and [#passGap] goes on behind it. Spec §3. One thread.
public final class PlainStream {
    private final ByteStream in;
    private final int archiveTag;
    private final SegmentCiphers ciphers;
    private final MemorySegment stored = Arena.ofAuto().allocate(SegmentHead.STORED_SIZE);
    private final MemorySegment window = Arena.ofAuto().allocate(2L * SegmentHead.PAYLOAD_SIZE);
    private int from;
    private int to;
    private long position;
    private long nextIndex;
    private State state = State.SOUND;
    private boolean finalSeen;
    private boolean gapIsFinal;
    private String damage;

    private enum State {
        SOUND,
        /// The next segment is damaged.
        GAP,
        /// Nothing follows: the final segment was read, or the stream ended.
        END
    }

    /// @param in stands behind the run's preamble
    public PlainStream(ByteStream in, int archiveTag, SegmentCiphers ciphers) {
        this.in = in;
        this.archiveTag = archiveTag;
        this.ciphers = ciphers;
    }

    /// Position in the plain stream of the next byte; a gap counts as whole segments.
    public long position() {
        return position;
    }

    /// Up to `length` bytes (at most a segment's payload) that come next, not taken; fewer before a gap or the end.
    public ByteBuffer peek(int length) throws IOException {
        while (to - from < length && state == State.SOUND) {
            load();
        }
        return window.asSlice(from, Math.min(length, to - from)).asByteBuffer();
    }

    /// Reads as many bytes as the target takes, or as there are before a gap or the end.
    ///
    /// @return how many
    public long read(MemorySegment target) throws IOException {
        long done = 0;
        while (done < target.byteSize()) {
            int n = (int) Math.min(peek(1).remaining() == 0 ? 0 : to - from, target.byteSize() - done);
            if (n == 0) {
                break;
            }
            MemorySegment.copy(window, from, target, done, n);
            take(n);
            done += n;
        }
        return done;
    }

    /// Passes over bytes.
    public long skip(long length) throws IOException {
        long done = 0;
        while (done < length && peek(1).hasRemaining()) {
            int n = (int) Math.min(to - from, length - done);
            take(n);
            done += n;
        }
        return done;
    }

    private void take(int n) {
        from += n;
        position += n;
    }

    /// True if nothing can be read before a gap is passed.
    public boolean atGap() throws IOException {
        return !peek(1).hasRemaining() && state == State.GAP;
    }

    /// True if nothing follows.
    public boolean atEnd() throws IOException {
        return !peek(1).hasRemaining() && state == State.END;
    }

    /// True once the run's final segment has been read, sound or damaged: otherwise the run is cut short.
    public boolean finalSeen() {
        return finalSeen;
    }

    /// What is wrong with the segment at the gap, or why the stream ended early.
    public String damage() {
        return damage;
    }

    /// Goes on behind damaged segments, to the next sound one or the end.
    public void passGap() throws IOException {
        while (atGap()) {
            position += SegmentHead.PAYLOAD_SIZE - position % SegmentHead.PAYLOAD_SIZE;
            if (gapIsFinal) {
                finalSeen = true;
                state = State.END;
                return;
            }
            state = State.SOUND;
            load();
        }
    }

    private void load() throws IOException {
        MemorySegment.copy(window, from, window, 0, to - from);
        to -= from;
        from = 0;
        long offset = in.offset();
        ByteBuffer head = in.peek(SegmentHead.SIZE);
        if (head.remaining() < SegmentHead.SIZE) {
            endEarly(offset + head.remaining());
            in.skip(head.remaining());
            return;
        }
        long index = nextIndex++;
        MemorySegment headBytes = MemorySegment.ofBuffer(head);
        boolean isLast = SegmentHead.isFinal(headBytes);
        int payload = isLast ? SegmentHead.payloadLength(headBytes) : SegmentHead.PAYLOAD_SIZE;
        boolean headFits = SegmentHead.matches(headBytes, archiveTag, index, payload, isLast)
                && payload <= SegmentHead.PAYLOAD_SIZE;
        int length = headFits ? SegmentHead.SIZE + payload + SegmentHead.TAG_SIZE : SegmentHead.STORED_SIZE;
        MemorySegment segment = stored.asSlice(0, length);
        long read = in.read(segment);
        if (read < length) {
            endEarly(offset + read);
        } else if (headFits && opens(segment, payload)) {
            MemorySegment.copy(segment, SegmentHead.SIZE, window, to, payload);
            to += payload;
            if (isLast) {
                finalSeen = true;
                state = State.END;
            }
        } else {
            damage = in.name() + ": segment " + index + " at offset " + offset + " is damaged";
            state = State.GAP;
            gapIsFinal = headFits && isLast && isClosingNext();
        }
    }

    /// A damaged head may call any segment final: only what follows tells.
    private boolean isClosingNext() throws IOException {
        return in.peek(Header.MAGIC.length()).equals(Header.MAGIC.asBuffer());
    }

    private boolean opens(MemorySegment segment, int payload) {
        if (!SegmentHead.crcMatches(segment)) {
            return false;
        }
        SegmentCipher cipher = ciphers.take();
        try {
            return cipher.open(segment, payload);
        } finally {
            ciphers.giveBack(cipher);
        }
    }

    private void endEarly(long offset) {
        damage = in.name() + ": ends at offset " + offset + ", before the archive does (cut short)";
        state = State.END;
    }
}
