package ptar.tree.posix;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Users and groups by number and by name, as libc (and so NSS) knows them. Every answer is kept, "none" too.
final class Accounts {
    private static final Accounts USERS = new Accounts("getpwuid_r", "getpwnam_r");
    private static final Accounts GROUPS = new Accounts("getgrgid_r", "getgrnam_r");

    private static final long UNKNOWN = -1;

    // struct passwd and struct group begin alike: name, password, number.
    private static final int NAME = 0;
    private static final int NUMBER = 16;
    private static final int STRUCT_SIZE = 64;
    private static final int RESULT = STRUCT_SIZE;
    private static final int WANTED = RESULT + 8;

    private final String byNumber;
    private final String byName;
    private final Map<Long, String> names = new ConcurrentHashMap<>();
    private final Map<String, Long> numbers = new ConcurrentHashMap<>();

    private Accounts(String byNumber, String byName) {
        this.byNumber = byNumber;
        this.byName = byName;
    }

    static Accounts users() {
        return USERS;
    }

    static Accounts groups() {
        return GROUPS;
    }

    /// Empty if the number has no name.
    String name(long number) {
        return names.computeIfAbsent(number, n -> look(n, null) instanceof Found f ? f.name : "");
    }

    /// -1 if there is no such name.
    long number(String name) {
        return numbers.computeIfAbsent(name, n -> look(0, n) instanceof Found f ? f.number : UNKNOWN);
    }

    private record Found(String name, long number) {}

    private Found look(long number, String name) {
        byte[] wanted = name == null ? new byte[0] : name.getBytes(StandardCharsets.UTF_8);
        MemorySegment function = Kernel.function(name == null ? byNumber : byName);
        int strings = WANTED + wanted.length + 1;
        // A group of very many members needs much room for its list of them.
        for (int room = 4096; room <= 16 << 20; room *= 8) {
            ByteBuffer memory = ByteBuffer.allocateDirect(strings + room).order(ByteOrder.nativeOrder());
            long address = MemorySegment.ofBuffer(memory).address();
            memory.put(WANTED, wanted);
            // An int, so only the low half counts.
            int error = (int) Kernel.invoke(
                    function, Scratch.get(), name == null ? number : address + WANTED, address, address + strings, room,
                    address + RESULT, 0, 0);
            long result = memory.getLong(RESULT);
            if (error == 0 && result != 0) {
                return new Found(string(memory, memory.getLong(NAME) - address), memory.getInt(NUMBER) & 0xffff_ffffL);
            }
            if (error != Errno.ERANGE) {
                return null;
            }
        }
        return null;
    }

    private static String string(ByteBuffer memory, long position) {
        int start = Math.toIntExact(position);
        int end = start;
        while (memory.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - start];
        memory.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
