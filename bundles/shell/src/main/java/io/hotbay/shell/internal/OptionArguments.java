// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.target.OptionDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Options as they are typed: {@code key=value}. */
final class OptionArguments {
    private OptionArguments() {}

    static Map<String, String> parse(List<String> arguments) throws ShellException {
        Map<String, String> options = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 1) {
                throw new ShellException("\"" + argument + "\" is no option: write name=value, such as size=64MiB");
            }
            if (options.put(argument.substring(0, equals), argument.substring(equals + 1)) != null) {
                throw new ShellException("option " + argument.substring(0, equals) + " is given twice");
            }
        }
        return options;
    }

    static List<String> candidates(List<OptionDescription> options, List<String> given) {
        return options.stream()
                .map(option -> option.name() + "=")
                .filter(candidate -> given.stream().noneMatch(word -> word.startsWith(candidate)))
                .toList();
    }

    static Table table(List<OptionDescription> options) {
        Table table = new Table("OPTION", "TYPE", "DEFAULT", "DESCRIPTION");
        for (OptionDescription option : options) {
            String value = option.required() ? "(required)" : option.defaultValue();
            table.row(option.name(), type(option), value, option.description());
        }
        return table;
    }

    /** What a person writes; how wide a number is kept does not matter to him. */
    private static String type(OptionDescription option) {
        return switch (option.type()) {
            case "integer", "long" -> "number";
            default -> option.type();
        };
    }
}
