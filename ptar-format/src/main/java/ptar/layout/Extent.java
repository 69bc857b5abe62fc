package ptar.layout;

/// A piece of a file's content, in file order. Spec §7.3.
public sealed interface Extent {
    /// Bytes of the file that it covers, at least 1.
    long length();

    /// @param offset in the block's content
    record Data(BlockRef block, int offset, long length) implements Extent {}

    /// Reads as zeros.
    record Hole(long length) implements Extent {}

    /// More extents of the same file in a frame of their own.
    record More(Pointer frame, long length) implements Extent {}
}
