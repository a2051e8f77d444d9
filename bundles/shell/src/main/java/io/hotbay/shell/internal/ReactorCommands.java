// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.ReactorStatistics;
import io.hotbay.target.Controller;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Commands on reactors. */
final class ReactorCommands {
    private ReactorCommands() {}

    @Command(
            description = "List the reactors and what they have been doing.",
            footer = {"", "All since the reactor started; ALLOCATED is what its thread has allocated, in bytes."})
    static final class ListAll extends ShellCommand {
        ListAll(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            Table table = new Table(
                    "CORE",
                    "POLLERS",
                    "BUSY s",
                    "SPIN s",
                    "SLEEP s",
                    "BUSY %",
                    "CPU s",
                    "WAKE-UPS",
                    "ROUNDS",
                    "ALLOCATED");
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
                    .orElseThrow(() -> new ShellException(
                            "no reactor runs on core " + core + ": use " + String.join(", ", cores(services()))));
            Table table = new Table("CORE", "POLLER");
            reactor.pollers().forEach(poller -> table.row(core, poller));
            table.print(out());
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? cores(services()) : List.of();
        }
    }

    @Command(
            description = "Move a queue of a controller to another core while its front-end does I/O.",
            footer = {
                "",
                "Examples:",
                "  reactor:move vhostblk0 0 1    (queue 0 to core 1)",
                "",
                "Requests wait in the ring until those under way are completed. The queue stays on that core until its front-end"
                        + " leaves; vhost:show tells where queues run."
            })
    static final class Move extends ShellCommand {
        @Parameters(index = "0", paramLabel = "CONTROLLER", description = "The controller.")
        private String name;

        @Parameters(index = "1", paramLabel = "QUEUE", description = "Number of the queue, from 0.")
        private int queue;

        @Parameters(index = "2", paramLabel = "CORE", description = "Core of a running reactor.")
        private int core;

        Move(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            Controller controller = services().controller(name);
            try {
                controller.move(queue, core);
            } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException e) {
                throw new ShellException(e.getMessage());
            }
        }

        @Override
        List<String> candidates(List<String> given) {
            return switch (given.size()) {
                case 0 -> services().controllerNames();
                case 1 -> queues(given.get(0));
                case 2 -> cores(services());
                default -> List.of();
            };
        }

        private List<String> queues(String controller) {
            try {
                return IntStream.range(
                                0, services().controller(controller).status().queues())
                        .mapToObj(Integer::toString)
                        .toList();
            } catch (ShellException e) {
                return List.of();
            }
        }
    }

    private static List<String> cores(TargetServices services) {
        try {
            return services.reactors().all().stream()
                    .map(reactor -> Integer.toString(reactor.core()))
                    .toList();
        } catch (ShellException e) {
            return List.of();
        }
    }

    private static BigDecimal seconds(long nanos) {
        return BigDecimal.valueOf(nanos, 9).setScale(3, RoundingMode.HALF_UP);
    }
}
