// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.ReactorStatistics;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Commands on reactors. */
final class ReactorCommands {
    private ReactorCommands() {}

    @Command(
            description = "List the reactors and what they have been doing.",
            footer = {"", "Times are in seconds since the reactor started; ALLOCATED is what its thread has allocated."
            })
    static final class ListAll extends ShellCommand {
        ListAll(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            Table table = new Table(
                    "CORE", "POLLERS", "BUSY", "SPIN", "SLEEP", "BUSY%", "CPU", "WAKE-UPS", "ROUNDS", "ALLOCATED");
            for (Reactor reactor : services().reactors().all()) {
                ReactorStatistics statistics = reactor.statistics();
                long age = statistics.busyNanos() + statistics.spinNanos() + statistics.sleepNanos();
                table.row(
                        reactor.core(),
                        reactor.pollers().size(),
                        seconds(statistics.busyNanos()),
                        seconds(statistics.spinNanos()),
                        seconds(statistics.sleepNanos()),
                        age == 0 ? 0.0 : Math.round(1000.0 * statistics.busyNanos() / age) / 10.0,
                        seconds(statistics.cpuNanos()),
                        statistics.wakeUps(),
                        statistics.rounds(),
                        statistics.allocatedBytes());
            }
            table.print(out());
        }
    }

    @Command(description = "Show a reactor's pollers.")
    static final class Show extends ShellCommand {
        @Parameters(paramLabel = "CORE", description = "The reactor's core.")
        private int core;

        Show(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            List<Reactor> all = services().reactors().all();
            Reactor reactor = all.stream()
                    .filter(each -> each.core() == core)
                    .findFirst()
                    .orElseThrow(() -> new ShellException("no reactor runs on core " + core + ": there are "
                            + all.stream().map(each -> "" + each.core()).toList()));
            Table table = new Table("CORE", "POLLER");
            reactor.pollers().forEach(poller -> table.row(core, poller));
            table.print(out());
        }

        @Override
        List<String> candidates(List<String> given) {
            try {
                return services().reactors().all().stream()
                        .map(reactor -> Integer.toString(reactor.core()))
                        .toList();
            } catch (ShellException e) {
                return List.of();
            }
        }
    }

    private static double seconds(long nanos) {
        return Math.round(nanos / (double) TimeUnit.MILLISECONDS.toNanos(1)) / 1000.0;
    }
}
