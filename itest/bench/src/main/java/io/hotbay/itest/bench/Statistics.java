// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Collection;

/** Median and range of a handful of figures. */
record Statistics(double median, double low, double high) {
    private static final double LOW = 0.1;
    private static final double HIGH = 0.9;

    /** Of figures, at least one: the median, and what a tenth lies below and above. */
    static Statistics of(Collection<Double> figures) {
        double[] sorted = figures.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return new Statistics(quantile(sorted, 0.5), quantile(sorted, LOW), quantile(sorted, HIGH));
    }

    JsonObject json() {
        JsonObject object = new JsonObject();
        object.addProperty("median", median);
        object.addProperty("low", low);
        object.addProperty("high", high);
        return object;
    }

    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
