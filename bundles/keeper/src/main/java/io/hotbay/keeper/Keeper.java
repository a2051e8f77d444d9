// SPDX-License-Identifier: Apache-2.0
package io.hotbay.keeper;

import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps facts and open file descriptors for a bundle that is replaced, until its successor takes them: the connections of
 * front-ends, for example. It stays until the framework stops, whatever is replaced meanwhile. Any thread.
 */
@ProviderType
public interface Keeper {
    /**
     * Keeps something. What was kept under that name before is forgotten.
     *
     * @param name agreed between the one who leaves and the one who comes
     * @param kept its descriptors belong to the keeper from now on
     */
    void keep(String name, Kept kept);

    /** Hands over what is kept under a name, once: its descriptors belong to the caller from now on. */
    Optional<Kept> take(String name);

    /** The names under which something is kept. */
    Set<String> names();
}
