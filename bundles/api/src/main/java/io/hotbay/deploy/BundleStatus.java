// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy;

import java.util.List;

/**
 * A bundle at one moment.
 *
 * @param id its number
 * @param name its symbolic name
 * @param version its version
 * @param state {@code installed}, {@code resolved}, {@code starting}, {@code active} or {@code stopping}
 * @param dependents symbolic names of the bundles that are wired to it or use one of its services, sorted
 * @param rings how many queues of connected front-ends would pause on its update
 */
public record BundleStatus(long id, String name, String version, String state, List<String> dependents, int rings) {
    public BundleStatus {
        dependents = List.copyOf(dependents);
    }
}
