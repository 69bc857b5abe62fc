package ptar.layout;

/// The three sets of feature bits in a header, by what a program must do that does not know a bit. Spec §2 and §12.
///
/// @param incompatible it can't read the archive
/// @param append it can read, but not append or rewrite the header
/// @param other it takes no notice
public record Features(long incompatible, long append, long other) {
    public static final Features NONE = new Features(0, 0, 0);

    /// No bit is defined in version 1.0.
    private static final long KNOWN_INCOMPATIBLE = 0;
    private static final long KNOWN_APPEND = 0;

    public boolean canRead() {
        return (incompatible & ~KNOWN_INCOMPATIBLE) == 0;
    }

    public boolean canAppend() {
        return canRead() && (append & ~KNOWN_APPEND) == 0;
    }
}
