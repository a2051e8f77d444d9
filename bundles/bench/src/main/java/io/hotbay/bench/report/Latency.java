// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.report;

import org.HdrHistogram.Histogram;

/** How long requests took, in microseconds; all 0 where there were none. */
public record Latency(double mean, double p50, double p90, double p99, double p999, double p9999, double longest) {
    private static final double NANOS_PER_MICRO = 1e3;

    /** Of a histogram of nanoseconds. */
    public static Latency of(Histogram nanos) {
        if (nanos.getTotalCount() == 0) {
            return new Latency(0, 0, 0, 0, 0, 0, 0);
        }
        return new Latency(
                nanos.getMean() / NANOS_PER_MICRO,
                micros(nanos, 50),
                micros(nanos, 90),
                micros(nanos, 99),
                micros(nanos, 99.9),
                micros(nanos, 99.99),
                nanos.getMaxValue() / NANOS_PER_MICRO);
    }

    private static double micros(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
    }
}
