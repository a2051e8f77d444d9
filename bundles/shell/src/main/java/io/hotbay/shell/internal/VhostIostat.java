// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.target.QueueStatistics;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what the queues of a controller do, once in total or again and again as rates. */
@Command(
        description = "Show I/O counters and latencies of a controller's queues, or rates with an interval.",
        footer = {
            "",
            "Examples:",
            "  vhost:iostat vhostblk0",
            "  vhost:iostat vhostblk0 -i 1 -n 10",
            "",
            "Without an interval: requests and MiB since the session began. With one: per second over each interval; Ctrl-C ends it.",
            "",
            "IN-FLIGHT is the number of requests under way now, MOST the largest there was. P50 to MAX are the latency from when a"
                    + " request is taken from the ring until it is found to be complete; vhost:histogram switches that on."
        })
final class VhostIostat extends ShellCommand {
    @Parameters(paramLabel = "CONTROLLER", description = "The controller.")
    private String name;

    @Mixin
    private Repetition repetition = new Repetition();

    @Option(names = "--json", description = "Print JSON, an object for each table.")
    private boolean json;

    VhostIostat(TargetServices services) {
        super(services);
    }

    @Override
    void run() throws Exception {
        repetition.run(() -> services().controller(name).statistics(), this::print, out());
    }

    private void print(List<QueueStatistics> before, List<QueueStatistics> now, double seconds) {
        print(seconds > 0 ? QueueIo.rates(before, now, seconds) : QueueIo.totals(now));
    }

    private void print(List<QueueIo> queues) {
        if (json) {
            out().println(QueueIoText.json(name, queues));
        } else {
            QueueIoText.table(queues).print(out());
        }
    }

    @Override
    List<String> candidates(List<String> given) {
        return given.isEmpty() ? services().controllerNames() : List.of();
    }
}
