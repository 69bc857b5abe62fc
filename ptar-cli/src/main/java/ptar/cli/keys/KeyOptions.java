package ptar.cli.keys;

import java.util.List;

/// What the command line says of keys: names of files and of a program, never a secret itself.
///
/// @param passwordFile `--password-file`, or null
/// @param passwordCommand `--password-command`, or null
/// @param keyFiles `--key-file`, each
/// @param identities `--identity`, each
/// @param recipients `--recipient`, each: a file or what stands in one
public record KeyOptions(
        String passwordFile, String passwordCommand, List<String> keyFiles, List<String> identities,
        List<String> recipients) {
    public static final KeyOptions NONE = new KeyOptions(null, null, List.of(), List.of(), List.of());

    public KeyOptions {
        keyFiles = List.copyOf(keyFiles);
        identities = List.copyOf(identities);
        recipients = List.copyOf(recipients);
        if (passwordFile != null && passwordCommand != null) {
            throw new IllegalArgumentException("--password-file and --password-command are two passwords: give one");
        }
    }

    boolean hasPassword() {
        return passwordFile != null || passwordCommand != null;
    }
}
