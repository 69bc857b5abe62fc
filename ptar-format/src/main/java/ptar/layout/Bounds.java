package ptar.layout;

/// The one way in which a structure refuses a field: the same when writing and when reading.
final class Bounds {
    private Bounds() {}

    /// @throws IllegalArgumentException with the formatted message; `readFrom` methods turn it into an
    ///     [ptar.error.ArchiveException] with the place added
    static void require(boolean valid, String message, Object... arguments) {
        if (!valid) {
            throw new IllegalArgumentException(message.formatted(arguments));
        }
    }
}
