package ptar.cli.match;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import ptar.tree.Bytes;

/// A file of patterns that is looked for in every folder (`--exclude-ignore`, `--exclude-vcs-ignores`).
///
/// @param recursive whether its patterns count for subfolders too
record IgnoreFile(Bytes fileName, boolean recursive, Syntax syntax) {
    enum Syntax { PLAIN, GIT, CVS, BAZAAR, MERCURIAL }

    static final List<IgnoreFile> OF_VERSION_CONTROL = List.of(
            new IgnoreFile(Bytes.of(".cvsignore"), false, Syntax.CVS),
            new IgnoreFile(Bytes.of(".gitignore"), true, Syntax.GIT),
            new IgnoreFile(Bytes.of(".bzrignore"), true, Syntax.BAZAAR),
            new IgnoreFile(Bytes.of(".hgignore"), true, Syntax.MERCURIAL));

    private static final Toggles ANCHORED = new Toggles(true, true, true, false, true);
    private static final Toggles ANYWHERE = new Toggles(true, false, true, false, true);
    private static final Toggles GIT = new Toggles(true, true, false, false, true);

    /// One line of such a file.
    ///
    /// @param foldersOnly `build/` of a `.gitignore`
    /// @param keeps `!name`: what an earlier rule left out is kept
    /// @param belowOnly counts relative to the file's folder only, not for a bare name deeper down
    record Rule(Pattern pattern, java.util.regex.Pattern regex, boolean foldersOnly, boolean keeps, boolean belowOnly) {
        /// @param relative name relative to the folder that has the file
        boolean matches(Bytes relative, Bytes baseName) {
            if (regex != null) {
                return regex.matcher(latin(relative)).find();
            }
            return pattern.matches(relative) || !belowOnly && pattern.matches(baseName);
        }
    }

    /// @param content of the file
    List<Rule> rules(Bytes content) {
        List<Rule> rules = new ArrayList<>();
        boolean regex = syntax == Syntax.MERCURIAL;
        for (Bytes line : TextLines.of(content, (byte) '\n')) {
            String text = latin(line).stripTrailing();
            switch (syntax) {
                case PLAIN -> {
                    if (!text.isEmpty()) {
                        rules.add(glob(text, ANCHORED, false));
                    }
                }
                case CVS -> {
                    for (String word : text.split("\\s+")) {
                        if (!word.isEmpty()) {
                            rules.add(glob(word, ANCHORED, false));
                        }
                    }
                }
                case GIT -> git(text, rules);
                case BAZAAR -> bazaar(text.stripLeading(), rules);
                case MERCURIAL -> regex = mercurial(text.stripLeading(), regex, rules);
            }
        }
        return rules;
    }

    private static void git(String line, List<Rule> rules) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        boolean keeps = line.startsWith("!");
        String text = keeps || line.startsWith("\\#") || line.startsWith("\\!") ? line.substring(1) : line;
        boolean foldersOnly = text.endsWith("/");
        text = foldersOnly ? text.substring(0, text.length() - 1) : text;
        boolean belowOnly = text.indexOf('/') >= 0;
        text = text.startsWith("/") ? text.substring(1) : text;
        boolean deep = text.contains("**");
        if (text.startsWith("**/")) {
            belowOnly = text.indexOf('/', 3) >= 0;
            rules.add(new Rule(pattern(text.substring(3), GIT), null, foldersOnly, keeps, belowOnly));
        }
        if (!text.isEmpty()) {
            rules.add(new Rule(pattern(text, deep ? ANCHORED : GIT), null, foldersOnly, keeps, belowOnly));
        }
    }

    private static void bazaar(String line, List<Rule> rules) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        boolean keeps = line.startsWith("!") && !line.startsWith("!!");
        String text = line.startsWith("!!") ? line.substring(2) : keeps ? line.substring(1) : line;
        if (text.startsWith("RE:")) {
            regex(text.substring(3), keeps, rules);
        } else {
            rules.add(glob(text, ANCHORED, keeps));
        }
    }

    private static boolean mercurial(String line, boolean regex, List<Rule> rules) {
        if (line.startsWith("syntax:")) {
            String syntax = line.substring(7).strip();
            return syntax.equals("regexp") || !syntax.equals("glob") && regex;
        }
        int comment = line.indexOf('#');
        String text = (comment < 0 ? line : line.substring(0, comment)).strip();
        if (text.startsWith("glob:")) {
            rules.add(glob(text.substring(5), ANYWHERE, false));
        } else if (text.startsWith("regexp:")) {
            regex(text.substring(7), false, rules);
        } else if (text.startsWith("re:")) {
            regex(text.substring(3), false, rules);
        } else if (regex && !text.isEmpty()) {
            regex(text, false, rules);
        } else if (!text.isEmpty()) {
            rules.add(glob(text, ANYWHERE, false));
        }
        return regex;
    }

    private static void regex(String text, boolean keeps, List<Rule> rules) {
        try {
            rules.add(new Rule(null, java.util.regex.Pattern.compile(text), false, keeps, true));
        } catch (java.util.regex.PatternSyntaxException e) {
            // A regular expression that Java does not know excludes nothing, as a line with a typing error does.
        }
    }

    private static Rule glob(String text, Toggles toggles, boolean keeps) {
        return new Rule(pattern(text, toggles), null, false, keeps, false);
    }

    private static Pattern pattern(String latin, Toggles toggles) {
        return Pattern.excluding(Bytes.wrap(latin.getBytes(ISO_8859_1)), toggles);
    }

    private static String latin(Bytes bytes) {
        return new String(bytes.toArray(), ISO_8859_1);
    }
}
