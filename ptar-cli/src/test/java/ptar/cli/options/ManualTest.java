package ptar.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The manual page and `--help` tell of every option, and of none that is not there.
class ManualTest {
    private static final Pattern LONG_NAME = Pattern.compile("(?<![\\w-])--([a-z0-9][a-z0-9-]*[a-z0-9])");
    /// Of `ptar key`, and what is written for two: `--[no-]null`.
    private static final Set<String> NOT_OPTIONS = Set.of(
            "pair", "help", "slot", "new-password-file", "new-password-command", "new-key-file");

    private static Set<String> namesIn(String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = LONG_NAME.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    private static List<String> allNames() {
        List<String> all = new ArrayList<>();
        for (Option option : Option.values()) {
            all.addAll(option.names());
        }
        return all;
    }

    private static String help() throws IOException {
        try (InputStream in = Option.class.getResourceAsStream("/ptar/cli/help.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String manual() throws IOException {
        return Files.readString(Path.of("src/main/man/ptar.1")).replace("\\-", "-");
    }

    @Test
    void theManualTellsOfEveryOption() throws IOException {
        Set<String> told = namesIn(manual());
        List<String> missing = allNames().stream().filter(name -> !told.contains(name)).toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void helpTellsOfEveryOptionThatDoesSomething() throws IOException {
        String help = help().replaceAll("--\\[no-]([a-z-]+)", "--$1 --no-$1");
        Set<String> told = namesIn(help);
        List<String> missing = new ArrayList<>();
        for (Option option : Option.values()) {
            boolean counts = option.use() == Option.Use.SETTING || option.use() == Option.Use.SELECTION;
            boolean isTold = option.names().isEmpty() || option.names().stream().anyMatch(told::contains);
            if (counts && !isTold) {
                missing.add(option.names().getFirst());
            }
        }
        missing.remove("atime-preserve"); // of those without effect, the only one whose argument is read
        assertEquals(List.of(), missing);
    }

    @Test
    void neitherTellsOfWhatIsNotThere() throws IOException {
        Set<String> told = namesIn(help().replaceAll("--\\[no-]([a-z-]+)", "--$1 --no-$1"));
        told.addAll(namesIn(manual()));
        told.removeAll(allNames());
        told.removeAll(NOT_OPTIONS);
        assertEquals(Set.of(), told);
    }

    @Test
    void letterIsToldWithItsName() throws IOException {
        String manual = manual();
        for (Option option : Option.values()) {
            if (option.letter() != '\0' && !option.names().isEmpty()) {
                assertTrue(
                        manual.contains("-" + option.letter() + " --" + option.names().getFirst()),
                        () -> "-" + option.letter() + " is not told of");
            }
        }
    }

    /// The table says `accepted, no effect` of nothing else than what is, and so on.
    @Test
    void theTableSaysOfEachOptionWhatBecomesOfIt() throws IOException {
        Map<String, String> told = new HashMap<>();
        Matcher row = Pattern.compile("(?m)^(-[^|\n]*)\\|T\\{\n([^\n]*)$").matcher(manual());
        while (row.find()) {
            namesIn(row.group(1)).forEach(name -> told.put(name, row.group(2)));
        }
        for (Option option : Option.values()) {
            String expected = switch (option.use()) {
                case MODE -> "(as GNU tar|not there).*";
                case IMPOSSIBLE -> "refused, exit 64: .*";
                case IGNORED -> "(accepted, no effect|as GNU tar; --restrict has no effect).*";
                case SELECTION, SETTING -> option == Option.ATIME_PRESERVE ? "accepted, no effect: .*"
                        : "(as GNU tar|another meaning|kept by default|reads the archive back).*";
            };
            for (String name : option.names()) {
                String text = told.get(name);
                boolean isOwn = option.isOwn() && text == null;
                assertTrue(isOwn || text != null && text.matches(expected), "--" + name + ": " + text);
            }
        }
    }
}
