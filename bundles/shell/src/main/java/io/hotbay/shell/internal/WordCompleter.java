// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import picocli.CommandLine.Model.OptionSpec;

/** Completes the names of commands, their options, and what their parameters can be. */
final class WordCompleter implements Completer {
    private final CommandRegistry registry;

    WordCompleter(CommandRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        for (String word : complete(before, line.word())) {
            boolean ends = !word.endsWith("=");
            candidates.add(new Candidate(word, word, null, null, null, null, ends));
        }
    }

    /** What may stand after these words, given the beginning of the next. */
    List<String> complete(List<String> before, String beginning) {
        if (before.isEmpty()) {
            List<String> names = new ArrayList<>(registry.commands().keySet());
            names.addAll(registry.foreignCommands().keySet());
            return names;
        }
        CommandFunction command = registry.commands().get(before.get(0));
        if (command == null) {
            ForeignCommand foreign = registry.foreignCommands().get(before.get(0));
            return foreign == null ? List.of() : complete(foreign, before, beginning);
        }
        if (beginning.startsWith("-")) {
            return options(command);
        }
        return command.candidates(positionals(command, before.subList(1, before.size())));
    }

    private List<String> complete(ForeignCommand command, List<String> before, String beginning) {
        if (before.size() > 1 && command.takesValue(before.get(before.size() - 1))) {
            return List.of();
        }
        return beginning.startsWith("-") ? command.optionNames() : registry.candidates(command);
    }

    private static List<String> options(CommandFunction command) {
        List<String> names = new ArrayList<>();
        for (OptionSpec option : command.spec().options()) {
            names.add(option.longestName());
        }
        return names;
    }

    /** The words that are neither options nor their values. */
    private static List<String> positionals(CommandFunction command, List<String> words) {
        List<String> positionals = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("-")) {
                positionals.add(word);
                continue;
            }
            OptionSpec option = command.spec().findOption(word);
            boolean takesValue = option != null && option.arity().min() > 0;
            i += takesValue ? 1 : 0;
        }
        return positionals;
    }
}
