// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Commands on the target as a whole. */
final class TargetCommands {
    private TargetCommands() {}

    @Command(description = "Create everything that a JSON file describes; nothing of it if something in it is wrong.")
    static final class Load extends ShellCommand {
        @Parameters(paramLabel = "FILE", description = "The file, as target:save writes it.")
        private Path file;

        Load(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            services().admin().load(file);
        }
    }

    @Command(
            description = "Write the configuration as JSON, to a file or to the screen.",
            footer = {"", "A controller whose bdev does not exist any more is left out, and a message says so."})
    static final class Save extends ShellCommand {
        @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file; default: print it.")
        private Path file;

        Save(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            String json = services().admin().save(omitted -> err().println("hotbay: " + omitted));
            if (file == null) {
                out().println(json.strip());
                return;
            }
            try {
                Files.writeString(file, json.strip() + "\n", StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new ShellException(file + " cannot be written: " + Reason.of(e));
            }
        }
    }

    @Command(description = "Wait until everything that is configured has been created.")
    static final class Wait extends ShellCommand {
        private static final long SECOND = 1000;
        private static final long LONGEST = 86400;

        @Parameters(arity = "0..1", paramLabel = "SECONDS", description = "How long; default: 30.", defaultValue = "30")
        private long seconds;

        Wait(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            if (seconds < 0 || seconds > LONGEST) {
                throw new ShellException("target:wait: SECONDS must be from 0 to " + LONGEST + ", not " + seconds);
            }
            services().admin().awaitReady(seconds * SECOND);
        }
    }

    @Command(description = "Stop the target in good order.")
    static final class Stop extends ShellCommand {
        private final BundleContext context;

        Stop(TargetServices services, BundleContext context) {
            super(services);
            this.context = context;
        }

        @Override
        void run() throws Exception {
            context.getBundle(0).stop();
        }
    }

    @Command(description = "List the commands, or show the help of one.")
    static final class Help extends ShellCommand {
        private final SortedMap<String, CommandFunction> commands;

        @Parameters(
                arity = "0..1",
                paramLabel = "COMMAND",
                description = "The command, such as bdev:create, or several, such as bdev.")
        private String name;

        Help(TargetServices services, SortedMap<String, CommandFunction> commands) {
            super(services);
            this.commands = commands;
        }

        @Override
        void run() throws Exception {
            if (name == null) {
                list("");
                out().println();
                out().println("COMMAND -h shows its options. Framework: lb, start, stop, update, install; felix:help.");
                return;
            }
            if (commands.keySet().stream().anyMatch(each -> each.startsWith(name + ":"))) {
                list(name + ":");
                return;
            }
            CommandFunction command = commands.get(name.equals("help") ? "target:help" : name);
            ForeignCommand foreign = services().foreignCommands().get(name);
            if (command == null && foreign != null) {
                foreign.help();
                return;
            }
            if (command == null) {
                throw new ShellException(name + " is no command of Hotbay: help lists them; felix:help " + name
                        + " shows the framework's");
            }
            command.spec().commandLine().usage(out(), CommandLine.Help.Ansi.OFF);
        }

        private void list(String scope) {
            SortedMap<String, String> summaries = new TreeMap<>();
            commands.forEach((command, function) -> summaries.put(command, function.summary()));
            services().foreignCommands().forEach((command, foreign) -> summaries.put(command, foreign.summary()));
            Table table = new Table("COMMAND", "WHAT IT DOES");
            summaries.forEach((command, summary) -> {
                if (command.startsWith(scope)) {
                    table.row(command, summary);
                }
            });
            table.print(out());
        }

        @Override
        List<String> candidates(List<String> given) {
            if (!given.isEmpty()) {
                return List.of();
            }
            List<String> names = new ArrayList<>(commands.keySet());
            names.addAll(services().foreignCommands().keySet());
            return names;
        }
    }
}
