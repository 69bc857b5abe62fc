package ptar.cli.options;

import ptar.tree.Bytes;

/// One option or operand of a command line.
///
/// @param value its argument, null without one
/// @param typed as it was typed, without the argument: `-C`, `--exclude`; empty for an operand
public record Given(Option option, Bytes value, String typed) {
    /// The argument as text for people, escaped. Only for words and numbers, which have nothing to escape.
    String text() {
        return value.toString();
    }

    /// The argument as it is.
    ///
    /// @throws UsageException if it is not UTF-8
    String verbatim() throws UsageException {
        String utf8 = value.utf8OrNull();
        if (utf8 == null) {
            throw new UsageException(UsageException.COMBINATION, text() + ": '" + typed + "' is not UTF-8");
        }
        return utf8;
    }
}
