package ptar.write;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.tree.Bytes;

class MemberNameTest {
    @ParameterizedTest
    @CsvSource({
        "a, '', a", "./a, '', a", "a/, '', a", "a//b/./c/, '', a/b/c", "., '', ''", "/, /, ''", "/a/b, /, a/b",
        "//a, //, a", "../a, ../, a", "a/../b, a/../, b", "a/.., a/.., ''", "../..//x, ../..//, x", "..., '', ...",
        "..a/b, '', ..a/b", "a/..b, '', a/..b", "/../a, /../, a"
    })
    void takesTheNameApart(String name, String removed, String path) {
        MemberName apart = MemberName.of(Bytes.of(name));
        assertEquals(Bytes.of(removed), apart.removed());
        assertEquals(Bytes.of(path), apart.path().bytes());
    }
}
