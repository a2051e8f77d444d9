// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a swap began with; it has ended when all of it is there again.
 *
 * @param start when it began, in milliseconds since 1970
 * @param framework tells one run of the framework from another
 * @param id number of the bundle that is replaced
 * @param bundle its symbolic name
 * @param from its version
 * @param to the version it gets
 * @param backup file with its content, or empty if it is not to be put back
 * @param bundles numbers of the bundles that were active, of those that are replaced or rewired
 * @param components how many configurations of each of their components could work
 * @param configurations PIDs of the configurations that these had; what is deleted meanwhile need not come back
 * @param controllers names of the controllers that listened
 * @param refreshing whether the framework has been asked to rewire, so that only the outcome is to be looked at
 * @param trouble why the former content is being put back, or what has gone wrong so far; otherwise empty
 * @param restoring whether the former content is being put back
 */
record Before(
        long start,
        String framework,
        long id,
        String bundle,
        String from,
        String to,
        String backup,
        List<Long> bundles,
        Map<String, Integer> components,
        Map<String, Set<String>> configurations,
        Set<String> controllers,
        boolean refreshing,
        String trouble,
        boolean restoring) {
    Before refreshing(String why) {
        return new Before(
                start,
                framework,
                id,
                bundle,
                from,
                to,
                backup,
                bundles,
                components,
                configurations,
                controllers,
                true,
                why,
                restoring);
    }

    Before restoring(String why) {
        return new Before(
                start,
                framework,
                id,
                bundle,
                from,
                to,
                backup,
                bundles,
                components,
                configurations,
                controllers,
                false,
                why,
                true);
    }

    boolean isSafe() {
        return !backup.isEmpty();
    }
}
