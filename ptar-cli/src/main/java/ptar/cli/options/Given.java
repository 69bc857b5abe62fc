package ptar.cli.options;

import ptar.tree.Bytes;

/// One option or operand of a command line.
///
/// @param value its argument, null without one
/// @param typed as it was typed, without the argument: `-C`, `--exclude`; empty for an operand
public record Given(Option option, Bytes value, String typed) {
    /// The argument as text. Only for arguments that are not file names.
    String text() {
        return value.toString();
    }
}
