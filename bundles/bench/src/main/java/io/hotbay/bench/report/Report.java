// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run brought.
 *
 * @param parameters what was run, in the order in which it is told
 * @param seconds the figures of each second
 * @param total the figures of all of it
 */
public record Report(Map<String, Object> parameters, List<Figures> seconds, Figures total) {
    public Report {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        seconds = List.copyOf(seconds);
    }
}
