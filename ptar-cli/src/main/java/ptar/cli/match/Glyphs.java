package ptar.cli.match;

import ptar.tree.Bytes;

/// A name as what one `?` matches: a well-formed UTF-8 character is one glyph, any other byte is one of its own.
///
/// Glyphs are code points; a byte `b` that is not part of well-formed UTF-8 is [#BYTE] + b, so that two names are equal
/// glyph by glyph only if they are equal byte by byte.
final class Glyphs {
    static final int BYTE = 0x11_0000;

    private Glyphs() {}

    static int[] of(Bytes name) {
        int[] glyphs = new int[name.length()];
        int count = 0;
        int i = 0;
        while (i < name.length()) {
            int b = name.get(i) & 0xff;
            int n = b < 0x80 ? 1 : sequenceLength(name, i);
            if (n == 0) {
                glyphs[count++] = BYTE + b;
                i++;
            } else if (n == 1) {
                glyphs[count++] = b;
                i++;
            } else {
                int point = b & 0xff >> n + 1;
                for (int k = 1; k < n; k++) {
                    point = point << 6 | name.get(i + k) & 0x3f;
                }
                glyphs[count++] = point;
                i += n;
            }
        }
        return java.util.Arrays.copyOf(glyphs, count);
    }

    /// Length of the well-formed sequence (RFC 3629, §4) of two or more bytes at a position, 0 if there is none.
    private static int sequenceLength(Bytes name, int at) {
        int first = name.get(at) & 0xff;
        int n = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3
                : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
        if (n == 0 || at + n > name.length()) {
            return 0;
        }
        for (int k = 1; k < n; k++) {
            if ((name.get(at + k) & 0xc0) != 0x80) {
                return 0;
            }
        }
        int second = name.get(at + 1) & 0xff;
        boolean outOfRange = first == 0xe0 && second < 0xa0 || first == 0xed && second > 0x9f
                || first == 0xf0 && second < 0x90 || first == 0xf4 && second > 0x8f;
        return outOfRange ? 0 : n;
    }
}
