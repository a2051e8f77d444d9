// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.target.QueueStatistics;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what the queues of a controller do, once in total or again and again as rates. */
@Command(
        description = "Show I/O counters and latencies of a controller's queues, or rates with an interval.",
        footer = {
            "",
            "Examples:",
            "  vhost:iostat vhostblk0",
            "  vhost:iostat vhostblk0 1 10",
            "",
            "Without an interval: requests and bytes since the session began. With one: per second over each interval; Ctrl-C ends it.",
            "IN-FLIGHT is the number of requests under way now, MOST the largest there was. P50 to MAX are the latency in µs from",
            "when a request is taken from the ring until it is found to be complete; vhost:histogram switches that on."
        })
final class VhostIostat extends ShellCommand {
    @Parameters(index = "0", paramLabel = "CONTROLLER", description = "The controller.")
    private String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "INTERVAL",
            description = "Seconds between two tables, for example 1 or 0.5.")
    private Double interval;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "COUNT",
            description = "Number of tables; default with an interval: until Ctrl-C.")
    private Integer count;

    @Option(names = "--json", description = "Print JSON, an object for each table.")
    private boolean json;

    VhostIostat(TargetServices services) {
        super(services);
    }

    @Override
    void run() throws Exception {
        if (interval != null && !(interval > 0 && interval <= TimeUnit.DAYS.toSeconds(1))
                || count != null && count < 1) {
            throw new ShellException(
                    "vhost:iostat: the interval must be above 0 and at most 86400 seconds, the count at least 1");
        }
        List<QueueStatistics> before = services().controller(name).statistics();
        if (interval == null) {
            print(QueueIo.totals(before));
            return;
        }
        long last = System.nanoTime();
        for (int round = 0; count == null || round < count; round++) {
            TimeUnit.NANOSECONDS.sleep((long) (interval * TimeUnit.SECONDS.toNanos(1)));
            List<QueueStatistics> now = services().controller(name).statistics();
            long time = System.nanoTime();
            print(QueueIo.rates(before, now, (time - last) / (double) TimeUnit.SECONDS.toNanos(1)));
            before = now;
            last = time;
        }
    }

    private void print(List<QueueIo> queues) {
        if (json) {
            out().println(QueueIoText.json(name, queues));
        } else {
            QueueIoText.table(queues).print(out());
            out().println();
        }
        out().flush();
    }

    @Override
    List<String> candidates(List<String> given) {
        return given.isEmpty() ? services().controllerNames() : List.of();
    }
}
