package ptar.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModeChangesTest {
    /// What `chmod` of GNU's coreutils does to a file and to a folder of that mode, without a umask.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            755          | 4644 | 0755 | 4755
            0755         | 2775 | 0755 | 2755
            00755        | 6775 | 0755 | 0755
            7777         | 0000 | 7777 | 7777
            u+x,go=      | 0644 | 0700 | 0700
            a+X          | 0644 | 0644 | 0755
            a+X          | 0744 | 0755 | 0755
            g=u          | 0640 | 0660 | 0660
            o=g-w        | 0765 | 0764 | 0764
            +t           | 0755 | 1755 | 1755
            u+s          | 0755 | 4755 | 4755
            g+s,g-s      | 0755 | 0755 | 0755
            =r           | 0777 | 0444 | 0444
            u=rw,g=r,o=  | 0777 | 0640 | 0640
            a-w          | 0777 | 0555 | 0555
            ug+x-w       | 0666 | 0556 | 0556
            u=           | 0777 | 0077 | 0077
            u=rwx,g=     | 6770 | 0700 | 6700
            g=xs         | 2770 | 2710 | 2710
            2755         | 4777 | 2755 | 6755
            """)
    void changesModesAsChmodDoes(String text, String before, String file, String folder) throws UsageException {
        ModeChanges changes = new ModeChanges(text, 0);
        int mode = Integer.parseInt(before, 8);
        assertEquals(file, "%04o".formatted(changes.apply(mode, false)));
        assertEquals(folder, "%04o".formatted(changes.apply(mode, true)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "8", "99999", "17777", "u", "u+q", "x+r", "u+x,", ",u+x", "u+x go-w", "-1", "u==,z"})
    void refusesWhatIsNoMode(String text) {
        assertThrows(UsageException.class, () -> new ModeChanges(text, 0));
    }
}
