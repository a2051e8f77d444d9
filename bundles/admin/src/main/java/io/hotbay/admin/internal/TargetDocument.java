// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All of a target's configuration, as a JSON file has it.
 *
 * @param bdevs the bdevs
 * @param controllers the controllers
 * @param sections what there is only one of, by the name of its section
 */
record TargetDocument(
        List<BdevEntry> bdevs, List<ControllerEntry> controllers, Map<String, Map<String, Object>> sections) {
    /** Sections and the PIDs they are configurations of. */
    static final Map<String, String> SECTION_PIDS = sectionPids();

    private static Map<String, String> sectionPids() {
        Map<String, String> pids = new LinkedHashMap<>();
        for (String section : List.of("hugepages", "reactor", "kata", "log")) {
            pids.put(section, "io.hotbay." + section);
        }
        return pids;
    }

    TargetDocument() {
        this(new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
    }
}
