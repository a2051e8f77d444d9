// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Reads the table that Hotbay's {@code reactor:list} prints. */
final class ReactorTable {
    private static final String CORE = "CORE";
    private static final String ALLOCATED = "ALLOCATED";

    private ReactorTable() {}

    /** What the reactor of a core has allocated; empty if the table does not tell. */
    static OptionalLong allocatedBytes(String table, int core) {
        List<String[]> rows =
                table.lines().map(line -> line.strip().split("\\s+")).toList();
        for (int i = 0; i < rows.size(); i++) {
            int coreColumn = Arrays.asList(rows.get(i)).indexOf(CORE);
            int allocatedColumn = Arrays.asList(rows.get(i)).indexOf(ALLOCATED);
            if (coreColumn >= 0 && allocatedColumn >= 0) {
                return find(rows.subList(i + 1, rows.size()), coreColumn, allocatedColumn, core);
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong find(List<String[]> rows, int coreColumn, int allocatedColumn, int core) {
        for (String[] row : rows) {
            if (row.length > Math.max(coreColumn, allocatedColumn)
                    && row[coreColumn].equals(Integer.toString(core))
                    && row[allocatedColumn].matches("\\d+")) {
                return OptionalLong.of(Long.parseLong(row[allocatedColumn]));
            }
        }
        return OptionalLong.empty();
    }
}
