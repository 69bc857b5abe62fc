package ptar.tree;

/// GNU's `escape` quoting style (gnulib `quotearg`): C escapes, octal for what is not printable, UTF-8 kept.
final class Quoting {
    private Quoting() {}

    static String escape(byte[] name) {
        StringBuilder out = new StringBuilder(name.length + 8);
        int i = 0;
        while (i < name.length) {
            int n = utf8Length(name, i);
            if (n > 1) {
                int point = codePoint(name, i, n);
                if (Character.isISOControl(point) || !Character.isDefined(point) || isBidiControl(point)) {
                    for (int k = 0; k < n; k++) {
                        octal(out, name[i + k]);
                    }
                } else {
                    out.appendCodePoint(point);
                }
                i += n;
                continue;
            }
            byte b = name[i++];
            switch (b) {
                case 7 -> out.append("\\a");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case 11 -> out.append("\\v");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (b >= 0x20 && b < 0x7f) {
                        out.append((char) b);
                    } else {
                        octal(out, b);
                    }
                }
            }
        }
        return out.toString();
    }

    private static void octal(StringBuilder out, byte b) {
        out.append('\\')
                .append((char) ('0' + (b >> 6 & 3)))
                .append((char) ('0' + (b >> 3 & 7)))
                .append((char) ('0' + (b & 7)));
    }

    /// Marks that reorder text on a terminal can make one name look like another.
    private static boolean isBidiControl(int point) {
        return point >= 0x202a && point <= 0x202e || point >= 0x2066 && point <= 0x2069;
    }

    /// Length of the well-formed UTF-8 sequence at `at` (RFC 3629, table of §4), 1 for ASCII, 0 if there is none.
    private static int utf8Length(byte[] b, int at) {
        int first = b[at] & 0xff;
        if (first < 0x80) {
            return 1;
        }
        int n = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3
                : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
        if (n == 0 || at + n > b.length) {
            return 0;
        }
        for (int k = 1; k < n; k++) {
            if ((b[at + k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        int second = b[at + 1] & 0xff;
        boolean outOfRange = first == 0xe0 && second < 0xa0 || first == 0xed && second > 0x9f
                || first == 0xf0 && second < 0x90 || first == 0xf4 && second > 0x8f;
        return outOfRange ? 0 : n;
    }

    private static int codePoint(byte[] b, int at, int n) {
        int point = b[at] & 0xff >> n + 1;
        for (int k = 1; k < n; k++) {
            point = point << 6 | b[at + k] & 0x3f;
        }
        return point;
    }
}
