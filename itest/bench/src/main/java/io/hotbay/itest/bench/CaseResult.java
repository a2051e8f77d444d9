// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import com.google.gson.JsonObject;
import io.hotbay.frontend.LatencyHistogram;
import io.hotbay.frontend.LoadSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Pairs of samples, one of each target right after the other, and what they allow to say. */
final class CaseResult {
    /** What can be said. */
    enum Verdict {
        /** There is no goal for this case. */
        MEASURED,
        /** Nine of ten pairs reach the goal. */
        REACHED,
        /** Nine of ten pairs miss the goal. */
        MISSED,
        /** Too few samples were undisturbed, or they lie on both sides of the goal. */
        TOO_NOISY
    }

    /** Fewer pairs than this say nothing. */
    private static final int FEWEST = 5;

    private final String name;
    private final double goal;
    private final double tolerated;
    private final List<Double> disturbances = new ArrayList<>();
    private final List<Double> first = new ArrayList<>();
    private final List<Double> second = new ArrayList<>();
    private final List<Double> ratios = new ArrayList<>();
    private final List<Double> distances = new ArrayList<>();
    private final LatencyHistogram firstLatency = new LatencyHistogram();
    private final LatencyHistogram secondLatency = new LatencyHistogram();

    /**
     * Makes a result without samples.
     *
     * @param goal the ratio to be reached, or 0 for none
     * @param tolerated disturbance above which a pair is spoilt
     */
    CaseResult(String name, double goal, double tolerated) {
        this.name = name;
        this.goal = goal;
        this.tolerated = tolerated;
    }

    /**
     * Adds a pair; one with a disturbed sample only counts as taken.
     *
     * @param distance {@link CoreDistance} before it, in ns
     */
    void add(LoadSample ofFirst, LoadSample ofSecond, double disturbance, double distance) {
        disturbances.add(disturbance);
        // A sample without a single request is one that the host stopped, not one of a slow target.
        if (disturbance > tolerated || ofFirst.requests() == 0 || ofSecond.requests() == 0) {
            return;
        }
        first.add(ofFirst.iops());
        second.add(ofSecond.iops());
        ratios.add(ofFirst.iops() / ofSecond.iops());
        distances.add(distance);
        firstLatency.add(ofFirst.latency());
        secondLatency.add(ofSecond.latency());
    }

    Verdict verdict() {
        if (ratios.size() < FEWEST || ratios.size() < disturbances.size() / 2) {
            return Verdict.TOO_NOISY;
        }
        if (goal == 0) {
            return Verdict.MEASURED;
        }
        Statistics ratio = Statistics.of(ratios);
        if (ratio.low() >= goal) {
            return Verdict.REACHED;
        }
        return ratio.high() < goal ? Verdict.MISSED : Verdict.TOO_NOISY;
    }

    static String heading(String firstName, String secondName) {
        return String.format(
                Locale.ROOT,
                "%-22s %-24s %-24s %-22s %-16s %-16s %-6s %s",
                "case",
                firstName + " k IOPS",
                secondName + " k IOPS",
                "ratio",
                "p50/p99 us",
                "p50/p99 us",
                "pairs",
                "cores ns");
    }

    String text() {
        if (ratios.isEmpty()) {
            return String.format(
                    Locale.ROOT,
                    "%-22s no conclusion: all %d pairs were disturbed, half of them by %.0f %% of a core or more",
                    name,
                    disturbances.size(),
                    100 * Statistics.of(disturbances).median());
        }
        return String.format(
                Locale.ROOT,
                "%-22s %-24s %-24s %-22s %-16s %-16s %-6s %-14s %s",
                name,
                thousands(Statistics.of(first)),
                thousands(Statistics.of(second)),
                ratio(Statistics.of(ratios)),
                latency(firstLatency),
                latency(secondLatency),
                ratios.size() + "/" + disturbances.size(),
                distance(Statistics.of(distances)),
                verdictText());
    }

    private String verdictText() {
        return switch (verdict()) {
            case MEASURED -> "";
            case REACHED -> String.format(Locale.ROOT, "goal %.2g reached", goal);
            case MISSED -> String.format(Locale.ROOT, "goal %.2g MISSED", goal);
            case TOO_NOISY -> "no conclusion: too noisy";
        };
    }

    /** The result for machines. */
    JsonObject json(String firstName, String secondName) {
        JsonObject object = new JsonObject();
        object.addProperty("case", name);
        object.addProperty("first", firstName);
        object.addProperty("second", secondName);
        object.addProperty("verdict", verdict().name());
        object.addProperty("goal", goal);
        object.addProperty("pairs", ratios.size());
        object.addProperty("pairs_taken", disturbances.size());
        if (!ratios.isEmpty()) {
            object.add("first_iops", Statistics.of(first).json());
            object.add("second_iops", Statistics.of(second).json());
            object.add("ratio", Statistics.of(ratios).json());
            object.add("core_round_trip_ns", Statistics.of(distances).json());
            object.addProperty("first_p50_us", firstLatency.percentile(0.5) / 1e3);
            object.addProperty("first_p99_us", firstLatency.percentile(0.99) / 1e3);
            object.addProperty("second_p50_us", secondLatency.percentile(0.5) / 1e3);
            object.addProperty("second_p99_us", secondLatency.percentile(0.99) / 1e3);
        }
        return object;
    }

    private static String thousands(Statistics iops) {
        return String.format(Locale.ROOT, "%.0f (%.0f-%.0f)", iops.median() / 1e3, iops.low() / 1e3, iops.high() / 1e3);
    }

    private static String distance(Statistics nanos) {
        return String.format(Locale.ROOT, "%.0f (%.0f-%.0f)", nanos.median(), nanos.low(), nanos.high());
    }

    private static String ratio(Statistics ratio) {
        return String.format(Locale.ROOT, "%.2f (%.2f-%.2f)", ratio.median(), ratio.low(), ratio.high());
    }

    private static String latency(LatencyHistogram histogram) {
        return String.format(
                Locale.ROOT, "%.1f/%.1f", histogram.percentile(0.5) / 1e3, histogram.percentile(0.99) / 1e3);
    }
}
