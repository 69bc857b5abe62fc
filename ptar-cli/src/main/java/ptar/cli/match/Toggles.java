package ptar.cli.match;

import ptar.cli.options.Option;

/// How patterns that follow are meant: `--wildcards`, `--anchored`, `--ignore-case` and their opposites. What was not
/// said differs between names left out and names taken out.
///
/// @param wildcards,anchored,starCrossesSlash null where nothing was said
/// @param recursion whether what lies below a match is meant too
public record Toggles(
        Boolean wildcards, Boolean anchored, Boolean starCrossesSlash, boolean ignoreCase, boolean recursion) {
    public static final Toggles START = new Toggles(null, null, null, false, true);

    /// This, changed by an option; the same object if the option is no toggle.
    public Toggles after(Option option) {
        return switch (option) {
            case WILDCARDS -> new Toggles(true, anchored, starCrossesSlash, ignoreCase, recursion);
            case NO_WILDCARDS -> new Toggles(false, anchored, starCrossesSlash, ignoreCase, recursion);
            case ANCHORED -> new Toggles(wildcards, true, starCrossesSlash, ignoreCase, recursion);
            case NO_ANCHORED -> new Toggles(wildcards, false, starCrossesSlash, ignoreCase, recursion);
            case WILDCARDS_MATCH_SLASH -> new Toggles(wildcards, anchored, true, ignoreCase, recursion);
            case NO_WILDCARDS_MATCH_SLASH -> new Toggles(wildcards, anchored, false, ignoreCase, recursion);
            case IGNORE_CASE -> new Toggles(wildcards, anchored, starCrossesSlash, true, recursion);
            case NO_IGNORE_CASE -> new Toggles(wildcards, anchored, starCrossesSlash, false, recursion);
            case RECURSION -> new Toggles(wildcards, anchored, starCrossesSlash, ignoreCase, true);
            case NO_RECURSION -> new Toggles(wildcards, anchored, starCrossesSlash, ignoreCase, false);
            default -> this;
        };
    }
}
