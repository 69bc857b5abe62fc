package ptar.tree.posix;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import ptar.tree.Bytes;
import ptar.tree.Timestamp;

/// Native memory that a thread hands to system calls: small structures, two paths, and room for lists. What a call
/// left there is good until the thread's next one.
///
/// A byte buffer, not accesses to a [MemorySegment], as those take var handles that cost time at start-up.
final class Scratch {
    /// With the NUL at its end.
    static final int PATH_MAX = 4096;

    /// The kernel's limit for an xattr's value and for the list of their names.
    static final int BIG = 65_536;

    static final int STATX = 128;
    static final int VALUE = 16_384;
    static final int LIST = VALUE + BIG;

    private static final int ERRNO = 0;
    private static final int STRUCT = 64;
    private static final int PATH = 1024;
    private static final int OTHER_PATH = 6144;
    private static final int NAME = 11_264;

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final ByteBuffer memory = ByteBuffer.allocateDirect(LIST + BIG).order(ByteOrder.nativeOrder());
    final MemorySegment segment = MemorySegment.ofBuffer(memory);
    private final long address = segment.address();

    static Scratch get() {
        return OF_THREAD.get();
    }

    int errno() {
        return memory.getInt(ERRNO);
    }

    long at(int position) {
        return address + position;
    }

    /// @return address of the path with a NUL behind it
    long path(Bytes path) throws FileSystemException {
        return put(PATH, path, path);
    }

    long otherPath(Bytes path) throws FileSystemException {
        return put(OTHER_PATH, path, path);
    }

    /// The name of an xattr.
    long name(Bytes name) throws FileSystemException {
        return put(NAME, name, name);
    }

    /// A name in an open folder as `/proc` has it, for the calls that take no folder.
    long procPath(int fd, Bytes name) throws FileSystemException {
        if (!name.isEmpty() && name.get(0) == '/') {
            return path(name);
        }
        Bytes folder = Bytes.of("/proc/self/fd/" + fd + "/");
        return put(PATH, folder.concat(name), name);
    }

    private long put(int position, Bytes path, Bytes shown) throws FileSystemException {
        if (path.length() >= PATH_MAX) {
            throw Errno.exception(Errno.ENAMETOOLONG, shown);
        }
        if (path.indexOf((byte) 0, 0) >= 0) {
            throw Errno.exception(Errno.EINVAL, shown);
        }
        path.copyTo(memory, position);
        memory.put(position + path.length(), (byte) 0);
        return address + position;
    }

    /// Three numbers in a row, for `struct open_how`, or two for `struct xattr_args`.
    long longs(long a, long b, long c) {
        memory.putLong(STRUCT, a).putLong(STRUCT + 8, b).putLong(STRUCT + 16, c);
        return address + STRUCT;
    }

    /// Access and modification time for `utimensat`; null leaves one as it is.
    long times(Timestamp access, Timestamp modification) {
        putTime(STRUCT, access);
        putTime(STRUCT + 16, modification);
        return address + STRUCT;
    }

    private void putTime(int position, Timestamp time) {
        memory.putLong(position, time == null ? 0 : time.seconds());
        memory.putLong(position + 8, time == null ? UTIME_OMIT : time.nanos());
    }

    private static final long UTIME_OMIT = (1L << 30) - 2;

    byte[] copy(int position, int length) {
        byte[] bytes = new byte[length];
        memory.get(position, bytes);
        return bytes;
    }

    void put(int position, Bytes bytes) {
        bytes.copyTo(memory, position);
    }

    /// @return length up to the NUL
    int stringLength(int position) {
        int end = position;
        while (memory.get(end) != 0) {
            end++;
        }
        return end - position;
    }
}
