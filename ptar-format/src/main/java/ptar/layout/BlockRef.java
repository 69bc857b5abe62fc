package ptar.layout;

/// A block by its number in its run, with the pointer to its frame. Spec §7.
public record BlockRef(long number, Pointer pointer) {
    static final int MIN_SIZE = 1 + Pointer.MIN_SIZE;

    /// Greatest offset behind an extent: content is what journal and trailer leave of the raw length.
    int maxContentLength() {
        return Math.min(pointer.rawLength() - BlockTrailer.SIZE, BlockTrailer.MAX_CONTENT_LENGTH);
    }
}
