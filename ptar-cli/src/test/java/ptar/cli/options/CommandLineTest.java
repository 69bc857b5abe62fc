package ptar.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.tree.Bytes;

class CommandLineTest {
    /// The command line in one canonical form: `CREATE FILE=a OPERAND=x`.
    private static String parse(String... words) throws UsageException {
        List<String> seen = new ArrayList<>();
        for (Given given : CommandLine.parse(Arrays.stream(words).map(Bytes::of).toList(), true)) {
            seen.add(given.option() + (given.value() == null ? "" : "=" + given.value()));
        }
        return String.join(" ", seen);
    }

    @ParameterizedTest
    @CsvSource({
        "cf a x, CREATE FILE=a OPERAND=x",
        "xfTv a list, EXTRACT FILE=a FILES_FROM=list VERBOSE",
        "Cxf dir a, DIRECTORY=dir EXTRACT FILE=a",
        "tbf 32 file, LIST BLOCKING_FACTOR=32 FILE=file",
        "cvfz q.tar, CREATE VERBOSE FILE=q.tar GZIP",
        "-cvfz q.tar, CREATE VERBOSE FILE=z OPERAND=q.tar",
        "c file1 -f archive, CREATE OPERAND=file1 FILE=archive",
        "-xf a -C d -- -v --, EXTRACT FILE=a DIRECTORY=d OPERAND=-v OPERAND=--",
        "-cf - -, CREATE FILE=- OPERAND=-",
        "--cre --file=a --file b, CREATE FILE=a FILE=b",
        "-x --strip=2 --one-top-level --one-top=d x, "
                + "EXTRACT STRIP_COMPONENTS=2 ONE_TOP_LEVEL ONE_TOP_LEVEL=d OPERAND=x",
        "-t --checkpoint 5, LIST CHECKPOINT OPERAND=5",
        "--get --exclude= x, EXTRACT EXCLUDE= OPERAND=x",
        "--newer=now -N x, NEWER=now NEWER=x",
        "-c --sta=f --overwrite --incl=x y, "
                + "CREATE STARTING_FILE=f OVERWRITE INCLUDE=x OPERAND=y",
        "c -C a -Cb x, CREATE DIRECTORY=a DIRECTORY=b OPERAND=x"
    })
    void takesOptionsApart(String words, String expected) throws UsageException {
        assertEquals(expected, parse(words.split(" ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--foo | 64 | unrecognized option '--foo'",
        "-q | 64 | invalid option -- 'q'",
        "--transform | 64 | option '--transform' requires an argument",
        "-c -f | 64 | option requires an argument -- 'f'",
        "--create=x | 64 | option '--create' doesn't allow an argument",
        "cf | 2 | Old option 'f' requires an argument.",
        "--checkp | 64 | option '--checkp' is ambiguous; possibilities: '--checkpoint' '--checkpoint-action'",
        "--password=x | 64 | option '--password' is ambiguous; possibilities: '--password-file' '--password-command'",
        "cq | 64 | invalid option -- 'q'"
    })
    void refusesWhatIsNoOption(String words, int exitCode, String message) {
        UsageException refused = assertThrows(UsageException.class, () -> parse(words.split(" ")));
        assertEquals(message, refused.getMessage());
        assertEquals(exitCode, refused.exitCode());
    }

    @Test
    void keepsBytesThatAreNotText() throws UsageException {
        Bytes name = Bytes.copyOf(new byte[] {(byte) 0xff, 'a'});
        assertEquals(name, CommandLine.parse(List.of(Bytes.of("-c"), name), true).getLast().value());
        Bytes attached = Bytes.of("-f").concat(name);
        assertEquals(name, CommandLine.parse(List.of(attached), true).getFirst().value());
        Bytes assigned = Bytes.of("--file=").concat(name);
        assertEquals(name, CommandLine.parse(List.of(assigned), true).getFirst().value());
    }

    @Test
    void everyOptionCanBeTyped() {
        List<Character> letters = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Option option : Option.values()) {
            if (option.letter() != '\0') {
                letters.add(option.letter());
            }
            names.addAll(option.names());
            assertTrue(option == Option.OPERAND || option.letter() != '\0' || !option.names().isEmpty());
        }
        assertEquals(letters.stream().distinct().toList(), letters);
        assertEquals(names.stream().distinct().toList(), names);
    }

    @Test
    void splitsOptionsOfTheEnvironmentAsAShellDoes() throws UsageException {
        assertEquals(
                List.of("-v", "--exclude=a b", "c'd", "e\\", "", "f\"g"),
                ShellWords.split(Bytes.of(" -v  '--exclude=a b' \"c'd\" e\\\\ '' \"f\\\"g\""))
                        .stream().map(b -> b.utf8OrNull()).toList());
        assertThrows(UsageException.class, () -> ShellWords.split(Bytes.of("a 'b")));
    }
}
