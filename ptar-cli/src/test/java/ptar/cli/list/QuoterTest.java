package ptar.cli.list;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import ptar.tree.Bytes;

/// What GNU tar 1.34 prints of the same names (`tar t --quoting-style=…`, in C.UTF-8).
class QuoterTest {
    private static final Bytes BROKEN = Bytes.of("bad").concat(Bytes.wrap(new byte[] {(byte) 0xff}));

    private static final List<Bytes> NAMES = List.of(
            Bytes.of("plain"), Bytes.of("sp ace"), Bytes.of("new\nline"), Bytes.of("back\\slash"),
            Bytes.of("quo'te"), Bytes.of("dou\"ble"), BROKEN, Bytes.of("\u00fcmlaut"), Bytes.of("#hash"),
            Bytes.of("a#b"), Bytes.of("it's $5"), Bytes.of("\u001b"), Bytes.of("bell\u0007"), Bytes.of("~x"));

    private static final Map<String, List<String>> EXPECTED = Map.of(
            "shell", List.of(
                    "plain", "'sp ace'", "'new\nline'", "'back\\slash'", "\"quo'te\"", "'dou\"ble'", "bad\\377",
                    "\u00fcmlaut", "'#hash'", "a#b", "'it'\\''s $5'", "\u001b", "bell\u0007", "'~x'"),
            "shell-escape", List.of(
                    "plain", "'sp ace'", "'new'$'\\n''line'", "'back\\slash'", "\"quo'te\"", "'dou\"ble'",
                    "'bad'$'\\377'", "\u00fcmlaut", "'#hash'", "a#b", "'it'\\''s $5'", "''$'\\033'",
                    "'bell'$'\\a'", "'~x'"),
            "c", List.of(
                    "\"plain\"", "\"sp ace\"", "\"new\\nline\"", "\"back\\\\slash\"", "\"quo'te\"",
                    "\"dou\\\"ble\"", "\"bad\\377\"", "\"\u00fcmlaut\"", "\"#hash\"", "\"a#b\"", "\"it's $5\"",
                    "\"\\033\"", "\"bell\\a\"", "\"~x\""),
            "c-maybe", List.of(
                    "plain", "sp ace", "\"new\\nline\"", "back\\slash", "quo'te", "\"dou\\\"ble\"", "\"bad\\377\"",
                    "\u00fcmlaut", "#hash", "a#b", "it's $5", "\"\\033\"", "\"bell\\a\"", "~x"),
            "escape", List.of(
                    "plain", "sp ace", "new\\nline", "back\\\\slash", "quo'te", "dou\"ble", "bad\\377",
                    "\u00fcmlaut", "#hash", "a#b", "it's $5", "\\033", "bell\\a", "~x"),
            "locale", List.of(
                    "\u2018plain\u2019", "\u2018sp ace\u2019", "\u2018new\\nline\u2019", "\u2018back\\\\slash\u2019",
                    "\u2018quo'te\u2019", "\u2018dou\"ble\u2019", "\u2018bad\\377\u2019", "\u2018\u00fcmlaut\u2019",
                    "\u2018#hash\u2019", "\u2018a#b\u2019", "\u2018it's $5\u2019", "\u2018\\033\u2019",
                    "\u2018bell\\a\u2019", "\u2018~x\u2019"));

    @Test
    void quotesAsTarDoes() {
        EXPECTED.forEach((style, expected) -> {
            Quoter quoter = new Quoter(style, true, Bytes.EMPTY, Bytes.EMPTY);
            for (int i = 0; i < NAMES.size(); i++) {
                Bytes quoted = quoter.quote(NAMES.get(i));
                boolean raw = NAMES.get(i).equals(BROKEN) && style.equals("shell");
                assertEquals(raw ? BROKEN : Bytes.of(expected.get(i)), quoted, style);
            }
        });
    }

    @Test
    void escapesWhatIsNotAsciiInAPlainLocale() {
        Bytes name = Bytes.of("\u00fcmlaut'");
        assertEquals(Bytes.of("\\303\\274mlaut'"), quoted("escape", name));
        assertEquals(Bytes.of("'\\303\\274mlaut\\''"), quoted("locale", name));
        assertEquals(name, quoted("literal", name));
    }

    private static Bytes quoted(String style, Bytes name) {
        return new Quoter(style, false, Bytes.EMPTY, Bytes.EMPTY).quote(name);
    }

    @Test
    void quotesMoreAndFewerCharacters() {
        Quoter quoter = new Quoter("escape", true, Bytes.of("pl"), Bytes.of("p\n"));
        assertEquals(Bytes.of("p\\lain\\n"), quoter.quote(Bytes.of("plain\n")));
    }

    @Test
    void escapesMarksThatTurnTheDirectionOfWriting() {
        assertEquals(
                Bytes.of("a\\342\\200\\256b"),
                new Quoter("escape", true, Bytes.EMPTY, Bytes.EMPTY).quote(Bytes.of("a\u202eb")));
    }
}
