// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.report;

import java.util.Locale;

/** Figures as lines of a table, and the total as a few lines. */
public final class ReportText {
    private static final String COLUMNS = "%8s %12s %10s %10s %10s %10s %10s %10s %10s %8s";

    private ReportText() {}

    /** The heading of {@link #line}. */
    public static String heading() {
        return String.format(
                Locale.ROOT,
                COLUMNS,
                "SECOND",
                "IOPS",
                "MiB/s",
                "P50 µs",
                "P90 µs",
                "P99 µs",
                "P99.9 µs",
                "P99.99 µs",
                "MAX µs",
                "ERRORS");
    }

    /** One line: a second, or all of them. */
    public static String line(String name, Figures figures) {
        Latency latency = figures.latency();
        return String.format(
                Locale.ROOT,
                COLUMNS,
                name,
                Math.round(figures.iops()),
                tenth(figures.mebibytes()),
                tenth(latency.p50()),
                tenth(latency.p90()),
                tenth(latency.p99()),
                tenth(latency.p999()),
                tenth(latency.p9999()),
                tenth(latency.longest()),
                figures.errors() + figures.corrupt());
    }

    /** One line for a second, named by its end. */
    public static String line(Figures second) {
        return line(tenth(second.end()), second);
    }

    private static String tenth(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
