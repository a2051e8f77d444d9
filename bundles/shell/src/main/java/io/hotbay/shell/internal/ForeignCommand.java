// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Function;
import org.osgi.framework.ServiceReference;

/**
 * A command of another bundle. All that help and completion need are properties of its service, so that none of its classes is
 * loaded for them.
 *
 * @param name full name, {@code scope:function}
 * @param summary one line that says what it does
 * @param options its options; one that takes a value ends with =
 * @param argument what its positional parameter names: {@code controller}, {@code bdev}, or nothing
 * @param function the command, looked up when it is asked for; null when it is gone
 */
record ForeignCommand(String name, String summary, List<String> options, String argument, Supplier<Function> function) {
    /** Service property: the summary. A command without it is not listed. */
    static final String SUMMARY = "hotbay.command.summary";

    private static final String OPTIONS = "hotbay.command.options";
    private static final String ARGUMENT = "hotbay.command.argument";

    static ForeignCommand of(ServiceReference<Function> reference, Supplier<Function> function) {
        String name = reference.getProperty(CommandProcessor.COMMAND_SCOPE) + ":"
                + reference.getProperty(CommandProcessor.COMMAND_FUNCTION);
        Object argument = reference.getProperty(ARGUMENT);
        return new ForeignCommand(
                name,
                String.valueOf(reference.getProperty(SUMMARY)),
                texts(reference.getProperty(OPTIONS)),
                argument == null ? "" : argument.toString(),
                function);
    }

    private static List<String> texts(Object value) {
        List<String> texts = new ArrayList<>();
        if (value instanceof String[] several) {
            texts.addAll(List.of(several));
        } else if (value != null) {
            texts.add(value.toString());
        }
        return texts;
    }

    /** The options without the mark of those that take a value. */
    List<String> optionNames() {
        return options.stream().map(option -> option.replace("=", "")).toList();
    }

    /** Whether a word is an option whose value is the word after it. */
    boolean takesValue(String word) {
        return options.contains(word + "=");
    }

    /** Prints its help. */
    void help() throws Exception {
        Function command = function.get();
        if (command == null) {
            throw new ShellException(name + " is gone: its bundle has just been stopped");
        }
        command.execute(null, List.of("-h"));
    }
}
