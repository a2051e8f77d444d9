// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names and values of one thing, one a line, values aligned; a dash for an empty value. */
final class Details {
    private final Map<String, Object> lines = new LinkedHashMap<>();

    Details add(String name, Object value) {
        Object text = value instanceof Object[] several ? String.join(", ", texts(several)) : value;
        lines.put(name, String.valueOf(text).isEmpty() ? Table.NOTHING : text);
        return this;
    }

    private static List<String> texts(Object[] values) {
        return Arrays.stream(values).map(String::valueOf).toList();
    }

    void print(PrintWriter out) {
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
        lines.forEach((name, value) -> out.println(name + " ".repeat(width - name.length()) + "  " + value));
    }
}
