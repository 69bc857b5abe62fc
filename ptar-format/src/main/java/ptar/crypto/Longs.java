package ptar.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Little-endian longs in byte arrays.
final class Longs {
    private static final VarHandle LITTLE_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Longs() {}

    static long get(byte[] bytes, int position) {
        return (long) LITTLE_ENDIAN.get(bytes, position);
    }

    static void put(byte[] bytes, int position, long value) {
        LITTLE_ENDIAN.set(bytes, position, value);
    }
}
