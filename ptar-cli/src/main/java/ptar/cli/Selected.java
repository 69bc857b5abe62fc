package ptar.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ptar.cli.match.Exclusions;
import ptar.cli.match.TextLines;
import ptar.cli.match.Toggles;
import ptar.cli.options.CommandLine;
import ptar.cli.options.Given;
import ptar.cli.options.Option;
import ptar.cli.options.ShellWords;
import ptar.cli.options.UsageException;
import ptar.tree.Bytes;

/// Goes through operands and the options between them in their order, `-T`'s files too, and hands over every name with
/// what holds for it.
final class Selected {
    private static final Bytes SLASH = Bytes.of("/");

    private final Console console;
    private final Receiver receiver;
    private final List<Bytes> filesBeingRead = new ArrayList<>();
    private final List<Given> sinceLastName = new ArrayList<>();

    private Bytes folder = Bytes.EMPTY;
    private Toggles toggles = Toggles.START;
    private Exclusions exclusions = Exclusions.NONE;
    private boolean nul;
    private boolean verbatim;
    private boolean unquote = true;

    /// Takes the names.
    interface Receiver {
        /// @param name as typed
        /// @param unquoted what it means if escapes in it count; the same object if there are none or they don't
        /// @param fromList whether it comes from a file of names
        void name(Bytes name, Bytes unquoted, boolean fromList, Selected state);

        /// A `-C` was given.
        void folder(Bytes typed, Selected state);
    }

    private Selected(Console console, Receiver receiver) {
        this.console = console;
        this.receiver = receiver;
    }

    /// @return what holds behind the last name
    static Selected go(List<Given> selection, Console console, Receiver receiver) {
        Selected selected = new Selected(console, receiver);
        for (Given given : selection) {
            selected.take(given);
        }
        return selected;
    }

    /// Where names are looked for: by the `-C`s so far, empty without.
    Bytes folder() {
        return folder;
    }

    Toggles toggles() {
        return toggles;
    }

    Exclusions exclusions() {
        return exclusions;
    }

    /// Options that no name follows.
    List<Given> withoutEffect() {
        return sinceLastName;
    }

    private void take(Given given) {
        Option option = given.option();
        Bytes value = given.value();
        switch (option) {
            case OPERAND, ADD_FILE -> {
                sinceLastName.clear();
                receiver.name(value, unquote ? Unquoted.of(value) : value, false, this);
                return;
            }
            case FILES_FROM -> {
                sinceLastName.clear();
                readNames(value);
                return;
            }
            case DIRECTORY -> {
                folder = resolve(folder, value);
                receiver.folder(value, this);
            }
            case NULL -> {
                nul = true;
                verbatim = true;
            }
            case NO_NULL -> {
                nul = false;
                verbatim = false;
            }
            case VERBATIM_FILES_FROM -> verbatim = true;
            case NO_VERBATIM_FILES_FROM -> verbatim = false;
            case UNQUOTE -> unquote = true;
            case NO_UNQUOTE -> unquote = false;
            case EXCLUDE_FROM -> exclusions = exclusions.afterFile(content(value), (byte) '\n', toggles);
            default -> {
                toggles = toggles.after(option);
                exclusions = exclusions.after(option, value, toggles);
            }
        }
        sinceLastName.add(given);
    }

    /// @return the second path as seen from where the first is seen from
    static Bytes resolve(Bytes folder, Bytes path) {
        if (folder.isEmpty() || path.startsWith(SLASH) || FarTrees.isFar(path)) {
            return path;
        }
        return folder.endsWith(SLASH) ? folder.concat(path) : folder.concat(SLASH).concat(path);
    }

    private Bytes content(Bytes file) {
        try {
            return LocalFiles.read(file);
        } catch (IOException e) {
            throw new Fatal(console.shown(file) + ": Cannot open: " + Failure.reason(e), e);
        }
    }

    private void readNames(Bytes file) {
        if (filesBeingRead.contains(file)) {
            int reader = filesBeingRead.indexOf(file) - 1;
            console.error(console.shown(file) + ": file list requested from "
                    + console.shown(filesBeingRead.getLast()) + " already read from "
                    + (reader < 0 ? "command line" : console.shown(filesBeingRead.get(reader))));
            return;
        }
        Bytes content = content(file);
        boolean byNul = nul;
        if (!nul && content.indexOf((byte) 0, 0) >= 0) {
            console.warn(console.shown(file) + ": file name read contains nul character");
            byNul = true;
        }
        filesBeingRead.add(file);
        List<Bytes> lines = TextLines.of(content, byNul ? (byte) 0 : (byte) '\n');
        for (int i = 0; i < lines.size(); i++) {
            Bytes line = lines.get(i);
            if (line.isEmpty()) {
                continue;
            }
            if (!verbatim && line.get(0) == '-' && line.length() > 1) {
                takeOptions(line, console.shown(file) + ":" + (i + 1));
            } else {
                sinceLastName.clear();
                receiver.name(line, unquote && !nul ? Unquoted.of(line) : line, true, this);
            }
        }
        filesBeingRead.removeLast();
    }

    private void takeOptions(Bytes line, String where) {
        try {
            for (Given given : CommandLine.parse(ShellWords.split(line), false)) {
                if (given.option().use() != Option.Use.SELECTION) {
                    throw new UsageException(UsageException.OPTIONS, "unrecognized option");
                }
                take(given);
            }
        } catch (UsageException e) {
            boolean isUnknown = e.getMessage().startsWith("unrecognized") || e.getMessage().startsWith("invalid");
            console.error(where + ": " + (isUnknown ? "unrecognized option" : e.getMessage()));
        }
    }
}
