// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Reads the table that Hotbay's {@code reactor:list} prints: a line of headings, then a line for each core. */
final class ReactorTable {
    private ReactorTable() {}

    /**
     * What the reactor of a core has allocated, in bytes.
     *
     * @throws IOException if the table does not tell
     */
    static long allocatedBytes(String table, int core) throws IOException {
        List<List<String>> rows = table.lines().map(ReactorTable::cells).toList();
        int coreColumn = rows.isEmpty() ? -1 : rows.get(0).indexOf("CORE");
        int allocatedColumn = rows.isEmpty() ? -1 : rows.get(0).indexOf("ALLOCATED");
        if (coreColumn >= 0 && allocatedColumn >= 0) {
            for (List<String> row : rows) {
                if (row.size() == rows.get(0).size()
                        && row.get(coreColumn).equals(Integer.toString(core))
                        && row.get(allocatedColumn).matches("\\d+")) {
                    return Long.parseLong(row.get(allocatedColumn));
                }
            }
        }
        throw new IOException("reactor:list does not tell what the reactor of core " + core + " allocated:\n" + table);
    }

    /** Headings may have blanks in them, one at a time. */
    private static List<String> cells(String line) {
        return Arrays.asList(line.strip().split("\\s{2,}"));
    }
}
