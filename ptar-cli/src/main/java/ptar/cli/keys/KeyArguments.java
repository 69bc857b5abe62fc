package ptar.cli.keys;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Arguments of `ptar key`: long options that all take a value, but for flags, and operands.
final class KeyArguments {
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private final List<String> operands = new ArrayList<>();

    private KeyArguments() {}

    /// @param known options that take a value
    /// @param flags options that take none
    /// @throws IllegalArgumentException in words for the user
    static KeyArguments parse(List<String> arguments, Set<String> known, Set<String> flags) {
        KeyArguments parsed = new KeyArguments();
        boolean options = true;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!options || !argument.startsWith("-") || argument.equals("-")) {
                parsed.operands.add(argument);
            } else if (argument.equals("--")) {
                options = false;
            } else {
                int equals = argument.indexOf('=');
                String name = equals < 0 ? argument : argument.substring(0, equals);
                if (flags.contains(name) && equals < 0) {
                    parsed.add(name, "");
                } else if (!known.contains(name)) {
                    throw new IllegalArgumentException(flags.contains(name)
                            ? "option '" + name + "' doesn't allow an argument"
                            : "unrecognized option '" + name + "'");
                } else if (equals >= 0) {
                    parsed.add(name, argument.substring(equals + 1));
                } else if (i + 1 < arguments.size()) {
                    parsed.add(name, arguments.get(++i));
                } else {
                    throw new IllegalArgumentException("option '" + name + "' requires an argument");
                }
            }
        }
        return parsed;
    }

    private void add(String name, String value) {
        values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /// @return the last one, or null
    String lastOrNull(String name) {
        return has(name) ? values.get(name).getLast() : null;
    }

    /// @throws IllegalArgumentException if there are more or fewer than these
    List<String> operands(String... names) {
        if (operands.size() < names.length) {
            throw new IllegalArgumentException("missing operand: " + names[operands.size()]);
        }
        if (operands.size() > names.length) {
            throw new IllegalArgumentException("too many operands: '" + operands.get(names.length) + "'");
        }
        return operands;
    }
}
