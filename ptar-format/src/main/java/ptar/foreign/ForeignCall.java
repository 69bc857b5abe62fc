package ptar.foreign;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Calls a function of a native library.
///
/// Linking a foreign function costs some 20 ms at start-up, so there is one handle, of the shape `long f(long × 7)`,
/// for all: a function with fewer parameters leaves the arguments too many alone. On the 64-bit architectures that Java
/// runs on, integers and pointers are passed the same way, and a narrower parameter uses the low bits; on Linux that
/// is so for variadic functions, too. Above a narrower result is garbage.
public final class ForeignCall {
    /// Bytes of what a call leaves in `state`: errno comes first on every system but Windows.
    public static final int STATE_SIZE = 16;

    private static final MethodHandle CALL = link();

    private ForeignCall() {}

    /// @throws UnsatisfiedLinkError if there is none of that name
    public static MemorySegment find(SymbolLookup library, String libraryName, String name) {
        return library.find(name).orElseThrow(() -> new UnsatisfiedLinkError(libraryName + " has no " + name));
    }

    /// Checks nothing: a wrong address ends the process. What the addresses point to has to stay reachable and open
    /// until the call returns.
    ///
    /// @param state native memory that no other thread uses meanwhile, of at least [#STATE_SIZE] bytes
    public static long call(
            MemorySegment function, MemorySegment state, long a, long b, long c, long d, long e, long f, long g) {
        try {
            return (long) CALL.invokeExact(function, state, a, b, c, d, e, f, g);
        } catch (RuntimeException | Error unchecked) {
            throw unchecked;
        } catch (Throwable t) {
            throw new AssertionError("a foreign call threw", t);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link() {
        if (ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
            throw new UnsatisfiedLinkError("addresses of " + ValueLayout.ADDRESS.byteSize() + " bytes");
        }
        FunctionDescriptor shape = FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        return Linker.nativeLinker().downcallHandle(shape, Linker.Option.captureCallState("errno"));
    }
}
