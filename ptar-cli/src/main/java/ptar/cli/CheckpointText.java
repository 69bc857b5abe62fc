package ptar.cli;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// What `--checkpoint-action` says: `%u` the number, `%s` read or write, `%d` seconds so far, `%T` how much in how long
/// (`%{read,wrote}T` with these words), `%t` the time (`%{%H:%M}t` in this format), `%*` spaces up to the line's end
/// (`%{40}*` up to this column), `%c` most of these. Other letters stay.
final class CheckpointText {
    private static final String COMMON = "%{%Y-%m-%d %H:%M:%S}t: %ds, %{read,wrote}T%*\r";
    private static final String USUAL_TIME = "%a %b %e %H:%M:%S %Y";
    private static final int LINE_WIDTH = 80;

    private final String verb;
    private final Totals totals;

    /// @param verb `Write` or `Read`
    CheckpointText(String verb, Totals totals) {
        this.verb = verb;
        this.totals = totals;
    }

    /// @param column where the text begins in its line
    String expand(String format, int column, long number, long bytes, ZonedDateTime now) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c == '\\' && i + 1 < format.length()) {
                char escaped = format.charAt(++i);
                out.append(escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == 'r' ? '\r' : escaped);
                continue;
            }
            int argumentEnd = c == '%' && format.startsWith("{", i + 1) ? format.indexOf('}', i) : i;
            if (c != '%' || argumentEnd < 0 || argumentEnd + 1 == format.length()) {
                out.append(c);
                continue;
            }
            String argument = argumentEnd == i ? null : format.substring(i + 2, argumentEnd);
            char what = format.charAt(argumentEnd + 1);
            switch (what) {
                case 'u' -> out.append(number);
                case 's' -> out.append(verb.toLowerCase(Locale.ROOT));
                case 'd' -> out.append(totals.elapsed().toSeconds());
                case 'T' -> out.append(totals.amount(word(argument), bytes));
                case 't' -> out.append(time(argument == null ? USUAL_TIME : argument, now));
                case 'c' -> out.append(expand(COMMON, column + out.length(), number, bytes, now));
                case '*' -> out.repeat(' ', Math.max(0, width(argument) - column - out.length()));
                default -> out.append(format, i, argumentEnd + 2);
            }
            i = argumentEnd + 1;
        }
        return out.toString();
    }

    private String word(String words) {
        String[] both = (words == null ? "R,W" : words).split(",");
        int index = verb.equals("Write") ? 1 : 0;
        return index < both.length ? both[index] : verb.substring(0, 1);
    }

    private static int width(String argument) {
        return argument != null && argument.matches("[0-9]{1,3}") ? Integer.parseInt(argument) : LINE_WIDTH;
    }

    /// As `strftime` has it, for the letters that dates and times are written with.
    private static String time(String format, ZonedDateTime now) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            String pattern = c == '%' && i + 1 < format.length() ? pattern(format.charAt(i + 1)) : null;
            if (pattern == null) {
                out.append(c);
            } else {
                out.append(DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(now));
                i++;
            }
        }
        return out.toString();
    }

    private static String pattern(char letter) {
        return switch (letter) {
            case 'Y' -> "uuuu";
            case 'y' -> "uu";
            case 'm' -> "MM";
            case 'd' -> "dd";
            case 'e' -> "ppd";
            case 'j' -> "DDD";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'F' -> "uuuu-MM-dd";
            case 'T' -> "HH:mm:ss";
            case 'R' -> "HH:mm";
            case 'D' -> "MM/dd/uu";
            case 'z' -> "xx";
            case 'Z' -> "zzz";
            case '%' -> "'%'";
            default -> null;
        };
    }
}
