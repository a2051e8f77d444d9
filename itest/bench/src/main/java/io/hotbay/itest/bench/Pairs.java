// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LoadSample;
import java.io.IOException;

/** Takes samples of two in turn, and changes the order from pair to pair, so that a drift of the machine hits both alike. */
final class Pairs {
    static final long NANOS_PER_MILLI = 1_000_000;

    private Pairs() {}

    static CaseResult measure(String name, double goal, Sampler first, Sampler second, BenchOptions options)
            throws IOException {
        CaseResult result = new CaseResult(name, goal, options.tolerated());
        long nanos = options.sampleMillis() * NANOS_PER_MILLI;
        for (int round = 0; round < options.rounds(); round++) {
            double distance = CoreDistance.nanos(options.targetCore());
            boolean firstLeads = round % 2 == 0;
            LoadSample early = (firstLeads ? first : second).sample(nanos);
            LoadSample late = (firstLeads ? second : first).sample(nanos);
            double disturbance = Math.max(first.disturbance(), second.disturbance());
            result.add(firstLeads ? early : late, firstLeads ? late : early, disturbance, distance);
        }
        return result;
    }
}
