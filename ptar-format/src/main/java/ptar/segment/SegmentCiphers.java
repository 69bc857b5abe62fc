package ptar.segment;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import ptar.crypto.SegmentCipher;

/// The ciphers of one run: each is used by one thread at a time, so there are as many as threads that ask.
public final class SegmentCiphers implements AutoCloseable {
    private final Supplier<SegmentCipher> factory;
    private final ConcurrentLinkedQueue<SegmentCipher> idle = new ConcurrentLinkedQueue<>();

    public SegmentCiphers(Supplier<SegmentCipher> factory) {
        this.factory = factory;
    }

    SegmentCipher take() {
        SegmentCipher cipher = idle.poll();
        return cipher != null ? cipher : factory.get();
    }

    void giveBack(SegmentCipher cipher) {
        idle.add(cipher);
    }

    @Override
    public void close() {
        for (SegmentCipher cipher = idle.poll(); cipher != null; cipher = idle.poll()) {
            cipher.close();
        }
    }
}
