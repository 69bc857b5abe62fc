package ptar.layout;

/// A block by its number in its run, with the pointer to its frame. Spec §7.
public record BlockRef(long number, Pointer pointer) {
    static final int MIN_SIZE = 1 + Pointer.MIN_SIZE;

    // As a record has them, but these need no classes that are made at run time (10 ms at start).
    @Override
    public boolean equals(Object other) {
        return other instanceof BlockRef block && number == block.number && pointer.equals(block.pointer);
    }

    @Override
    public int hashCode() {
        return pointer.hashCode();
    }

    /// Greatest offset behind an extent: content is what journal and trailer leave of the raw length.
    int maxContentLength() {
        return Math.min(pointer.rawLength() - BlockTrailer.SIZE, BlockTrailer.MAX_CONTENT_LENGTH);
    }
}
