// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.report;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** A report as a plot: throughput above, latencies below. */
public final class ReportPlot {
    private ReportPlot() {}

    /** As SVG. */
    public static String svg(String title, Report report) {
        List<Figures> seconds = report.seconds();
        return new TimePlot(title)
                .panel("IOPS", line("IOPS", seconds, Figures::iops))
                .panel("MiB/s", line("MiB/s", seconds, Figures::mebibytes))
                .logarithmicPanel(
                        "latency, µs",
                        line("p50", seconds, second -> second.latency().p50()),
                        line("p99", seconds, second -> second.latency().p99()),
                        line("p99.9", seconds, second -> second.latency().p999()),
                        line("longest", seconds, second -> second.latency().longest()))
                .svg();
    }

    private static TimePlot.Line line(String name, List<Figures> seconds, ToDoubleFunction<Figures> figure) {
        double[] times = seconds.stream().mapToDouble(Figures::end).toArray();
        return new TimePlot.Line(
                name, times, seconds.stream().mapToDouble(figure).toArray());
    }
}
