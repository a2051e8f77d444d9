// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** How long each kind of swap held up requests. */
final class StallTable {
    private static final String ROW = "%-10s %-22s %5s  %9s  %8s %8s %8s  %8s %8s %8s  %8s  %7s  %s%n";
    private static final double HIGH = 0.99;

    private final SwapOptions options;
    private final Timeline timeline;
    private final List<SwapSample> samples;
    private boolean missed;

    StallTable(SwapOptions options, Timeline timeline, List<SwapSample> samples) {
        this.options = options;
        this.timeline = timeline;
        this.samples = samples;
    }

    void print(PrintStream out) {
        out.printf(
                ROW, "", "", "", "", "slowest", "request,", "ms", "pause", "(product),", "ms", "swap, ms", "IOPS", "");
        out.printf(
                ROW,
                "KIND",
                "BUNDLE",
                "SWAPS",
                "DISTURBED",
                "MEDIAN",
                "99 %",
                "LONGEST",
                "MEDIAN",
                "99 %",
                "LONGEST",
                "MEDIAN",
                "AFTER",
                "GOAL");
        for (SwapKind kind : options.kinds()) {
            List<SwapSample> own =
                    samples.stream().filter(sample -> sample.kind() == kind).toList();
            if (!own.isEmpty()) {
                print(kind, own, out);
            }
        }
        double[] calm = sorted(samples, sample -> sample.calm(timeline));
        out.printf(
                ROW,
                "none",
                "-",
                samples.size(),
                "-",
                millis(quantile(calm, 0.5)),
                millis(quantile(calm, HIGH)),
                millis(quantile(calm, 1)),
                "-",
                "-",
                "-",
                "-",
                "-",
                "");
    }

    private void print(SwapKind kind, List<SwapSample> all, PrintStream out) {
        List<SwapSample> own =
                all.stream().filter(sample -> !sample.isDisturbed()).toList();
        int disturbed = all.size() - own.size();
        if (2 * own.size() < options.swaps()) {
            missed = true;
            out.printf(
                    "%-10s %-22s no conclusion: the host disturbed %d of %d swaps%n",
                    kind.id(), kind.bundle(options.diskType()), disturbed, all.size());
            return;
        }
        double[] stalls = sorted(own, sample -> sample.stall(timeline));
        double[] pauses = sorted(own, SwapSample::pause);
        double[] took = sorted(own, sample -> sample.report().millis());
        double[] recovery = sorted(own, sample -> sample.recovery(timeline, kind.intervalMillis(options)));
        boolean reached = quantile(stalls, 1) < kind.goalMillis();
        missed |= !reached;
        out.printf(
                ROW,
                kind.id(),
                kind.bundle(options.diskType()),
                own.size(),
                disturbed,
                millis(quantile(stalls, 0.5)),
                millis(quantile(stalls, HIGH)),
                millis(quantile(stalls, 1)),
                millis(quantile(pauses, 0.5)),
                millis(quantile(pauses, HIGH)),
                millis(quantile(pauses, 1)),
                String.format(Locale.ROOT, "%.0f", quantile(took, 0.5)),
                String.format(Locale.ROOT, "%.0f %%", 100 * quantile(recovery, 0.5)),
                "< " + kind.goalMillis() + (reached ? " reached" : " MISSED"));
    }

    /** Whether some kind took longer than it may, or nobody can tell; known after {@link #print}. */
    boolean hasMissedAGoal() {
        return missed;
    }

    private static String millis(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static double[] sorted(List<SwapSample> samples, ToDoubleFunction<SwapSample> figure) {
        return samples.stream().mapToDouble(figure).sorted().toArray();
    }

    /** The value that this share of the figures does not exceed. */
    static double quantile(double[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
