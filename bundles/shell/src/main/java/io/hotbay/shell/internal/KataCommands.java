// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.kata.KataFinding;
import io.hotbay.kata.KataNode;
import io.hotbay.kata.KataStore;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Commands on Kata Containers' store. */
final class KataCommands {
    private KataCommands() {}

    @Command(description = "List the device nodes in Kata's store.")
    static final class ListAll extends ShellCommand {
        ListAll(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            KataStore store = services().kata();
            Table table = new Table("CONTROLLER", "DEVICE", "NODE", "PRESENT");
            List<KataNode> nodes = store.nodes();
            for (KataNode node : nodes) {
                String numbers = node.minor() < 0 ? "-" : "b " + KataStore.BLOCK_MAJOR + ":" + node.minor();
                table.row(node.controller(), numbers, node.path(), node.present() ? "yes" : "no");
            }
            out().println("store " + store.directory());
            table.print(out());
            nodes.stream().filter(node -> !node.present()).forEach(node -> out().println(
                            node.controller() + ": " + node.problem()));
        }
    }

    @Command(
            description = "Compare Kata's configuration with what the store needs, setting by setting.",
            footer = {"", "Fails if a setting is wrong or missing, so that a script can tell."})
    static final class Check extends ShellCommand {
        @Parameters(
                arity = "0..1",
                paramLabel = "FILE",
                description = "configuration.toml; default: the one Kata reads.")
        private Path file;

        Check(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            List<KataFinding> findings = services().kata().check(file);
            long errors = 0;
            for (KataFinding finding : findings) {
                String place = finding.file() + (finding.line() == 0 ? "" : ":" + finding.line());
                out().println(finding.severity() + "  " + place + "  " + finding.key() + " " + finding.message());
                errors += finding.severity() == KataFinding.Severity.ERROR ? 1 : 0;
            }
            if (errors > 0) {
                throw new ShellException(errors + (errors == 1 ? " setting" : " settings") + " to mend in "
                        + findings.get(0).file());
            }
        }
    }

    @Command(description = "Print the docker, nerdctl and ctr lines that give a container a controller's disk.")
    static final class Run extends ShellCommand {
        @Parameters(paramLabel = "CONTROLLER", description = "The controller.")
        private String name;

        Run(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            services().kata().run(name).forEach(out()::println);
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? services().controllerNames() : List.of();
        }
    }

    @Command(description = "Find the socket of a device by its numbers, as Kata does.")
    static final class Resolve extends ShellCommand {
        @Parameters(index = "0", paramLabel = "MAJOR", description = "Major number, 241 for vhost-user-blk.")
        private int major;

        @Parameters(index = "1", paramLabel = "MINOR", description = "Minor number.")
        private int minor;

        Resolve(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            out().println(services().kata().resolve(major, minor));
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? List.of(Integer.toString(KataStore.BLOCK_MAJOR)) : List.of();
        }
    }
}
