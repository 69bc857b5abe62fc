package ptar.cli.options;

import java.util.ArrayList;
import java.util.List;
import ptar.tree.Bytes;

/// Splits `TAR_OPTIONS` and option lines of a file list as a shell does: blanks between words, quotes, backslashes.
/// Nothing is expanded.
public final class ShellWords {
    private ShellWords() {}

    /// @throws UsageException if a quote is not closed
    public static List<Bytes> split(Bytes line) throws UsageException {
        List<Bytes> words = new ArrayList<>();
        byte[] word = new byte[line.length()];
        int length = 0;
        boolean inWord = false;
        byte quote = 0;
        for (int i = 0; i < line.length(); i++) {
            byte b = line.get(i);
            if (quote != 0) {
                if (b == quote) {
                    quote = 0;
                } else if (b == '\\' && quote == '"' && i + 1 < line.length()
                        && (line.get(i + 1) == '"' || line.get(i + 1) == '\\')) {
                    word[length++] = line.get(++i);
                } else {
                    word[length++] = b;
                }
            } else if (b == ' ' || b == '\t' || b == '\n') {
                if (inWord) {
                    words.add(Bytes.copyOf(word, 0, length));
                    length = 0;
                    inWord = false;
                }
            } else {
                inWord = true;
                if (b == '"' || b == '\'') {
                    quote = b;
                } else if (b == '\\' && i + 1 < line.length()) {
                    word[length++] = line.get(++i);
                } else {
                    word[length++] = b;
                }
            }
        }
        if (quote != 0) {
            throw new UsageException(UsageException.COMBINATION, "cannot split '" + line + "': missing closing quote");
        }
        if (inWord) {
            words.add(Bytes.copyOf(word, 0, length));
        }
        return words;
    }
}
