package ptar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The table of what tar users expect names tests that are there.
class TarCasesTest {
    private static final int CASES = 44;
    private static final Pattern TITLE = Pattern.compile("\"([^\"]+)\"");
    private static final Pattern METHOD = Pattern.compile("(\\w+IT)[.](\\w+)");

    @Test
    void everyCaseHasATest() throws Exception {
        Set<String> titles = new HashSet<>();
        for (String file : List.of("parity-cases.txt", "own-cases.txt")) {
            ShellCase.read(file).forEach(shellCase -> titles.add(shellCase.name()));
        }
        List<String[]> rows = table().lines().filter(line -> line.matches("[|] [0-9].*"))
                .map(line -> line.split(" *[|] *")).toList();

        assertEquals(CASES, rows.size());
        for (int i = 0; i < CASES; i++) {
            String where = rows.get(i)[3];
            assertEquals(Integer.toString(i + 1), rows.get(i)[1]);
            long tests = Stream.concat(TITLE.matcher(where).results(), METHOD.matcher(where).results()).count();
            assertTrue(tests > 0, where);
            TITLE.matcher(where).results().forEach(title -> assertTrue(titles.contains(title.group(1)), title.group()));
            for (var method : METHOD.matcher(where).results().toList()) {
                Class<?> its = Class.forName(
                        "ptar.cli." + method.group(1), false, TarCasesTest.class.getClassLoader());
                boolean isThere = Arrays.stream(its.getDeclaredMethods())
                        .anyMatch(declared -> declared.getName().equals(method.group(2)));
                assertTrue(isThere, method.group());
            }
        }
    }

    private static String table() throws IOException {
        try (InputStream in = TarCasesTest.class.getResourceAsStream("tar-cases.md")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
