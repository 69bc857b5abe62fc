package ptar.cli.match;

import java.util.ArrayList;
import java.util.List;
import ptar.tree.Bytes;

/// The lines of a file, or what NUL separates in it; the last one need not be closed.
public final class TextLines {
    private TextLines() {}

    public static List<Bytes> of(Bytes content, byte end) {
        List<Bytes> lines = new ArrayList<>();
        int from = 0;
        while (from < content.length()) {
            int to = content.indexOf(end, from);
            to = to < 0 ? content.length() : to;
            lines.add(content.slice(from, to));
            from = to + 1;
        }
        return lines;
    }
}
