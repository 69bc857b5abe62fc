package ptar.cli.list;

import ptar.tree.EntryType;

/// The ten characters of a type and mode: `drwxr-sr-t`.
final class ModeText {
    private ModeText() {}

    /// @param first the type's character, or `h` for a hard link
    static String of(char first, int mode) {
        char[] text = {
            first,
            bit(mode, 0400, 'r'), bit(mode, 0200, 'w'), execute(mode, 0100, 04000, 's'),
            bit(mode, 0040, 'r'), bit(mode, 0020, 'w'), execute(mode, 0010, 02000, 's'),
            bit(mode, 0004, 'r'), bit(mode, 0002, 'w'), execute(mode, 0001, 01000, 't')
        };
        return new String(text);
    }

    static char letter(EntryType type) {
        return switch (type) {
            case FILE -> '-';
            case FOLDER -> 'd';
            case SYMLINK -> 'l';
            case CHARACTER_DEVICE -> 'c';
            case BLOCK_DEVICE -> 'b';
            case FIFO -> 'p';
            case SOCKET -> 's';
        };
    }

    private static char bit(int mode, int bit, char letter) {
        return (mode & bit) != 0 ? letter : '-';
    }

    private static char execute(int mode, int bit, int special, char letter) {
        if ((mode & special) != 0) {
            return (mode & bit) != 0 ? letter : Character.toUpperCase(letter);
        }
        return bit(mode, bit, 'x');
    }
}
