// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows in aligned columns. Columns of numbers are right-aligned; where there is no number a dash may stand. */
final class Table {
    /** What stands where there is nothing to tell. */
    static final String NOTHING = "-";

    private static final String GAP = "  ";

    private final List<String> header;
    private final List<List<Object>> rows = new ArrayList<>();

    Table(String... header) {
        this.header = List.of(header);
    }

    /** Adds a row; null is an empty cell. */
    void row(Object... cells) {
        if (cells.length != header.size()) {
            throw new IllegalArgumentException(cells.length + " cells under " + header.size() + " columns");
        }
        List<Object> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell == null ? "" : cell);
        }
        rows.add(row);
    }

    void print(PrintWriter out) {
        int columns = header.size();
        int[] widths = new int[columns];
        boolean[] right = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            widths[column] = header.get(column).length();
            boolean texts = false;
            for (List<Object> row : rows) {
                Object cell = row.get(column);
                widths[column] = Math.max(widths[column], cell.toString().length());
                right[column] |= cell instanceof Number;
                texts |= !(cell instanceof Number) && !cell.equals(NOTHING);
            }
            right[column] &= !texts;
        }
        out.println(line(header, widths, right));
        for (List<Object> row : rows) {
            out.println(line(row, widths, right));
        }
    }

    private static String line(List<?> cells, int[] widths, boolean[] right) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            String text = cells.get(column).toString();
            String padding = " ".repeat(widths[column] - text.length());
            line.append(column == 0 ? "" : GAP).append(right[column] ? padding + text : text + padding);
        }
        return line.toString().stripTrailing();
    }
}
