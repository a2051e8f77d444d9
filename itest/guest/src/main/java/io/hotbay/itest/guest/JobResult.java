// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.util.LinkedHashMap;
import java.util.Map;

/** How a job in the guest ended, and all it printed. */
public record JobResult(int status, String output) {
    /** What was printed as lines {@code name=value}. */
    public Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        output.lines().filter(line -> line.indexOf('=') > 0).forEach(line -> {
            int equals = line.indexOf('=');
            values.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return values;
    }
}
