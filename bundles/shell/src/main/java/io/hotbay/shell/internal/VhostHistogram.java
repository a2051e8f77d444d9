// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.LatencyHistogram;
import io.hotbay.target.Controller;
import io.hotbay.target.QueueStatistics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Switches the measuring of latencies, or shows them. */
@Command(
        description =
                "Show how the latencies of a controller's requests are spread, or switch their measuring on or off.",
        footer = {
            "",
            "Examples:",
            "  vhost:histogram vhostblk0 on",
            "  vhost:histogram vhostblk0",
            "",
            "Latency is measured from when a request is taken from the ring until it is found to be complete; the clock is read once"
                    + " for all requests of a batch. The switch is the option histogram of the controller; guests do not notice"
                    + " it. What was measured stays until the session ends. A line tells how many requests took no longer than"
                    + " its time, and longer than that of the line before."
        })
final class VhostHistogram extends ShellCommand {
    @Parameters(index = "0", paramLabel = "CONTROLLER", description = "The controller.")
    private String name;

    @Parameters(index = "1", arity = "0..1", paramLabel = "on|off", description = "Measure latencies, or do not.")
    private String mode;

    VhostHistogram(TargetServices services) {
        super(services);
    }

    @Override
    void run() throws Exception {
        if (mode == null) {
            show();
            return;
        }
        if (!mode.equals("on") && !mode.equals("off")) {
            throw new ShellException("vhost:histogram: \"" + mode + "\" is neither on nor off");
        }
        services().admin().configureController(name, Map.of("histogram", mode.equals("on")));
    }

    private void show() throws ShellException {
        Controller controller = services().controller(name);
        List<QueueStatistics> queues = controller.statistics();
        boolean shown = false;
        for (int type = 0; type < BlockType.COUNT; type++) {
            LatencyHistogram all = LatencyHistogram.EMPTY;
            for (QueueStatistics queue : queues) {
                all = all.plus(queue.io().latencies().get(type));
            }
            if (all.count() > 0) {
                shown = true;
                show(BlockType.name(type), all);
            }
        }
        boolean on = Boolean.parseBoolean(
                String.valueOf(controller.status().options().get("histogram")));
        if (!shown) {
            out().println(
                            on
                                    ? "no request has been measured yet"
                                    : "measuring is off: vhost:histogram " + name + " on");
        }
    }

    private void show(String type, LatencyHistogram all) {
        out().println(type + ": " + all.count() + " requests, p50 " + QueueIoText.micros(all.percentile(50))
                + " µs, p99 " + QueueIoText.micros(all.percentile(99)) + " µs, p99.9 "
                + QueueIoText.micros(all.percentile(99.9)) + " µs, max " + QueueIoText.micros(all.longest()) + " µs");
        Table table = new Table("UP TO µs", "REQUESTS", "%", "% IN ALL");
        long passed = 0;
        for (long micros = 1; passed < all.count(); micros = next(micros)) {
            long upTo = all.countUpTo(TimeUnit.MICROSECONDS.toNanos(micros));
            if (upTo > passed) {
                table.row(micros, upTo - passed, percent(upTo - passed, all), percent(upTo, all));
            }
            passed = upTo;
        }
        table.print(out());
        out().println();
    }

    /** 1, 2, 5, 10, 20, … */
    private static long next(long micros) {
        return Long.toString(micros).startsWith("2") ? micros / 2 * 5 : micros * 2;
    }

    private static double percent(long part, LatencyHistogram all) {
        return Math.round(part * 100_000.0 / all.count()) / 1000.0;
    }

    @Override
    List<String> candidates(List<String> given) {
        return switch (given.size()) {
            case 0 -> services().controllerNames();
            case 1 -> List.of("on", "off");
            default -> List.of();
        };
    }
}
