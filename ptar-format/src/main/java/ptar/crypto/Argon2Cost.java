package ptar.crypto;

/// What trying one password costs. The bounds are those of [ptar.layout.PasswordSlot].
///
/// @param memoryKib in KiB
public record Argon2Cost(int memoryKib, int passes, int lanes) {
    /// What writers use: about a second.
    public static final Argon2Cost DEFAULT = new Argon2Cost(256 << 10, 4, 1);
}
