// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws figures over time as SVG: panels one below the other that share the time axis, each with a scale of its own, linear or
 * logarithmic, and marks at moments that matter. What it returns needs nothing else to be shown in a browser.
 */
public final class TimePlot {
    private static final int WIDTH = 960;
    private static final int PANEL = 240;
    private static final int LEFT = 88;
    private static final int RIGHT = 24;
    private static final int TOP = 56;
    private static final int GAP = 56;
    private static final int BOTTOM = 48;
    /** Width of a character of the labels, about. */
    private static final int CHARACTER = 7;

    private static final String[] COLOURS = {"#1f5fa8", "#2f8f4e", "#c77700", "#b3261e", "#6a3fa0", "#555555"};

    /**
     * A line.
     *
     * @param name its name in the legend
     * @param times in seconds, rising
     * @param values one for each time; NaN leaves a gap
     */
    public record Line(String name, double[] times, double[] values) {
        public Line {
            if (times.length != values.length) {
                throw new IllegalArgumentException(times.length + " times for " + values.length + " values");
            }
        }
    }

    /** A moment that all panels mark. */
    public record Mark(double time, String text) {}

    private record Panel(String title, boolean logarithmic, List<Line> lines) {}

    private final String title;
    private final List<Panel> panels = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private double firstTime = Double.POSITIVE_INFINITY;
    private double lastTime = Double.NEGATIVE_INFINITY;

    /** Makes a plot without panels. */
    public TimePlot(String title) {
        this.title = title;
    }

    /** Adds a panel below the others, its scale starting at 0. */
    public TimePlot panel(String heading, Line... lines) {
        return add(heading, false, lines);
    }

    /** Adds a panel with a logarithmic scale, for figures above 0. */
    public TimePlot logarithmicPanel(String heading, Line... lines) {
        return add(heading, true, lines);
    }

    private TimePlot add(String heading, boolean logarithmic, Line... lines) {
        panels.add(new Panel(heading, logarithmic, List.of(lines)));
        for (Line line : lines) {
            for (double time : line.times()) {
                reach(time);
            }
        }
        return this;
    }

    /** Adds a mark at a moment. */
    public TimePlot mark(double time, String text) {
        marks.add(new Mark(time, text));
        reach(time);
        return this;
    }

    private void reach(double time) {
        firstTime = Math.min(firstTime, time);
        lastTime = Math.max(lastTime, time);
    }

    /** The plot as an SVG document. */
    public String svg() {
        int height = TOP + panels.size() * (PANEL + GAP) - GAP + BOTTOM;
        StringBuilder out = new StringBuilder();
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"").append(WIDTH);
        out.append("\" height=\"")
                .append(height)
                .append("\" viewBox=\"0 0 ")
                .append(WIDTH)
                .append(' ');
        out.append(height).append("\" font-family=\"sans-serif\" font-size=\"12\">\n");
        out.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        text(out, LEFT, 20, "start", "bold", title);
        int top = TOP;
        for (Panel panel : panels) {
            draw(out, panel, top);
            top += PANEL + GAP;
        }
        text(out, (LEFT + WIDTH - RIGHT) / 2.0, height - 10.0, "middle", "normal", "seconds");
        return out.append("</svg>\n").toString();
    }

    private void draw(StringBuilder out, Panel panel, int top) {
        Scale time = Scale.tight(firstTime, lastTime, LEFT, WIDTH - RIGHT);
        Scale values = Scale.of(panel.lines(), panel.logarithmic(), top + PANEL, top);
        text(out, LEFT, top - 10.0, "start", "normal", panel.title());
        for (double tick : values.ticks()) {
            double y = values.place(tick);
            stroke(out, LEFT, y, WIDTH - RIGHT, y, "#dddddd");
            text(out, LEFT - 6.0, y + 4, "end", "normal", label(tick));
        }
        for (double tick : time.ticks()) {
            double x = time.place(tick);
            stroke(out, x, top, x, top + PANEL, "#eeeeee");
            text(out, x, top + PANEL + 16.0, "middle", "normal", label(tick));
        }
        for (Mark mark : marks) {
            double x = time.place(mark.time());
            stroke(out, x, top, x, top + PANEL, "#b3261e");
            text(out, x + 3, top + 12.0, "start", "normal", mark.text());
        }
        drawLines(out, panel.lines(), time, values);
        legend(out, panel.lines(), top);
    }

    private static void drawLines(StringBuilder out, List<Line> lines, Scale time, Scale values) {
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            StringBuilder path = new StringBuilder();
            boolean down = false;
            for (int point = 0; point < line.times().length; point++) {
                double value = line.values()[point];
                if (!values.shows(value)) {
                    down = false;
                    continue;
                }
                path.append(down ? " L" : " M").append(number(time.place(line.times()[point])));
                path.append(' ').append(number(values.place(value)));
                down = true;
            }
            out.append("<path d=\"").append(path.toString().strip()).append("\" fill=\"none\" stroke-width=\"1.5\"");
            out.append(" stroke-linejoin=\"round\" stroke-linecap=\"round\" stroke=\"")
                    .append(colour(i));
            out.append("\"/>\n");
        }
    }

    private static void legend(StringBuilder out, List<Line> lines, int top) {
        double x = WIDTH - RIGHT;
        for (int i = lines.size() - 1; i >= 0; i--) {
            String name = lines.get(i).name();
            x -= name.length() * CHARACTER;
            text(out, x, top - 10.0, "start", "normal", name);
            out.append("<rect x=\"").append(number(x - 14)).append("\" y=\"").append(top - 19);
            out.append("\" width=\"10\" height=\"10\" fill=\"")
                    .append(colour(i))
                    .append("\"/>\n");
            x -= 28;
        }
    }

    private static String colour(int index) {
        return COLOURS[index % COLOURS.length];
    }

    private static void stroke(StringBuilder out, double x1, double y1, double x2, double y2, String colour) {
        out.append("<line x1=\"").append(number(x1)).append("\" y1=\"").append(number(y1));
        out.append("\" x2=\"").append(number(x2)).append("\" y2=\"").append(number(y2));
        out.append("\" stroke=\"").append(colour).append("\"/>\n");
    }

    private static void text(StringBuilder out, double x, double y, String anchor, String weight, String text) {
        out.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y));
        out.append("\" text-anchor=\"")
                .append(anchor)
                .append("\" font-weight=\"")
                .append(weight)
                .append("\">");
        out.append(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
        out.append("</text>\n");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /** A figure as short as it can be said. */
    private static String label(double value) {
        double size = Math.abs(value);
        if (size >= 1e6) {
            return trimmed(value / 1e6) + " M";
        }
        return size >= 1e4 ? trimmed(value / 1e3) + " k" : trimmed(value);
    }

    private static String trimmed(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }
}
