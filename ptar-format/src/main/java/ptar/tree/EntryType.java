package ptar.tree;

/// What an entry is. The codes are the format's (spec §7.2).
public enum EntryType {
    FILE(1),
    FOLDER(2),
    SYMLINK(3),
    CHARACTER_DEVICE(4),
    BLOCK_DEVICE(5),
    FIFO(6),
    SOCKET(7);

    private static final EntryType[] BY_CODE = {
        null, FILE, FOLDER, SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET
    };

    private final int code;

    EntryType(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public boolean isDevice() {
        return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
    }

    /// @throws IllegalArgumentException if no type has this code
    public static EntryType ofCode(int code) {
        if (code < 1 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("unknown entry type " + code);
        }
        return BY_CODE[code];
    }
}
