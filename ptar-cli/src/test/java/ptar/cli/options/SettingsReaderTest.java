package ptar.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ptar.tree.Bytes;

class SettingsReaderTest {
    private static Settings read(String line) throws UsageException {
        List<Bytes> words = line.isEmpty() ? List.of() : Arrays.stream(line.split(" ")).map(Bytes::of).toList();
        return SettingsReader.read(List.of(), CommandLine.parse(words, true));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "\"\" | 2 | You must specify one of the '-Acdtrux', '--delete' or '--test-label' options",
        "xtf a | 2 | You may not specify more than one '-Acdtrux', '--delete' or '--test-label' option",
        "cf a | 2 | Cowardly refusing to create an empty archive",
        "cvfz q | 2 | Cowardly refusing to create an empty archive",
        "cMf a x | 64 | option '-M' is not supported: an archive has one volume",
        "-c -g snap x | 64 | option '-g' is not supported: there are no incremental dumps, "
                + "repeated content is stored once instead",
        "xf a --strip-components=x | 2 | x: Invalid number of elements",
        "-c -K x d | 2 | '--starting-file' cannot be used with '-c'",
        "-t --occurrence | 2 | --occurrence is meaningless without a file list",
        "-c --warning=foo x | 2 | invalid argument 'foo' for '--warning'",
        "-c -N now -N now x | 2 | More than one threshold date",
        "-c --clamp-mtime x | 2 | --clamp-mtime needs a date specified using --mtime",
        "-c --block-size=8Q x | 2 | 8Q: Invalid size"
    })
    void refusesWhatMakesNoSense(String line, int exitCode, String message) {
        UsageException refused = assertThrows(UsageException.class, () -> read(line));
        assertEquals(message, refused.getMessage());
        assertEquals(exitCode, refused.exitCode());
    }

    @Test
    void readsEveryOption() throws UsageException {
        for (Option option : Option.values()) {
            if (option.use() == Option.Use.SETTING) {
                String value = switch (option) {
                    case BLOCK_SIZE -> "8MiB";
                    case ATIME_PRESERVE -> "replace";
                    case WARNING -> "none";
                    case TOTALS -> "USR1";
                    case S3_PATH_STYLE -> "yes";
                    case S3_TAG -> "key=value";
                    default -> "1";
                };
                boolean valued = option.argument() != Option.Argument.NONE;
                Given given = new Given(option, valued ? Bytes.of(value) : null, "");
                Given version = new Given(Option.VERSION, null, "");
                SettingsReader.read(List.of(given), List.of(version));
            }
        }
    }

    @Test
    void takesOptionsOfTheEnvironmentFirst() throws UsageException {
        List<Given> environment = CommandLine.parse(List.of(Bytes.of("-f"), Bytes.of("a")), false);
        Settings settings = SettingsReader.read(environment, CommandLine.parse(List.of(Bytes.of("-tv")), true));
        assertEquals(Bytes.of("a"), settings.archive);
        assertEquals(1, settings.verbosity);
    }

    @ParameterizedTest
    @CsvSource({
        "--best, 20, 48", "--block-size=64M --best, 20, 64", "--best --block-size=1M, 20, 1", "--fast, 1, 0",
        "--best --level=22, 22, 48"
    })
    void bestIsALevelAndABlockSize(String options, int level, int blockSizeInMib) throws UsageException {
        Settings.CreateSettings create = read("-c x " + options).create;
        assertEquals(level, create.level);
        assertEquals((long) blockSizeInMib << 20, create.blockSize);
    }

    @Test
    void keepsTheOrderOfWhatIsSelected() throws UsageException {
        Settings settings = read("-c -C d x --exclude=y z --no-recursion");
        assertEquals(
                List.of(Option.DIRECTORY, Option.OPERAND, Option.EXCLUDE, Option.OPERAND, Option.NO_RECURSION),
                settings.selection.stream().map(Given::option).toList());
    }

    @Test
    void listsWithNulUnlessThereIsAListOfNames() throws UsageException {
        assertTrue(read("-t --null").listing.nul);
        assertFalse(read("-t --null -T names").listing.nul);
        assertFalse(read("-t --null --no-null").listing.nul);
        assertFalse(read("-x --null").listing.nul);
    }

    @Test
    void readsSizes() throws UsageException {
        assertEquals(8L << 20, read("-c --block-size=8MiB x").create.blockSize);
        assertEquals(65_536, read("-c --block-size=64k x").create.blockSize);
        assertEquals(12, read("-c --block-size=12 x").create.blockSize);
    }
}
