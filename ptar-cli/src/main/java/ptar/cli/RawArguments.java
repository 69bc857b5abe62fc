package ptar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ptar.cli.match.TextLines;
import ptar.tree.Bytes;

/// A program's arguments as the bytes they are. Java decodes them by the locale before it hands them over, and what is
/// not valid there is lost; Linux keeps the original.
final class RawArguments {
    private RawArguments() {}

    static List<Bytes> of(String[] arguments) {
        boolean plain = true;
        List<Bytes> decoded = new ArrayList<>(arguments.length);
        for (String argument : arguments) {
            decoded.add(Bytes.of(argument));
            for (int i = 0; i < argument.length() && plain; i++) {
                plain = argument.charAt(i) < 0x80;
            }
        }
        return plain ? decoded : original(decoded);
    }

    private static List<Bytes> original(List<Bytes> decoded) {
        try {
            Bytes line = Bytes.wrap(Files.readAllBytes(Path.of("/proc/self/cmdline")));
            List<Bytes> words = TextLines.of(line, (byte) 0);
            int java = words.size() - decoded.size(); // the launcher's own arguments come first
            return java > 0 ? words.subList(java, words.size()) : decoded;
        } catch (IOException notLinux) {
            return decoded;
        }
    }
}
