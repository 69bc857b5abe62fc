package ptar.cli.options;

/// A number of bytes as people write it: `65536`, `8M`, `8MiB`.
final class SizeText {
    private static final String UNITS = "KMGT";

    private SizeText() {}

    static long parse(Given given) throws UsageException {
        String text = given.text();
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        String unit = text.substring(digits);
        String letter = unit.replaceFirst("i?B?$", "").toUpperCase(java.util.Locale.ROOT);
        int power = letter.isEmpty() ? 0 : UNITS.indexOf(letter) + 1;
        if (digits == 0 || digits > 9 || letter.length() > 1 || !letter.isEmpty() && power == 0) {
            throw new UsageException(UsageException.COMBINATION, text + ": Invalid size");
        }
        return Long.parseLong(text.substring(0, digits)) << 10 * power;
    }
}
