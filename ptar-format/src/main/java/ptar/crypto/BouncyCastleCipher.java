package ptar.crypto;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.GCMSIVBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/// AES-256-GCM-SIV by BouncyCastle, through arrays of its own.
final class BouncyCastleCipher implements SegmentCipher {
    private static final int NONCE_OFFSET = 4;
    private static final int NONCE_SIZE = 12;

    private final byte[] key;
    private final GCMSIVBlockCipher cipher = new GCMSIVBlockCipher();
    private byte[] in = new byte[0];
    private byte[] out = new byte[0];

    BouncyCastleCipher(byte[] runKey) {
        key = runKey.clone();
    }

    static String version() {
        return new BouncyCastleProvider().getVersionStr();
    }

    @Override
    public void seal(MemorySegment segment, int payloadLength) {
        try {
            run(true, segment, payloadLength);
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("a segment was not sealed", e);
        }
    }

    @Override
    public boolean isPlain() {
        return false;
    }

    @Override
    public boolean open(MemorySegment segment, int payloadLength) {
        try {
            run(false, segment, payloadLength + TAG_SIZE);
            return true;
        } catch (InvalidCipherTextException tagDoesNotMatch) {
            segment.asSlice(HEAD_SIZE, payloadLength).fill((byte) 0);
            return false;
        }
    }

    private void run(boolean seal, MemorySegment segment, int inLength) throws InvalidCipherTextException {
        byte[] nonce = new byte[NONCE_SIZE];
        MemorySegment.copy(segment, NONCE_OFFSET, MemorySegment.ofArray(nonce), 0, NONCE_SIZE);
        cipher.init(seal, new AEADParameters(new KeyParameter(key), TAG_SIZE * 8, nonce));
        if (out.length < inLength + TAG_SIZE) {
            in = new byte[inLength];
            out = new byte[inLength + TAG_SIZE];
        }
        MemorySegment.copy(segment, HEAD_SIZE, MemorySegment.ofArray(in), 0, inLength);
        int given = cipher.processBytes(in, 0, inLength, out, 0);
        given += cipher.doFinal(out, given);
        MemorySegment.copy(MemorySegment.ofArray(out), 0, segment, HEAD_SIZE, given);
    }

    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
        Arrays.fill(in, (byte) 0);
        Arrays.fill(out, (byte) 0);
    }
}
