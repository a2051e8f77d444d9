// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on how the system is. */
final class SystemCommands {
    private SystemCommands() {}

    @Command(
            description = "Run the health checks and say what is wrong.",
            footer = {
                "",
                "OK and WARN: it works. TEMPORARILY_UNAVAILABLE: it waits for something that may come by itself.",
                "CRITICAL: somebody must do something. HEALTH_CHECK_ERROR: the check itself failed.",
                "The command fails, and bin/hotbay exec exits with 1, unless each check is OK or WARN."
            })
    static final class Check extends ShellCommand {
        private static final Duration LIMIT = Duration.ofSeconds(10);

        @Option(
                names = {"-v", "--verbose"},
                description = "Also show what is in order, in checks that found something wrong.")
        private boolean verbose;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Parameters(
                arity = "0..*",
                paramLabel = "CHECK",
                description = "Only these checks, by name or by tag; Hotbay's own have the tag hotbay. Default: all.")
        private List<String> wanted = new ArrayList<>();

        Check(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            HealthReport report = HealthReport.of(chosen(), LIMIT);
            if (json) {
                out().println(HealthText.json(report));
            } else {
                HealthText.print(report, verbose, out());
            }
            if (!report.failed().isEmpty()) {
                throw new ShellException("not healthy: " + String.join(", ", report.failed()));
            }
        }

        private List<NamedCheck> chosen() throws ShellException {
            List<NamedCheck> all = services().healthChecks();
            if (all.isEmpty()) {
                throw new ShellException("there are no health checks: is the bundle io.hotbay.health started? lb -s"
                        + " io.hotbay.health tells its number, and felix:start NUMBER starts it");
            }
            for (String word : wanted) {
                if (all.stream().noneMatch(check -> check.answersTo(word))) {
                    throw new ShellException("no health check has the name or tag " + word + ": there are "
                            + String.join(", ", words(all)));
                }
            }
            return all.stream()
                    .filter(check -> wanted.isEmpty() || wanted.stream().anyMatch(check::answersTo))
                    .toList();
        }

        private static Set<String> words(List<NamedCheck> checks) {
            Set<String> words = new TreeSet<>();
            for (NamedCheck check : checks) {
                words.add(check.name());
                words.addAll(check.tags());
            }
            return words;
        }

        @Override
        List<String> candidates(List<String> given) {
            return List.copyOf(words(services().healthChecks()));
        }
    }
}
