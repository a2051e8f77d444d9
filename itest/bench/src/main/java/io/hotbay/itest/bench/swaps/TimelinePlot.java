// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import java.util.List;
import java.util.Locale;

/** Draws the slowest request of each moment over time, on a logarithmic scale, with the swaps marked; one strip a minute. */
final class TimelinePlot {
    private static final int STRIP_MILLIS = 60_000;
    private static final int COLUMN_MILLIS = 25;
    private static final int LEFT = 70;
    private static final int TOP = 60;
    private static final int WIDTH = STRIP_MILLIS / COLUMN_MILLIS / 2;
    private static final int HEIGHT = 110;
    private static final int GAP = 34;
    /** From 0.01 ms to 1000 ms. */
    private static final double LOWEST = -2;

    private static final int DECADES = 5;

    private final Timeline timeline;
    private final List<SwapSample> samples;
    private final StringBuilder svg = new StringBuilder();

    TimelinePlot(Timeline timeline, List<SwapSample> samples) {
        this.timeline = timeline;
        this.samples = samples;
    }

    /** @param title one line above it */
    String svg(String title) {
        int strips = Math.max(1, (timeline.length() + STRIP_MILLIS - 1) / STRIP_MILLIS);
        int height = TOP + strips * (HEIGHT + GAP);
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                        + " font-size=\"11\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                LEFT + WIDTH + 20, height);
        add("<text x=\"%d\" y=\"18\" font-size=\"14\">%s</text>%n", LEFT, escape(title));
        legend();
        for (int strip = 0; strip < strips; strip++) {
            strip(strip, TOP + strip * (HEIGHT + GAP));
        }
        return svg.append("</svg>\n").toString();
    }

    private void legend() {
        int x = LEFT;
        for (SwapKind kind : SwapKind.values()) {
            add("<rect x=\"%d\" y=\"30\" width=\"10\" height=\"10\" fill=\"%s\"/>", x, kind.colour());
            add("<text x=\"%d\" y=\"39\">%s</text>%n", x + 14, kind.id());
            x += 90;
        }
        add("<text x=\"%d\" y=\"39\">slowest request of each %d ms, in ms</text>%n", x, COLUMN_MILLIS);
    }

    private void strip(int number, int top) {
        int begin = number * STRIP_MILLIS;
        for (int decade = 0; decade <= DECADES; decade++) {
            int y = top + HEIGHT - decade * HEIGHT / DECADES;
            add("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"#ddd\"/>", LEFT, LEFT + WIDTH, y, y);
            String label =
                    decade < 2 ? (decade == 0 ? "0.01" : "0.1") : Integer.toString((int) Math.pow(10, decade - 2));
            add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n", LEFT - 6, y + 4, label);
        }
        for (int second = 0; second <= STRIP_MILLIS / 1000; second += 10) {
            add(
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%d s</text>%n",
                    x(second * 1000), top + HEIGHT + 14, begin / 1000 + second);
        }
        for (SwapSample sample : samples) {
            int from = timeline.millis(sample.begin());
            if (from >= begin && from < begin + STRIP_MILLIS) {
                int width = Math.max(1, x(timeline.millis(sample.end()) - begin) - x(from - begin));
                add(
                        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" fill-opacity=\"0.35\">"
                                + "<title>%s: slowest request %.1f ms, pause %.1f ms</title></rect>%n",
                        x(from - begin),
                        top,
                        width,
                        HEIGHT,
                        sample.kind().colour(),
                        sample.kind().id(),
                        sample.stall(timeline),
                        sample.pause());
            }
        }
        line(begin, top);
    }

    private void line(int begin, int top) {
        svg.append("<polyline fill=\"none\" stroke=\"#222\" stroke-width=\"0.8\" points=\"");
        for (int column = 0; column < STRIP_MILLIS / COLUMN_MILLIS; column++) {
            int from = begin + column * COLUMN_MILLIS;
            int micros = timeline.slowest(from, from + COLUMN_MILLIS);
            if (micros > 0) {
                double decades = Math.log10(micros / 1000.0) - LOWEST;
                double share = Math.min(1, Math.max(0, decades / DECADES));
                add("%.1f,%.1f ", LEFT + column / 2.0, top + HEIGHT * (1 - share));
            }
        }
        svg.append("\"/>\n");
    }

    private static int x(int millis) {
        return LEFT + Math.min(WIDTH, millis / COLUMN_MILLIS / 2);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments));
    }
}
