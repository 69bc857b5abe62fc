package ptar.crypto;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import ptar.hash.Blake3;

/// How keys are written as text: a word that names the kind, and the base64url of the bytes and of four bytes that find
/// a typing mistake. Spec §2.3.
///
/// A file holds one key a line; empty lines and lines that begin with `#` are passed over.
enum KeyText {
    KEY("ptar-key-v1:", "a key file", 32),
    RECIPIENT("ptar-recipient-v1:", "a recipient", 32 + 1184),
    IDENTITY("ptar-identity-v1:", "an identity", 32 + 64);

    private static final int CHECK_SIZE = 4;

    private final String prefix;
    private final String what;
    private final int size;

    KeyText(String prefix, String what, int size) {
        this.prefix = prefix;
        this.what = what;
        this.size = size;
    }

    /// One line without its end.
    byte[] encode(byte[] payload) {
        byte[] checked = Arrays.copyOf(payload, payload.length + CHECK_SIZE);
        System.arraycopy(check(payload), 0, checked, payload.length, CHECK_SIZE);
        byte[] base64 = Base64.getUrlEncoder().withoutPadding().encode(checked);
        byte[] start = prefixBytes();
        byte[] line = Arrays.copyOf(start, start.length + base64.length);
        System.arraycopy(base64, 0, line, start.length, base64.length);
        Arrays.fill(checked, (byte) 0);
        Arrays.fill(base64, (byte) 0);
        return line;
    }

    /// The one key in a text.
    ///
    /// @throws IllegalArgumentException if there is none, another kind, more than one, or one that is damaged; the
    ///     message holds nothing of it
    byte[] decodeOne(byte[] text) {
        List<byte[]> keys = decodeAll(text);
        if (keys.size() > 1) {
            keys.forEach(key -> Arrays.fill(key, (byte) 0));
            throw new IllegalArgumentException("more than one key");
        }
        return keys.getFirst();
    }

    /// All keys in a text, at least one.
    ///
    /// @throws IllegalArgumentException as [#decodeOne]
    List<byte[]> decodeAll(byte[] text) {
        List<byte[]> keys = new ArrayList<>();
        int line = 0;
        for (int start = 0; start < text.length;) {
            int end = start;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            line++;
            byte[] token = stripped(text, start, end);
            if (token.length > 0 && token[0] != '#') {
                keys.add(decode(token, line));
            }
            Arrays.fill(token, (byte) 0);
            start = end + 1;
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("not " + what + ": it has no line that begins with " + prefix);
        }
        return keys;
    }

    private byte[] decode(byte[] token, int line) {
        if (!startsWith(token)) {
            for (KeyText other : values()) {
                if (other.startsWith(token)) {
                    throw new IllegalArgumentException("%s, not %s".formatted(other.what, what));
                }
            }
            throw new IllegalArgumentException("not %s: line %d does not begin with %s".formatted(what, line, prefix));
        }
        byte[] base64 = Arrays.copyOfRange(token, prefix.length(), token.length);
        byte[] checked = decodedOrEmpty(base64);
        Arrays.fill(base64, (byte) 0);
        byte[] payload = Arrays.copyOf(checked, size);
        boolean sound = checked.length == size + CHECK_SIZE
                && Arrays.equals(checked, size, checked.length, check(payload), 0, CHECK_SIZE);
        Arrays.fill(checked, (byte) 0);
        if (!sound) {
            Arrays.fill(payload, (byte) 0);
            throw new IllegalArgumentException("%s, but line %d is damaged: a character is wrong or missing"
                    .formatted(what, line));
        }
        return payload;
    }

    /// Without the decoder's message, which would show a character of the key.
    private static byte[] decodedOrEmpty(byte[] base64) {
        try {
            return Base64.getUrlDecoder().decode(base64);
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    private byte[] check(byte[] payload) {
        byte[] start = prefixBytes();
        byte[] input = Arrays.copyOf(start, start.length + payload.length);
        System.arraycopy(payload, 0, input, start.length, payload.length);
        byte[] hash = new byte[Blake3.HASH_SIZE];
        Blake3.hash(input, 0, input.length, hash, 0);
        Arrays.fill(input, (byte) 0);
        return Arrays.copyOf(hash, CHECK_SIZE);
    }

    private boolean startsWith(byte[] token) {
        byte[] start = prefixBytes();
        return token.length >= start.length && Arrays.equals(token, 0, start.length, start, 0, start.length);
    }

    private byte[] prefixBytes() {
        return prefix.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] stripped(byte[] text, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && text[start] <= ' ' && text[start] >= 0) {
            start++;
        }
        while (end > start && text[end - 1] <= ' ' && text[end - 1] >= 0) {
            end--;
        }
        return Arrays.copyOfRange(text, start, end);
    }
}
