package ptar.cli.match;

import ptar.tree.Bytes;

/// Names as text for regular expressions: UTF-8 is decoded, a byte that is not part of it becomes the lone surrogate
/// U+DC00 + byte, so that every name has one text and comes back as it was.
final class NameText {
    private static final int ESCAPE = 0xdc00;

    private NameText() {}

    static String of(Bytes name) {
        int[] glyphs = Glyphs.of(name);
        StringBuilder text = new StringBuilder(glyphs.length);
        for (int glyph : glyphs) {
            if (glyph >= Glyphs.BYTE) {
                text.append((char) (ESCAPE + glyph - Glyphs.BYTE));
            } else {
                text.appendCodePoint(glyph);
            }
        }
        return text.toString();
    }

    static Bytes toBytes(String text) {
        Bytes bytes = Bytes.EMPTY;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escaped = c >= ESCAPE && c < ESCAPE + 256
                    && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
            if (escaped) {
                bytes = bytes.concat(Bytes.of(text.substring(from, i))).concat(Bytes.wrap(new byte[] {(byte) c}));
                from = i + 1;
            }
        }
        return from == 0 ? Bytes.of(text) : bytes.concat(Bytes.of(text.substring(from)));
    }
}
