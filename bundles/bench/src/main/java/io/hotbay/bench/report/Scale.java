// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.report;

import java.util.ArrayList;
import java.util.List;

/** Where a figure lies between two ends of an axis, and the round figures that label it. */
final class Scale {
    /** About so many labels. */
    private static final int TICKS = 6;

    private final double low;
    private final double high;
    private final boolean logarithmic;
    private final double start;
    private final double end;

    private Scale(double low, double high, boolean logarithmic, double start, double end) {
        this.low = low;
        this.high = high;
        this.logarithmic = logarithmic;
        this.start = start;
        this.end = end;
    }

    /** From one figure to another, no more and no less; a second where they are none or the same. */
    static Scale tight(double low, double high, double start, double end) {
        boolean empty = !(low < high);
        double from = Double.isFinite(low) ? low : 0;
        return new Scale(from, empty ? from + 1 : high, false, start, end);
    }

    /** Wide enough for all lines: from 0, or over whole decades. */
    static Scale of(List<TimePlot.Line> lines, boolean logarithmic, double start, double end) {
        double smallest = Double.POSITIVE_INFINITY;
        double largest = 0;
        for (TimePlot.Line line : lines) {
            for (double value : line.values()) {
                if (Double.isFinite(value) && value > 0) {
                    smallest = Math.min(smallest, value);
                    largest = Math.max(largest, value);
                }
            }
        }
        if (largest == 0) {
            return new Scale(logarithmic ? 1 : 0, logarithmic ? 10 : 1, logarithmic, start, end);
        }
        if (logarithmic) {
            double below = Math.pow(10, Math.floor(Math.log10(smallest)));
            double above = Math.pow(10, Math.ceil(Math.log10(largest)));
            return new Scale(below, above > below ? above : below * 10, true, start, end);
        }
        double step = step(largest);
        return new Scale(0, Math.ceil(largest / step) * step, false, start, end);
    }

    /** Whether a figure has a place on the axis. */
    boolean shows(double value) {
        return Double.isFinite(value) && (!logarithmic || value > 0);
    }

    double place(double value) {
        double share = logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
        return start + share * (end - start);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            for (double tick = low; tick <= high * 1.001; tick *= 10) {
                ticks.add(tick);
            }
            return ticks;
        }
        double step = step(high - low);
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** 1, 2 or 5 times a power of ten. */
    private static double step(double range) {
        double rough = range / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double first = rough / power;
        return power * (first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10);
    }
}
