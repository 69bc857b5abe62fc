package ptar.layout;

/// Types of frames with their greatest raw length. Spec §4.
public enum FrameType {
    BLOCK(1, BlockTrailer.MAX_CONTENT_LENGTH + BlockTrailer.MAX_JOURNAL_LENGTH + BlockTrailer.SIZE),
    LEAF(2, 1 << 24),
    NODE(3, 1 << 24),
    ROOT(4, 1 << 22),
    EXTENTS(5, 1 << 21),
    PADDING(6, 1 << 17),
    CHUNK_TABLE(7, 1 << 24);

    /// Types from here on may be passed over by a reader that does not know them.
    static final int FIRST_SKIPPABLE = 128;

    private final int code;
    private final int maxRawLength;

    FrameType(int code, int maxRawLength) {
        this.code = code;
        this.maxRawLength = maxRawLength;
    }

    public int code() {
        return code;
    }

    public int maxRawLength() {
        return maxRawLength;
    }

    /// @return null if there is none with this code
    static FrameType ofCode(int code) {
        return code >= 1 && code <= values().length ? values()[code - 1] : null;
    }
}
