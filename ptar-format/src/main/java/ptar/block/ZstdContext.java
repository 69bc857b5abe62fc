package ptar.block;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.util.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import ptar.foreign.ForeignCall;

/// What libzstd calls a `ZSTD_CCtx`. The library is the one that zstd-jni brings, whose own classes switch
/// long-distance matching on and set none of its parameters. That it exports these functions is what zstd-jni's classes
/// for Java 22 rely on, too. The class loader of this class has to be that of zstd-jni.
///
/// One thread at a time, for [#close] too; holds native memory until closed.
final class ZstdContext implements AutoCloseable {
    /// Those in use, by their numbers in `zstd.h`.
    enum Parameter {
        COMPRESSION_LEVEL(100),
        WINDOW_LOG(101),
        HASH_LOG(102),
        MIN_MATCH(105),
        ENABLE_LONG_DISTANCE_MATCHING(160),
        LDM_MIN_MATCH(162),
        LDM_BUCKET_SIZE_LOG(163),
        LDM_HASH_RATE_LOG(164),
        CONTENT_SIZE_FLAG(200);

        private final int number;

        Parameter(int number) {
            this.number = number;
        }
    }

    private static final MemorySegment CREATE;
    private static final MemorySegment FREE;
    private static final MemorySegment SET_PARAMETER;
    private static final MemorySegment COMPRESS;

    static {
        Native.load();
        SymbolLookup library = SymbolLookup.loaderLookup();
        CREATE = ForeignCall.find(library, "libzstd", "ZSTD_createCCtx");
        FREE = ForeignCall.find(library, "libzstd", "ZSTD_freeCCtx");
        SET_PARAMETER = ForeignCall.find(library, "libzstd", "ZSTD_CCtx_setParameter");
        COMPRESS = ForeignCall.find(library, "libzstd", "ZSTD_compress2");
    }

    private final MemorySegment state = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(ForeignCall.STATE_SIZE));
    private long address;

    ZstdContext() {
        address = call(CREATE, 0, 0, 0, 0, 0);
        if (address == 0) {
            throw new OutOfMemoryError("none for a zstd context");
        }
    }

    /// @return this
    /// @throws IllegalStateException if libzstd refuses the value
    ZstdContext set(Parameter parameter, int value) {
        long result = call(SET_PARAMETER, open(), parameter.number, value, 0, 0);
        check(result, parameter, value);
        return this;
    }

    /// One frame, with the parameters set.
    ///
    /// @param raw native memory
    /// @param target native memory
    /// @return bytes written
    /// @throws IllegalStateException if they have no room in `target`
    /// @throws OutOfMemoryError if libzstd gets none for its tables, which can be hundreds of MB
    int compress(MemorySegment raw, MemorySegment target) {
        if (!raw.isNative() || !target.isNative() || target.isReadOnly()) {
            throw new IllegalArgumentException("libzstd needs native memory");
        }
        long length = call(COMPRESS, open(), target.address(), target.byteSize(), raw.address(), raw.byteSize());
        Reference.reachabilityFence(raw);
        Reference.reachabilityFence(target);
        check(length, "a frame of", raw.byteSize());
        return Math.toIntExact(length);
    }

    private long open() {
        if (address == 0) {
            throw new IllegalStateException("the zstd context is closed");
        }
        return address;
    }

    private long call(MemorySegment function, long a, long b, long c, long d, long e) {
        return ForeignCall.call(function, state, a, b, c, d, e, 0, 0);
    }

    /// @param result a `size_t`: a length, or an error's number subtracted from 2^64
    static void check(long result, Object what, long size) {
        if (!Zstd.isError(result)) {
            return;
        }
        String message = "zstd, " + what + " " + size + ": " + Zstd.getErrorName(result);
        if (Zstd.getErrorCode(result) == Zstd.errMemoryAllocation()) {
            throw new OutOfMemoryError(message);
        }
        throw new IllegalStateException(message);
    }

    @Override
    public void close() {
        long freed = address;
        address = 0;
        call(FREE, freed, 0, 0, 0, 0); // of zero, too
    }
}
