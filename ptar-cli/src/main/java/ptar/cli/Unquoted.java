package ptar.cli;

import java.util.Arrays;
import ptar.tree.Bytes;

/// Takes back what `--quoting-style=escape` does to names: `\n`, `\t`, `\\`, `\377` and so on. Other backslashes stay.
final class Unquoted {
    private Unquoted() {}

    /// @return the same object if there is nothing to take back
    static Bytes of(Bytes name) {
        if (name.indexOf((byte) '\\', 0) < 0) {
            return name;
        }
        byte[] out = new byte[name.length()];
        int length = 0;
        for (int i = 0; i < name.length(); i++) {
            byte b = name.get(i);
            if (b != '\\' || i + 1 == name.length()) {
                out[length++] = b;
                continue;
            }
            byte escaped = name.get(++i);
            int known = "abfnrtv?\\".indexOf(escaped);
            if (known >= 0) {
                out[length++] = (byte) "\u0007\b\f\n\r\t\u000b\u007f\\".charAt(known);
            } else if (escaped >= '0' && escaped <= '7') {
                int value = escaped - '0';
                for (int k = 1; k < 3 && i + 1 < name.length() && isOctal(name.get(i + 1)); k++) {
                    value = value * 8 + name.get(++i) - '0';
                }
                out[length++] = (byte) value;
            } else {
                out[length++] = '\\';
                out[length++] = escaped;
            }
        }
        return Bytes.wrap(Arrays.copyOf(out, length));
    }

    private static boolean isOctal(byte b) {
        return b >= '0' && b <= '7';
    }
}
